import type { ErrorView } from '#shared/domain/error'
import type { Database } from '../database'

/** How an attempt stands. `lost`: its engine knows nothing of it (any more), or Recast was closed under it. */
export type AttemptState = 'active' | 'done' | 'failed' | 'canceled' | 'lost'

/** One try of a job on one engine. */
export interface AttemptRecord {
  id: string
  jobId: string
  number: number
  engineId: string
  state: AttemptState
  startedAt: number
}

interface AttemptRow {
  id: string
  job_id: string
  number: number
  engine_id: string
  state: AttemptState
  started_at: number
}

const recordOfRow = (row: AttemptRow): AttemptRecord => ({
  id: row.id,
  jobId: row.job_id,
  number: row.number,
  engineId: row.engine_id,
  state: row.state,
  startedAt: row.started_at,
})

/** The statements over the attempts table, prepared once per connection. */
export type AttemptTable = ReturnType<typeof attemptTable>

/** Prepares the statements over the attempts table. */
export function attemptTable(db: Database) {
  const insert = db.prepare<[{ id: string; jobId: string; number: number; engineId: string; startedAt: number }]>(
    `INSERT INTO attempts (id, job_id, number, engine_id, state, started_at)
     VALUES (@id, @jobId, @number, @engineId, 'active', @startedAt)`,
  )
  const end = db.prepare<[{ id: string; state: AttemptState; error: string | null; endedAt: number }]>(
    "UPDATE attempts SET state = @state, error = @error, ended_at = @endedAt WHERE id = @id AND state = 'active'",
  )
  const active = db.prepare<[], AttemptRow>("SELECT * FROM attempts WHERE state = 'active' ORDER BY started_at, id")
  const activeOn = db.prepare<[string], AttemptRow>(
    "SELECT * FROM attempts WHERE engine_id = ? AND state = 'active' ORDER BY started_at, id",
  )
  const activeOfJob = db.prepare<[string], AttemptRow>("SELECT * FROM attempts WHERE job_id = ? AND state = 'active'")
  const lastNumber = db.prepare<[string], number | null>('SELECT max(number) FROM attempts WHERE job_id = ?').pluck()
  const stuck = db.prepare<[], AttemptRow>(
    `SELECT a.* FROM attempts a JOIN jobs j ON j.id = a.job_id
     WHERE a.state = 'active' AND j.state NOT IN ('staging', 'running', 'collecting')`,
  )
  return {
    insert: (attempt: { id: string; jobId: string; number: number; engineId: string; startedAt: number }): void =>
      void insert.run(attempt),
    /** Ends an attempt that is active; false when it is not any more: its results were claimed, or it was given up. */
    end(id: string, state: Exclude<AttemptState, 'active'>, endedAt: number, error?: ErrorView): boolean {
      return end.run({ id, state, endedAt, error: error ? JSON.stringify(error) : null }).changes > 0
    },
    active: (): AttemptRecord[] => active.all().map(recordOfRow),
    /** What was begun on an engine, by this process or a former one. */
    activeOn: (engineId: string): AttemptRecord[] => activeOn.all(engineId).map(recordOfRow),
    activeOfJob(jobId: string): AttemptRecord | undefined {
      const row = activeOfJob.get(jobId)
      return row && recordOfRow(row)
    },
    /** 0 before the first. */
    lastNumber: (jobId: string): number => lastNumber.get(jobId) ?? 0,
    /** Active attempts of jobs that no engine holds: there should be none. */
    stuck: (): AttemptRecord[] => stuck.all().map(recordOfRow),
  }
}
