import { errorViewSchema } from '#shared/domain/error-schema'
import type { ErrorView } from '#shared/domain/error'
import type { Database } from '../database'

/** A model that is to be fetched. */
export interface WantedModel {
  file: string
  state: 'queued' | 'paused' | 'failed'
  mirror: string | undefined
  ignoreSpace: boolean
  error: ErrorView | undefined
}

interface WantedRow {
  file: string
  state: WantedModel['state']
  mirror: string | null
  ignore_space: number
  error: string | null
}

/** The statements over licences, downloads and hashes of models, prepared once per connection. */
export type ModelTable = ReturnType<typeof modelTable>

/** Prepares the statements over the models' tables. */
export function modelTable(db: Database) {
  const licences = db.prepare<[], { licence: string }>('SELECT licence FROM model_licences')
  const accept = db.prepare<[string, number]>('INSERT OR IGNORE INTO model_licences (licence, accepted_at) VALUES (?, ?)')
  const wanted = db.prepare<[], WantedRow>('SELECT file, state, mirror, ignore_space, error FROM model_downloads ORDER BY seq')
  const want = db.prepare<[string, string | null, number]>(
    `INSERT INTO model_downloads (file, seq, state, mirror, ignore_space)
     VALUES (?, (SELECT COALESCE(MAX(seq), 0) + 1 FROM model_downloads), 'queued', ?, ?)
     ON CONFLICT (file) DO UPDATE SET state = 'queued', error = NULL, mirror = excluded.mirror, ignore_space = excluded.ignore_space`,
  )
  const move = db.prepare<[string, string | null, string]>('UPDATE model_downloads SET state = ?, error = ? WHERE file = ?')
  const drop = db.prepare<[string]>('DELETE FROM model_downloads WHERE file = ?')
  const hash = db.prepare<[string], { bytes: number; mtime_ms: number; sha256: string }>(
    'SELECT bytes, mtime_ms, sha256 FROM model_hashes WHERE path = ?',
  )
  const putHash = db.prepare<[string, number, number, string]>(
    `INSERT INTO model_hashes (path, bytes, mtime_ms, sha256) VALUES (?, ?, ?, ?)
     ON CONFLICT (path) DO UPDATE SET bytes = excluded.bytes, mtime_ms = excluded.mtime_ms, sha256 = excluded.sha256`,
  )
  return {
    acceptedLicences: (): Set<string> => new Set(licences.all().map((row) => row.licence)),
    acceptLicence: (licence: string, at: number): void => void accept.run(licence, at),
    /** What is to be fetched, in the order in which it was asked for. */
    wanted: (): WantedModel[] =>
      wanted.all().map((row) => ({
        file: row.file,
        state: row.state,
        mirror: row.mirror ?? undefined,
        ignoreSpace: row.ignore_space === 1,
        error: readError(row.error),
      })),
    want: (file: string, mirror: string | undefined, ignoreSpace: boolean): void =>
      void want.run(file, mirror ?? null, ignoreSpace ? 1 : 0),
    move: (file: string, state: WantedModel['state'], error?: ErrorView): void =>
      void move.run(state, error ? JSON.stringify(error) : null, file),
    drop: (file: string): void => void drop.run(file),
    /** The hash of a file that has not changed since it was computed. */
    hashOf({ path, bytes, mtimeMs }: { path: string; bytes: number; mtimeMs: number }): string | undefined {
      const row = hash.get(path)
      return row && row.bytes === bytes && row.mtime_ms === mtimeMs ? row.sha256 : undefined
    },
    /** The hash that a file had when it was last fetched, imported or verified, whatever has become of it since. */
    lastHashOf: (path: string): string | undefined => hash.get(path)?.sha256,
    putHash: (file: { path: string; bytes: number; mtimeMs: number }, sha256: string): void =>
      void putHash.run(file.path, file.bytes, file.mtimeMs, sha256),
  }
}

function readError(text: string | null): ErrorView | undefined {
  if (text === null) return undefined
  try {
    return errorViewSchema.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}
