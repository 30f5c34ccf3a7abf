/** Users' own workflows: the file as it came, and what was read out of it. */
export const customWorkflowsSql = `
CREATE TABLE custom_workflows (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  purpose TEXT NOT NULL CHECK (purpose IN ('any', 'style', 'edit')),
  -- of the file's bytes
  sha256 TEXT NOT NULL UNIQUE,
  original TEXT NOT NULL,
  content TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  -- removed ones stay for the jobs that name them
  removed_at INTEGER
) STRICT;
`
