/**
 * The database's shape, first version. Rows are ordered by `seq`, which never goes back, whatever the clock does;
 * `id` is what leaves the core. Times are milliseconds since the Unix epoch.
 */
export const schemaV1 = `
CREATE TABLE assets (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  origin TEXT NOT NULL CHECK (origin IN ('imported', 'produced')),
  -- the bytes as they came; the file is blobs/<first two>/<sha256>
  sha256 TEXT NOT NULL UNIQUE,
  -- what engines and thumbnails read: 8-bit sRGB upright; the same as sha256 when the original already is that
  working_sha256 TEXT NOT NULL,
  format TEXT NOT NULL,
  width INTEGER NOT NULL CHECK (width > 0),
  height INTEGER NOT NULL CHECK (height > 0),
  bytes INTEGER NOT NULL CHECK (bytes > 0),
  has_alpha INTEGER NOT NULL CHECK (has_alpha IN (0, 1)),
  notes TEXT NOT NULL DEFAULT '[]',
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX assets_working ON assets (working_sha256);

CREATE TABLE pictures (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  root_asset_id TEXT NOT NULL UNIQUE REFERENCES assets (id),
  current_asset_id TEXT NOT NULL REFERENCES assets (id),
  trashed_at INTEGER,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX pictures_live ON pictures (seq) WHERE trashed_at IS NULL;

CREATE TABLE jobs (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  batch_id TEXT NOT NULL,
  picture_id TEXT NOT NULL REFERENCES pictures (id),
  input_asset_id TEXT NOT NULL REFERENCES assets (id),
  style_asset_id TEXT REFERENCES assets (id),
  kind TEXT NOT NULL,
  edit TEXT NOT NULL,
  sampling TEXT NOT NULL,
  workflow_id TEXT,
  seed INTEGER NOT NULL,
  engine TEXT NOT NULL,
  engine_id TEXT,
  priority INTEGER NOT NULL,
  position REAL NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('queued', 'staging', 'running', 'collecting', 'done', 'failed', 'canceled')),
  attempt INTEGER NOT NULL DEFAULT 0,
  -- failed attempts since the user last asked for it: what the cap on automatic retries counts
  tries INTEGER NOT NULL DEFAULT 0,
  -- not before this time, for a retry with back-off
  not_before INTEGER NOT NULL DEFAULT 0,
  error TEXT,
  notes TEXT NOT NULL DEFAULT '[]',
  export_dir TEXT,
  -- 0 = in the queue panel; n = taken out by the n-th clearing, so that the last one can be undone
  cleared INTEGER NOT NULL DEFAULT 0 CHECK (cleared >= 0),
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  finished_at INTEGER,
  duration_ms INTEGER
) STRICT;
CREATE INDEX jobs_queue ON jobs (priority, position) WHERE state = 'queued';
-- what the scheduler reads: the first job of each kind of work, however many wait before it for an engine that is away
CREATE INDEX jobs_waiting ON jobs (engine, kind, workflow_id, priority, position) WHERE state = 'queued';
CREATE INDEX jobs_active ON jobs (state) WHERE state IN ('staging', 'running', 'collecting');
CREATE INDEX jobs_state ON jobs (state, seq);
CREATE INDEX jobs_panel ON jobs (seq) WHERE cleared = 0 AND state IN ('done', 'failed', 'canceled');
CREATE INDEX jobs_panel_state ON jobs (state) WHERE cleared = 0 AND state IN ('done', 'failed', 'canceled');
CREATE INDEX jobs_cleared ON jobs (cleared) WHERE cleared > 0;
CREATE INDEX jobs_batch ON jobs (batch_id);
CREATE INDEX jobs_picture ON jobs (picture_id, seq);

CREATE TABLE attempts (
  -- lower-case UUID; a ComfyUI server gets it as prompt_id
  id TEXT PRIMARY KEY,
  job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  engine_id TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('active', 'done', 'failed', 'canceled', 'lost')),
  error TEXT,
  started_at INTEGER NOT NULL,
  ended_at INTEGER,
  UNIQUE (job_id, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX attempts_active ON attempts (state) WHERE state = 'active';

CREATE TABLE outputs (
  job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  idx INTEGER NOT NULL,
  attempt_id TEXT NOT NULL REFERENCES attempts (id),
  asset_id TEXT NOT NULL REFERENCES assets (id),
  -- the copy in the job's export folder: the path is chosen and stored before the file is made
  export_path TEXT,
  exported INTEGER NOT NULL DEFAULT 0 CHECK (exported IN (0, 1)),
  PRIMARY KEY (job_id, idx)
) STRICT, WITHOUT ROWID;
CREATE INDEX outputs_asset ON outputs (asset_id);
CREATE INDEX outputs_unexported ON outputs (job_id) WHERE export_path IS NOT NULL AND exported = 0;

CREATE TABLE timings (
  engine_id TEXT NOT NULL,
  work TEXT NOT NULL,
  size_bucket INTEGER NOT NULL,
  cold INTEGER NOT NULL CHECK (cold IN (0, 1)),
  -- exponential mean of milliseconds and how many went into it
  mean_ms REAL NOT NULL,
  samples INTEGER NOT NULL,
  PRIMARY KEY (engine_id, work, size_bucket, cold)
) STRICT, WITHOUT ROWID;

CREATE TABLE settings (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
`

/** Prompts that given-up attempts may have left on servers which were away; gone when they are known to be over. */
export const leftPromptsSql = `
CREATE TABLE left_prompts (
  -- the prompt's id, too
  attempt_id TEXT PRIMARY KEY,
  job_id TEXT NOT NULL,
  engine_id TEXT NOT NULL,
  left_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX left_prompts_engine ON left_prompts (engine_id);
CREATE INDEX left_prompts_job ON left_prompts (job_id);
`

/** Saved ComfyUI servers. `headers` and `tags` are JSON. */
export const serversSql = `
CREATE TABLE servers (
  -- http(s)://host[:port][/path], in its one form: the engine's id
  address TEXT PRIMARY KEY,
  seq INTEGER NOT NULL,
  name TEXT NOT NULL DEFAULT '',
  weight REAL NOT NULL DEFAULT 1 CHECK (weight > 0),
  tags TEXT NOT NULL DEFAULT '[]',
  drained INTEGER NOT NULL DEFAULT 0 CHECK (drained IN (0, 1)),
  headers TEXT NOT NULL DEFAULT '{}',
  certificate_authority TEXT
) STRICT, WITHOUT ROWID;
`
