import type { Database } from '../database'

/** A prompt that an ended attempt may have left on its server; the attempt's id is the prompt's. */
export interface LeftPrompt {
  attemptId: string
  jobId: string
  engineId: string
}

interface LeftRow {
  attempt_id: string
  job_id: string
  engine_id: string
}

const recordOfRow = (row: LeftRow): LeftPrompt => ({ attemptId: row.attempt_id, jobId: row.job_id, engineId: row.engine_id })

/** The statements over the prompts that were left, prepared once per connection. */
export type LeftPromptTable = ReturnType<typeof leftPromptTable>

/** Prepares the statements over the prompts that were left. */
export function leftPromptTable(db: Database) {
  const add = db.prepare<[{ attemptId: string; jobId: string; engineId: string; leftAt: number }]>(
    `INSERT INTO left_prompts (attempt_id, job_id, engine_id, left_at) VALUES (@attemptId, @jobId, @engineId, @leftAt)
     ON CONFLICT (attempt_id) DO NOTHING`,
  )
  const settle = db.prepare<[string]>('DELETE FROM left_prompts WHERE attempt_id = ?')
  const all = db.prepare<[], LeftRow>('SELECT * FROM left_prompts ORDER BY left_at, attempt_id')
  const onEngine = db.prepare<[string], LeftRow>('SELECT * FROM left_prompts WHERE engine_id = ? ORDER BY left_at, attempt_id')
  const ofJob = db.prepare<[string], LeftRow>('SELECT * FROM left_prompts WHERE job_id = ? ORDER BY left_at, attempt_id')
  return {
    add: (prompt: LeftPrompt, leftAt: number): void => void add.run({ ...prompt, leftAt }),
    /** It is known to be over there. */
    settle: (attemptId: string): void => void settle.run(attemptId),
    /** Oldest first. */
    all: (): LeftPrompt[] => all.all().map(recordOfRow),
    /** Oldest first. */
    onEngine: (engineId: string): LeftPrompt[] => onEngine.all(engineId).map(recordOfRow),
    /** Oldest first. */
    ofJob: (jobId: string): LeftPrompt[] => ofJob.all(jobId).map(recordOfRow),
  }
}
