/**
 * Jobs may have no picture: what makes pictures from words has none until its first result becomes one. SQLite can't take NOT NULL off a
 * column, so the table is made anew (https://sqlite.org/lang_altertable.html, "Making Other Kinds Of Table Schema Changes"); foreign keys
 * must be off meanwhile, or dropping the old table would delete every attempt and output with it.
 * `made` keeps how results were made; `job_inputs` the pictures that an edit names beside the one it edits.
 */
export const jobsWithoutPicture = `
CREATE TABLE jobs_new (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  batch_id TEXT NOT NULL,
  -- null until the first result of a job without a picture has become one
  picture_id TEXT REFERENCES pictures (id),
  input_asset_id TEXT REFERENCES assets (id),
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
  duration_ms INTEGER,
  -- what the job calls its picture, where that is not the picture's own name
  name TEXT,
  -- the workflow with every value and variant that made the results; JSON
  made TEXT
) STRICT;
INSERT INTO jobs_new (seq, id, batch_id, picture_id, input_asset_id, style_asset_id, kind, edit, sampling, workflow_id, seed, engine,
                      engine_id, priority, position, state, attempt, tries, not_before, error, notes, export_dir, cleared, created_at,
                      started_at, finished_at, duration_ms, name)
SELECT seq, id, batch_id, picture_id, input_asset_id, style_asset_id, kind, edit, sampling, workflow_id, seed, engine,
       engine_id, priority, position, state, attempt, tries, not_before, error, notes, export_dir, cleared, created_at,
       started_at, finished_at, duration_ms, name
FROM jobs;
-- The order never goes back, also when the newest rows are gone.
DELETE FROM sqlite_sequence WHERE name = 'jobs_new';
INSERT INTO sqlite_sequence (name, seq) SELECT 'jobs_new', seq FROM sqlite_sequence WHERE name = 'jobs';
DROP TABLE jobs;
ALTER TABLE jobs_new RENAME TO jobs;
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

CREATE TABLE job_inputs (
  job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  asset_id TEXT NOT NULL REFERENCES assets (id),
  PRIMARY KEY (job_id, asset_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX job_inputs_asset ON job_inputs (asset_id);
`
