/** Model files: what was accepted, what is to be fetched, and which hashes were computed. */
export const modelsSchema = `
CREATE TABLE model_licences (
  licence TEXT PRIMARY KEY,
  accepted_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE model_downloads (
  file TEXT PRIMARY KEY,
  seq INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('queued', 'paused', 'failed')),
  -- endpoint that is asked before the others
  mirror TEXT,
  ignore_space INTEGER NOT NULL CHECK (ignore_space IN (0, 1)),
  -- JSON of the error view, of a failed one
  error TEXT
) STRICT, WITHOUT ROWID;

-- Valid as long as size and time of the file are these.
CREATE TABLE model_hashes (
  path TEXT PRIMARY KEY,
  bytes INTEGER NOT NULL,
  mtime_ms REAL NOT NULL,
  sha256 TEXT NOT NULL
) STRICT, WITHOUT ROWID;
`
