import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { DoctorReport } from '#shared/contract/calls'
import type { AssetStore } from '../assets/asset-store'
import type { Database } from '../database/database'
import { toCoreError } from '../database/errors'
import { checkIntegrity } from '../database/integrity'
import type { Tables } from '../database/tables'
import type { JobExporter } from '../jobs/export'

type Check = DoctorReport['checks'][number]

/** What the doctor looks at. */
export interface DoctorContext {
  dataDir: string
  db: Database
  tables: Tables
  store: AssetStore
  exporter: JobExporter
  /** Attempts that are being driven now: their folders and rows are no leftovers. */
  isDriven: (attemptId: string) => boolean
}

async function checkDatabase(context: DoctorContext): Promise<Check[]> {
  let report
  try {
    report = await checkIntegrity(context.db.name)
  } catch (error) {
    report = { integrity: [toCoreError(error).message], foreignKeys: [] }
  }
  const { integrity, foreignKeys } = report
  return [
    {
      name: 'database',
      ok: integrity.length === 0,
      found: integrity.length,
      repaired: 0,
      note:
        integrity.length === 0
          ? 'The database is whole.'
          : `${integrity[0]}. Quit Recast and put a backup (*.backup in the data folder, or your own) in the database's place.`,
    },
    {
      name: 'references',
      ok: foreignKeys.length === 0,
      found: foreignKeys.length,
      repaired: 0,
      note:
        foreignKeys.length === 0
          ? 'Every row finds the rows that it needs.'
          : `Rows without the row that they need: ${[...new Set(foreignKeys)].slice(0, 5).join(', ')}. Put a backup in the database's place.`,
    },
  ]
}

/** Attempts that nobody drives and whose job has ended or waits: rows that only a bug or a spoilt file can leave. */
function checkAttempts({ db, tables, isDriven }: DoctorContext, repair: boolean): Check {
  const stuck = tables.attempts.stuck().filter((attempt) => !isDriven(attempt.id))
  let repaired = 0
  if (repair && stuck.length > 0) {
    db.transaction(() => {
      for (const attempt of stuck) if (tables.attempts.end(attempt.id, 'lost', Date.now())) repaired += 1
    }).immediate()
  }
  return {
    name: 'attempts',
    ok: stuck.length === repaired,
    found: stuck.length,
    repaired,
    note: stuck.length === 0 ? 'No attempt is stuck.' : repair ? 'Stuck attempts were ended.' : 'Some attempts are stuck.',
  }
}

/** Done jobs must have a result; there is no way to make one up, so the job is named. */
function checkResults({ db }: DoctorContext): Check {
  const empty = db
    .prepare<[], string>(
      "SELECT id FROM jobs j WHERE state = 'done' AND NOT EXISTS (SELECT 1 FROM outputs o WHERE o.job_id = j.id) LIMIT 1000",
    )
    .pluck()
    .all()
  return {
    name: 'results',
    ok: empty.length === 0,
    found: empty.length,
    repaired: 0,
    note:
      empty.length === 0
        ? 'Every finished job has its result.'
        : `Finished jobs without a result: ${empty.slice(0, 3).join(', ')}.`,
  }
}

/** Copies for export folders that were planned and never written. */
async function checkExports({ tables, exporter }: DoctorContext, repair: boolean): Promise<Check> {
  const missing = tables.outputs.allUnexported().length
  if (missing > 0 && repair) await exporter.resume()
  const left = missing > 0 && repair ? tables.outputs.allUnexported().length : missing
  return {
    name: 'exports',
    ok: left === 0,
    found: missing,
    repaired: missing - left,
    note:
      missing === 0
        ? 'Every copy is in its folder.'
        : left === 0
          ? 'Missing copies were written.'
          : 'Some copies are missing in their folders: retry these jobs when the folder can be written.',
  }
}

/** Folders of attempts that nobody drives. */
async function checkWorkDirs({ dataDir, isDriven }: DoctorContext, repair: boolean): Promise<Check> {
  const staging = join(dataDir, 'staging')
  const entries = await readdir(staging, { withFileTypes: true }).catch(() => [])
  const left = entries.filter((entry) => entry.isDirectory() && !isDriven(entry.name))
  let repaired = 0
  for (const entry of repair ? left : []) {
    await rm(join(staging, entry.name), { recursive: true, force: true })
    repaired += 1
  }
  return {
    name: 'work folders',
    ok: left.length === repaired,
    found: left.length,
    repaired,
    note: left.length === 0 ? 'No work folder is left over.' : repair ? 'They were removed.' : 'They only take space.',
  }
}

/** Checks, and where asked repairs, database, jobs, files and what lies about. */
export async function runDoctor(context: DoctorContext, repair: boolean): Promise<DoctorReport> {
  const checks = [
    ...(await checkDatabase(context)),
    checkAttempts(context, repair),
    checkResults(context),
    ...(await context.store.checkFiles({ repair })),
    await checkExports(context, repair),
    await checkWorkDirs(context, repair),
  ]
  return { ok: checks.every((check) => check.ok), checks }
}
