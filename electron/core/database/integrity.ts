import { createRequire } from 'node:module'
import { Worker } from 'node:worker_threads'
import { AppError } from '#shared/domain/error'

/** What SQLite's own checks found; both lists empty for a sound database. */
export interface IntegrityReport {
  /** Lines of `PRAGMA integrity_check`, without "ok". */
  integrity: string[]
  /** Rows that point at rows that are not there: `table → parent`. */
  foreignKeys: string[]
}

// Text, not a file: a worker's file would have to be found again in the bundle, in the packed app and in the source tree.
const source = `
const { parentPort, workerData } = require('node:worker_threads')
const Database = require(workerData.module)
const db = new Database(workerData.path, { readonly: true, fileMustExist: true, timeout: 5000 })
try {
  const integrity = db.pragma('integrity_check(20)').map((row) => row.integrity_check).filter((line) => line !== 'ok')
  const foreignKeys = db.pragma('foreign_key_check').slice(0, 1000).map((row) => row.table + ' → ' + row.parent)
  parentPort.postMessage({ integrity, foreignKeys })
} finally {
  db.close()
}
`

/**
 * Runs SQLite's integrity and foreign key checks on a connection of its own in a worker thread: 430 ms for 100,000 rows
 * are too long for the main loop. Rejects with what opening the file throws.
 */
export function checkIntegrity(path: string): Promise<IntegrityReport> {
  const module = createRequire(import.meta.url).resolve('better-sqlite3')
  return new Promise((resolve, reject) => {
    const worker = new Worker(source, { eval: true, workerData: { module, path } })
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.once('exit', (code) => {
      reject(new AppError('bug', `The database check ended with ${code} and no answer. Retry, and report it if it comes back.`))
    })
  })
}
