/** A result is found by the workflow that made it, also where the job named none and left the choice to the engine. */
export const resultsWorkflowSql = `
CREATE TRIGGER results_workflow_made AFTER UPDATE OF made ON jobs WHEN NEW.made IS NOT NULL BEGIN
  UPDATE results SET workflow = NEW.made ->> '$.workflowId' WHERE job_seq = NEW.seq;
END;

-- What was made before: its words are written again, by what indexes an older library.
CREATE TEMP TABLE wrong AS
  SELECT r.seq FROM results r JOIN jobs j ON j.seq = r.job_seq
  WHERE j.made IS NOT NULL AND r.workflow <> j.made ->> '$.workflowId';
DELETE FROM result_words WHERE rowid IN (SELECT r.seq FROM results r JOIN wrong ON wrong.seq = r.seq WHERE r.indexed = 1);
UPDATE results SET indexed = 0, workflow = (SELECT j.made ->> '$.workflowId' FROM jobs j WHERE j.seq = job_seq)
  WHERE seq IN (SELECT seq FROM wrong);
DROP TABLE wrong;
`
