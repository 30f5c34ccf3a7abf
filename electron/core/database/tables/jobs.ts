import type { ErrorView } from '#shared/domain/error'
import type { BatchCounts, JobCounts, JobState } from '#shared/domain/job'
import { AppError } from '#shared/domain/error'
import { canMove } from '../../jobs/machine'
import type { Database } from '../database'
import { changeColumns, recordOfRow, type JobChanges, type JobRecord, type JobRow, type NewJob } from './job-record'

export type { JobChanges, JobRecord, NewJob } from './job-record'

/** Work that the same engines can do: the scheduler looks at the first job of each. */
export interface WorkHead {
  engine: string
  kind: string
  workflowId: string | null
}

/** The little that deciding needs of a queued job. */
export interface QueuedJob extends WorkHead {
  seq: number
  id: string
  priority: number
  position: number
  /** Null where the edit begins without a picture. */
  inputAssetId: string | null
  styleAssetId: string | null
}

/** Filters of a page of jobs. */
export interface JobPageRequest {
  cursor?: number | undefined
  limit: number
  states?: readonly JobState[] | undefined
  batchId?: string | undefined
  pictureId?: string | undefined
}

const selectJob =
  "SELECT j.*, coalesce(j.name, p.name, '') AS picture_name FROM jobs j LEFT JOIN pictures p ON p.id = j.picture_id"
const queuedColumns =
  'seq, id, engine, kind, workflow_id AS workflowId, priority, position, input_asset_id AS inputAssetId, style_asset_id AS styleAssetId'
const finished = "('done', 'failed', 'canceled')"
// A wait longer than any back-off means that the clock was set back since: such a job is due.
const due = '(not_before <= @now OR not_before > @now + @longestWait)'

/** The statements over the jobs table, prepared once per connection. */
export type JobTable = ReturnType<typeof jobTable>

/** Prepares the statements over the jobs table. */
export function jobTable(db: Database) {
  const insert = db.prepare<[string]>(
    `INSERT INTO jobs (id, batch_id, picture_id, input_asset_id, style_asset_id, kind, edit, sampling, workflow_id, seed,
                       engine, priority, position, state, export_dir, created_at, name)
     SELECT value ->> 'id', value ->> 'batchId', value ->> 'pictureId', value ->> 'inputAssetId', value ->> 'styleAssetId',
            value ->> '$.edit.kind', value -> 'edit', value -> 'sampling', value ->> 'workflowId', value ->> 'seed',
            value ->> 'engine', value ->> 'priority', value ->> 'position', 'queued', value ->> 'exportDir', value ->> 'createdAt',
            value ->> 'name'
     FROM json_each(?) ORDER BY key`,
  )
  const insertInputs = db.prepare<[string]>(
    `INSERT OR IGNORE INTO job_inputs (job_id, asset_id)
     SELECT j.value ->> 'id', i.value FROM json_each(?) j, json_each(j.value, '$.inputs') i`,
  )
  const settle = db.prepare<[string, string]>('UPDATE jobs SET picture_id = ? WHERE id = ? AND picture_id IS NULL')
  const removeQueued = db.prepare<[string]>(
    "DELETE FROM jobs WHERE id IN (SELECT value FROM json_each(?)) AND state = 'queued' AND attempt = 0",
  )
  const ofBatch = db.prepare<[string], JobRow>(`${selectJob} WHERE j.batch_id = ? ORDER BY j.seq`)
  const byId = db.prepare<[string], JobRow>(`${selectJob} WHERE j.id = ?`)
  const exists = db.prepare<[string], number>('SELECT 1 FROM jobs WHERE id = ?').pluck()
  const byIds = db.prepare<[string], JobRow>(`${selectJob} WHERE j.id IN (SELECT value FROM json_each(?)) ORDER BY j.seq`)
  const active = db.prepare<[], JobRow>(`${selectJob} WHERE j.state IN ('staging', 'running', 'collecting') ORDER BY j.seq`)
  const queued = db.prepare<[number], JobRow>(
    `${selectJob} WHERE j.state = 'queued' ORDER BY j.priority, j.position, j.seq LIMIT ?`,
  )
  const recent = db.prepare<[number], JobRow>(
    `${selectJob.replace('FROM jobs j', 'FROM jobs j INDEXED BY jobs_panel')} WHERE j.cleared = 0 AND j.state IN ${finished} ORDER BY j.seq DESC LIMIT ?`,
  )
  const works = db.prepare<[], WorkHead>(
    "SELECT DISTINCT engine, kind, workflow_id AS workflowId FROM jobs WHERE state = 'queued'",
  )
  const head = db.prepare<[WorkHead & { now: number; longestWait: number }], QueuedJob>(
    `SELECT ${queuedColumns} FROM jobs
     WHERE state = 'queued' AND engine = @engine AND kind = @kind AND workflow_id IS @workflowId AND ${due}
     ORDER BY priority, position, seq LIMIT 1`,
  )
  const firstDue = db.prepare<[{ now: number; longestWait: number; limit: number }], QueuedJob>(
    `SELECT ${queuedColumns} FROM jobs INDEXED BY jobs_queue WHERE state = 'queued' AND ${due}
     ORDER BY priority, position, seq LIMIT @limit`,
  )
  const fairStart = db
    .prepare<[{ priority: number }], number | null>(
      `SELECT max(q.first, coalesce((SELECT max(position) FROM jobs
                WHERE state IN ('staging', 'running', 'collecting') AND priority = @priority), q.first))
       FROM (SELECT min(position) AS first FROM jobs WHERE state = 'queued' AND priority = @priority) AS q`,
    )
    .pluck()
  const nextDue = db
    .prepare<[{ now: number; longestWait: number }], number | null>(
      `SELECT min(not_before) FROM jobs WHERE state = 'queued' AND NOT ${due}`,
    )
    .pluck()
  const waitingFor = db.prepare<[], { id: string; engine: string }>(
    "SELECT id, engine FROM jobs WHERE state = 'queued' AND engine NOT IN ('auto', 'draft', 'local', 'remote') ORDER BY seq",
  )
  const waitingCount = db.prepare<[], number>("SELECT count(*) FROM jobs WHERE state = 'queued'").pluck()
  const activeCount = db
    .prepare<[], number>("SELECT count(*) FROM jobs WHERE state IN ('staging', 'running', 'collecting')")
    .pluck()
  const panelCounts = db.prepare<[], { state: JobState; n: number }>(
    `SELECT state, count(*) AS n FROM jobs WHERE cleared = 0 AND state IN ${finished} GROUP BY state`,
  )
  const batchStates = db.prepare<[string], { state: JobState; n: number }>(
    'SELECT state, count(*) AS n FROM jobs WHERE batch_id = ? GROUP BY state',
  )
  const lastPosition = db
    .prepare<[], number | null>("SELECT max(position) FROM jobs WHERE state IN ('queued', 'staging', 'running', 'collecting')")
    .pluck()
  const lastPriority = db.prepare<[], number | null>("SELECT max(priority) FROM jobs WHERE state = 'queued'").pluck()
  const before = db
    .prepare<[{ priority: number; position: number; seq: number; id: string }], number>(
      `SELECT position FROM jobs
       WHERE state = 'queued' AND priority = @priority AND (position, seq) < (@position, @seq) AND id <> @id
       ORDER BY position DESC, seq DESC LIMIT 1`,
    )
    .pluck()
  const beforeBatch = db
    .prepare<[{ priority: number; position: number; seq: number; batchId: string }], number>(
      `SELECT position FROM jobs
       WHERE state = 'queued' AND priority = @priority AND (position, seq) < (@position, @seq) AND batch_id <> @batchId
       ORDER BY position DESC, seq DESC LIMIT 1`,
    )
    .pluck()
  const queuedOfBatch = db
    .prepare<[string], string>("SELECT id FROM jobs WHERE batch_id = ? AND state = 'queued' ORDER BY priority, position, seq")
    .pluck()
  const place = db.prepare<[number, number, string]>(
    "UPDATE jobs SET priority = ?, position = ? WHERE id = ? AND state = 'queued'",
  )
  const renumber = db
    .prepare<[number], string>(
      `UPDATE jobs SET position = n.place
       FROM (SELECT id, row_number() OVER (ORDER BY position, seq) AS place FROM jobs WHERE state = 'queued' AND priority = ?) AS n
       WHERE jobs.id = n.id AND jobs.position <> n.place
       RETURNING jobs.id`,
    )
    .pluck()
  const queuedIds = db
    .prepare<[number], string>("SELECT id FROM jobs WHERE state = 'queued' ORDER BY priority, position, seq LIMIT ?")
    .pluck()
  const lastClearing = db.prepare<[], number | null>('SELECT max(cleared) FROM jobs WHERE cleared > 0').pluck()
  const clear = db
    .prepare<[number, number], string>(
      `UPDATE jobs SET cleared = ? WHERE seq IN
         (SELECT seq FROM jobs INDEXED BY jobs_panel WHERE cleared = 0 AND state IN ${finished} ORDER BY seq LIMIT ?) RETURNING id`,
    )
    .pluck()
  const restore = db
    .prepare<[number, number], string>(
      'UPDATE jobs SET cleared = 0 WHERE seq IN (SELECT seq FROM jobs WHERE cleared > 0 AND cleared = ? ORDER BY seq LIMIT ?) RETURNING id',
    )
    .pluck()
  const cancelQueued = db
    .prepare<[{ ids: string; now: number }], string>(
      `UPDATE jobs SET state = 'canceled', finished_at = @now, error = NULL
       WHERE state = 'queued' AND id IN (SELECT value FROM json_each(@ids)) RETURNING id`,
    )
    .pluck()
  const setDone = db.prepare<[string, string | null, string]>(
    "UPDATE jobs SET notes = ?, error = ? WHERE id = ? AND state = 'done'",
  )

  const moveStatements = new Map<string, ReturnType<typeof db.prepare<[Record<string, unknown>]>>>()
  const pageStatements = new Map<
    string,
    {
      items: ReturnType<typeof db.prepare<[Record<string, unknown>], JobRow>>
      total: ReturnType<typeof db.prepare<[Record<string, unknown>], number>>
    }
  >()

  return {
    /** Adds jobs, in order, in the caller's transaction. */
    insertMany(jobs: readonly NewJob[]): void {
      const text = JSON.stringify(jobs)
      insert.run(text)
      if (jobs.some((job) => job.inputs.length > 0)) insertInputs.run(text)
    },
    /** Gives a job without a picture the one that its first result has become. */
    settle: (id: string, pictureId: string): boolean => settle.run(pictureId, id).changes > 0,
    /** Takes jobs of a batch that could not be queued whole out again. */
    removeQueued: (ids: readonly string[]): void => void removeQueued.run(JSON.stringify(ids)),
    /** In the order in which they were asked for. */
    ofBatch: (batchId: string): JobRecord[] => ofBatch.all(batchId).map(recordOfRow),
    get(id: string): JobRecord | undefined {
      const row = byId.get(id)
      return row && recordOfRow(row)
    },
    exists: (id: string): boolean => exists.get(id) === 1,
    /** Those that are there, oldest first. */
    getMany: (ids: readonly string[]): JobRecord[] => byIds.all(JSON.stringify(ids)).map(recordOfRow),
    active: (): JobRecord[] => active.all().map(recordOfRow),
    /** Those of these that an engine holds. */
    activeAmong(ids: readonly string[]): JobRecord[] {
      const wanted = new Set(ids)
      return active
        .all()
        .filter((row) => wanted.has(row.id))
        .map(recordOfRow)
    },
    /** In the order in which they will run. */
    queued: (limit: number): JobRecord[] => queued.all(limit).map(recordOfRow),
    /** Queued jobs that wish for certain servers: an address, a name, a tag. */
    waitingFor: (): { id: string; engine: string }[] => waitingFor.all(),
    queuedIds: (limit: number): string[] => queuedIds.all(limit),
    /** Finished ones that were not cleared, newest first. */
    recent: (limit: number): JobRecord[] => recent.all(limit).map(recordOfRow),

    /**
     * The one way in which a job's state changes: compare and set. False means that another mover was first.
     * Throws on a move that the machine does not know.
     */
    move(id: string, from: JobState, to: JobState, changes: JobChanges = {}): boolean {
      if (!canMove(from, to)) throw new AppError('bug', `No job goes from ${from} to ${to}. Please report this.`)
      const keys = Object.keys(changes) as (keyof JobChanges)[]
      const shape = keys.join()
      let statement = moveStatements.get(shape)
      if (!statement) {
        const sets = keys.map((key) => `, ${changeColumns[key].column} = @${key}`).join('')
        statement = db.prepare<[Record<string, unknown>]>(`UPDATE jobs SET state = @to${sets} WHERE id = @id AND state = @from`)
        moveStatements.set(shape, statement)
      }
      const values: Record<string, unknown> = { id, from, to }
      for (const key of keys) values[key] = changeColumns[key].encode(changes[key])
      return statement.run(values).changes > 0
    },
    /** The same compare and set for many waiting jobs at once; answers those that were still waiting. */
    cancelQueued: (ids: readonly string[], now: number): string[] => cancelQueued.all({ ids: JSON.stringify(ids), now }),
    /** Notes and error of a done job whose result is safe but whose copy for the export folder is not. */
    annotateDone(id: string, notes: readonly string[], error: ErrorView | undefined): boolean {
      return setDone.run(JSON.stringify(notes), error ? JSON.stringify(error) : null, id).changes > 0
    },

    /** The first `limit` due jobs, and the first of each kind of work however far back it is; in the order of the queue. */
    heads(now: number, longestWait: number, limit: number): QueuedJob[] {
      const found = firstDue.all({ now, longestWait, limit })
      // All that is due is here: no kind of work is further back.
      if (found.length < limit) return found
      const known = new Set(found.map(({ id }) => id))
      for (const work of works.all()) {
        const first = head.get({ ...work, now, longestWait })
        if (first && !known.has(first.id)) found.push(first)
      }
      return found.sort((a, b) => a.priority - b.priority || a.position - b.position || a.seq - b.seq)
    },
    /**
     * Where a new batch begins so that it takes turns with those that wait: at the place that the queue has come to (start-time fair
     * queueing, Goyal, Vin & Cheng 1996). Undefined when none of its priority waits.
     */
    fairStart: (priority: number): number | undefined => fairStart.get({ priority }) ?? undefined,
    /** When the next waiting retry is due (Unix milliseconds); undefined when none waits. */
    nextDue: (now: number, longestWait: number): number | undefined => nextDue.get({ now, longestWait }) ?? undefined,

    /** Counts for the queue panel: finished ones without the cleared. */
    counts(): JobCounts {
      const counts = { queued: waitingCount.get() ?? 0, active: activeCount.get() ?? 0, done: 0, failed: 0, canceled: 0 }
      for (const { state, n } of panelCounts.all()) counts[state as 'done' | 'failed' | 'canceled'] = n
      return counts
    },
    /** How many jobs of a batch are in which state, cleared ones as well. */
    batchCounts(batchId: string): BatchCounts {
      const counts = { batchId, queued: 0, active: 0, done: 0, failed: 0, canceled: 0 }
      for (const { state, n } of batchStates.all(batchId))
        counts[state === 'staging' || state === 'running' || state === 'collecting' ? 'active' : state] += n
      return counts
    },
    /** The largest place that is taken; 0 in an empty queue. */
    lastPosition: (): number => lastPosition.get() ?? 0,
    lastPriority: (): number => lastPriority.get() ?? 0,
    /** The place of the queued job right before this one, leaving out `exceptId`. */
    positionBefore(job: { priority: number; position: number; seq: number }, exceptId: string): number | undefined {
      return before.get({ priority: job.priority, position: job.position, seq: job.seq, id: exceptId })
    },
    /** The place of the last queued job before this one that is not of this batch. */
    positionBeforeBatch(job: { priority: number; position: number; seq: number }, batchId: string): number | undefined {
      return beforeBatch.get({ priority: job.priority, position: job.position, seq: job.seq, batchId })
    },
    /** Those of a batch that wait, in the order in which they will run. */
    queuedOfBatch: (batchId: string): string[] => queuedOfBatch.all(batchId),
    place: (id: string, priority: number, position: number): boolean => place.run(priority, position, id).changes > 0,
    /** Gives queued jobs of a priority whole numbers again, in the order they have; answers the ids of those that got another one. */
    renumber: (priority: number): string[] => renumber.all(priority),

    lastClearing: (): number => lastClearing.get() ?? 0,
    /** Takes up to `limit` finished jobs out of the panel; answers their ids. */
    clear: (clearing: number, limit: number): string[] => clear.all(clearing, limit),
    /** Puts up to `limit` jobs of a clearing back; answers their ids. */
    restore: (clearing: number, limit: number): string[] => restore.all(clearing, limit),

    /** A page of the history, newest first. */
    page(request: JobPageRequest): { items: JobRecord[]; total: number; nextCursor?: number } {
      const filters = [
        request.states ? 'j.state IN (SELECT value FROM json_each(@states))' : '',
        request.batchId ? 'j.batch_id = @batchId' : '',
        request.pictureId ? 'j.picture_id = @pictureId' : '',
      ].filter((filter) => filter !== '')
      const where = filters.length > 0 ? filters.join(' AND ') : '1'
      let statements = pageStatements.get(where)
      if (!statements) {
        statements = {
          items: db.prepare<[Record<string, unknown>], JobRow>(
            `${selectJob} WHERE ${where} AND j.seq < @cursor ORDER BY j.seq DESC LIMIT @limit`,
          ),
          total: db.prepare<[Record<string, unknown>], number>(`SELECT count(*) FROM jobs j WHERE ${where}`).pluck(),
        }
        pageStatements.set(where, statements)
      }
      const values: Record<string, unknown> = {}
      if (request.states) values.states = JSON.stringify(request.states)
      if (request.batchId) values.batchId = request.batchId
      if (request.pictureId) values.pictureId = request.pictureId
      // One row more tells whether there is another page.
      const rows = statements.items.all({
        ...values,
        cursor: request.cursor ?? Number.MAX_SAFE_INTEGER,
        limit: request.limit + 1,
      })
      const items = rows.slice(0, request.limit).map(recordOfRow)
      const last = items.at(-1)
      return {
        items,
        total: statements.total.get(values) ?? 0,
        ...(rows.length > request.limit && last ? { nextCursor: last.seq } : {}),
      }
    },
  }
}
