import type { Output } from '#shared/domain/job'
import type { Database } from '../database'
import { markOfRow } from './results'

/** A new result of a job; `exportPath` is where its copy for the export folder will be. */
export interface NewOutput {
  jobId: string
  index: number
  attemptId: string
  assetId: string
  exportPath: string | undefined
}

/** A result of a job with an export folder whose copy is not known to be there. */
export interface UnexportedOutput {
  jobId: string
  index: number
  assetId: string
  /** Absent while no path could be chosen, e.g. because the folder cannot be written. */
  exportPath: string | undefined
}

interface OutputRow {
  job_id: string
  idx: number
  asset_id: string
  export_path: string | null
  exported: number
  width: number
  height: number
  star: number | null
  rejected: number | null
}

type UnexportedRow = Omit<UnexportedOutput, 'exportPath'> & { exportPath: string | null }
const unexportedOfRow = (row: UnexportedRow): UnexportedOutput => ({ ...row, exportPath: row.exportPath ?? undefined })

/** The statements over the outputs table, prepared once per connection. */
export type OutputTable = ReturnType<typeof outputTable>

/** Prepares the statements over the outputs table. */
export function outputTable(db: Database) {
  const insert = db.prepare<[{ jobId: string; index: number; attemptId: string; assetId: string; exportPath: string | null }]>(
    'INSERT INTO outputs (job_id, idx, attempt_id, asset_id, export_path) VALUES (@jobId, @index, @attemptId, @assetId, @exportPath)',
  )
  const ofJobs = db.prepare<[string], OutputRow>(
    `SELECT o.job_id, o.idx, o.asset_id, o.export_path, o.exported, a.width, a.height, r.star, r.rejected
     FROM outputs o JOIN assets a ON a.id = o.asset_id LEFT JOIN results r ON r.asset_seq = a.seq
     WHERE o.job_id IN (SELECT value FROM json_each(?)) ORDER BY o.job_id, o.idx`,
  )
  // The join order is fixed: the few outputs of the partial index first, then their jobs.
  const unexported = `SELECT o.job_id AS jobId, o.idx AS "index", o.asset_id AS assetId, o.export_path AS exportPath
     FROM outputs o CROSS JOIN jobs j ON j.id = o.job_id WHERE o.exported = 0 AND j.export_dir IS NOT NULL AND j.state = 'done'`
  const allUnexported = db.prepare<[], UnexportedRow>(`${unexported} AND o.export_path IS NOT NULL ORDER BY o.job_id, o.idx`)
  const unexportedOf = db.prepare<[string], UnexportedRow>(`${unexported} AND o.job_id = ? ORDER BY o.idx`)
  const makers = db.prepare<[string], { jobId: string; seed: number }>(
    `SELECT j.id AS jobId, j.seed FROM outputs o JOIN jobs j ON j.id = o.job_id WHERE o.asset_id = ? ORDER BY j.seq DESC LIMIT 1`,
  )
  const plan = db.prepare<[string, string, number]>('UPDATE outputs SET export_path = ? WHERE job_id = ? AND idx = ?')
  const exported = db.prepare<[string, number]>('UPDATE outputs SET exported = 1 WHERE job_id = ? AND idx = ?')

  return {
    insert(output: NewOutput): void {
      insert.run({ ...output, exportPath: output.exportPath ?? null })
    },
    /** The results of several jobs at once, by job id; a job without any is absent. */
    ofJobs(jobIds: readonly string[]): Map<string, Output[]> {
      const found = new Map<string, Output[]>()
      for (const row of ofJobs.all(JSON.stringify(jobIds))) {
        const output: Output = {
          index: row.idx,
          assetId: row.asset_id,
          width: row.width,
          height: row.height,
          ...(row.exported === 1 && row.export_path !== null ? { exportedPath: row.export_path } : {}),
          ...markOfRow(row),
        }
        const list = found.get(row.job_id)
        if (list) list.push(output)
        else found.set(row.job_id, [output])
      }
      return found
    },
    /** The newest job that an asset is a result of, and its seed. */
    makerOf: (assetId: string): { jobId: string; seed: number } | undefined => makers.get(assetId),
    /** Planned copies that are not known to be there, of all jobs. */
    allUnexported: (): UnexportedOutput[] => allUnexported.all().map(unexportedOfRow),
    /** Copies of a done job that are not known to be there, planned or not. */
    unexportedOf: (jobId: string): UnexportedOutput[] => unexportedOf.all(jobId).map(unexportedOfRow),
    planExport: (jobId: string, index: number, path: string): void => void plan.run(path, jobId, index),
    setExported: (jobId: string, index: number): void => void exported.run(jobId, index),
  }
}
