/**
 * Every picture ever made, one row each, narrow, so that the gallery can be searched whole: the index holds all that it is filtered by,
 * and no search has to read a job. Rows come with the outputs that they stand for, by a trigger in the same transaction.
 */
export const resultsSchema = `
CREATE TABLE results (
  -- order of making; larger is newer
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  asset_seq INTEGER NOT NULL UNIQUE REFERENCES assets (seq),
  -- the first job that made it
  job_seq INTEGER NOT NULL REFERENCES jobs (seq),
  picture_seq INTEGER NOT NULL REFERENCES pictures (seq),
  kind TEXT NOT NULL,
  -- a style's id, 'custom' for a style by picture or words, empty where there is none
  style TEXT NOT NULL,
  engine TEXT NOT NULL,
  workflow TEXT NOT NULL,
  star INTEGER NOT NULL DEFAULT 0 CHECK (star BETWEEN 0 AND 5),
  rejected INTEGER NOT NULL DEFAULT 0 CHECK (rejected IN (0, 1)),
  made_at INTEGER NOT NULL,
  -- 1 = in the trash, by itself or with its picture
  hidden INTEGER NOT NULL DEFAULT 0 CHECK (hidden IN (0, 1)),
  -- its own way into the trash
  trashed_at INTEGER
) STRICT;
CREATE INDEX results_search ON results (hidden, seq, kind, style, engine, workflow, picture_seq, star, rejected, made_at);
CREATE INDEX results_picture ON results (picture_seq, hidden, seq);
CREATE INDEX results_job ON results (job_seq);
CREATE INDEX results_starred ON results (hidden, seq, star) WHERE star > 0;
CREATE INDEX results_trashed ON results (trashed_at, seq) WHERE trashed_at IS NOT NULL;

CREATE TRIGGER results_made AFTER INSERT ON outputs BEGIN
  INSERT INTO results (asset_seq, job_seq, picture_seq, kind, style, engine, workflow, made_at, hidden)
  SELECT a.seq, j.seq, p.seq, j.kind,
         CASE WHEN j.kind = 'style' THEN coalesce(j.edit ->> '$.styleId', 'custom') ELSE '' END,
         coalesce(j.engine_id, ''), coalesce(j.workflow_id, ''), a.created_at, p.trashed_at IS NOT NULL
  FROM jobs j JOIN pictures p ON p.id = j.picture_id JOIN assets a ON a.id = NEW.asset_id WHERE j.id = NEW.job_id
  -- Made again, it is wanted again.
  ON CONFLICT (asset_seq) DO UPDATE SET trashed_at = NULL, hidden = excluded.hidden;
END;
CREATE TRIGGER results_picture_trash AFTER UPDATE OF trashed_at ON pictures BEGIN
  UPDATE results SET hidden = NEW.trashed_at IS NOT NULL OR trashed_at IS NOT NULL WHERE picture_seq = NEW.seq;
END;

INSERT INTO results (asset_seq, job_seq, picture_seq, kind, style, engine, workflow, made_at, hidden)
SELECT a.seq, j.seq, p.seq, j.kind,
       CASE WHEN j.kind = 'style' THEN coalesce(j.edit ->> '$.styleId', 'custom') ELSE '' END,
       coalesce(j.engine_id, ''), coalesce(j.workflow_id, ''), a.created_at, p.trashed_at IS NOT NULL
FROM outputs o JOIN jobs j ON j.id = o.job_id JOIN pictures p ON p.id = j.picture_id JOIN assets a ON a.id = o.asset_id
WHERE true ORDER BY j.seq, o.idx
ON CONFLICT (asset_seq) DO NOTHING;
`
