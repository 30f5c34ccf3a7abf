import { clearBackedUpHeaders } from '../backups'
import type { Database } from '../database'

/** A saved ComfyUI server. */
export interface ServerRecord {
  /** In its one form; the engine's id. */
  address: string
  name: string
  weight: number
  tags: string[]
  drained: boolean
  /** Secrets: they leave the core only on the way to this server. */
  headers: Record<string, string>
  /** What a keychain made of the headers' values, which are empty then. */
  sealed: string | undefined
  certificateAuthority: string | undefined
}

interface ServerRow {
  address: string
  name: string
  weight: number
  tags: string
  drained: number
  headers: string
  sealed: string | null
  certificate_authority: string | null
}

const recordOfRow = (row: ServerRow): ServerRecord => ({
  address: row.address,
  name: row.name,
  weight: row.weight,
  tags: JSON.parse(row.tags) as string[],
  drained: row.drained === 1,
  headers: JSON.parse(row.headers) as Record<string, string>,
  sealed: row.sealed ?? undefined,
  certificateAuthority: row.certificate_authority ?? undefined,
})

/** The statements over the servers table, prepared once per connection. */
export type ServerTable = ReturnType<typeof serverTable>

/** Prepares the statements over the servers table. */
export function serverTable(db: Database) {
  const all = db.prepare<[], ServerRow>('SELECT * FROM servers ORDER BY seq')
  const write = db.prepare<[Record<string, unknown>]>(
    `INSERT INTO servers (address, seq, name, weight, tags, drained, headers, sealed, certificate_authority)
     VALUES (@address, (SELECT coalesce(max(seq), 0) + 1 FROM servers), @name, @weight, @tags, @drained, @headers, @sealed, @ca)
     ON CONFLICT (address) DO UPDATE SET name = excluded.name, weight = excluded.weight, tags = excluded.tags,
       drained = excluded.drained, headers = excluded.headers, sealed = excluded.sealed,
       certificate_authority = excluded.certificate_authority`,
  )
  const remove = db.prepare<[string]>('DELETE FROM servers WHERE address = ?')
  function put(record: ServerRecord): void {
    const { address, name, weight, certificateAuthority } = record
    write.run({
      address,
      name,
      weight,
      tags: JSON.stringify(record.tags),
      drained: record.drained ? 1 : 0,
      headers: JSON.stringify(record.headers),
      sealed: record.sealed ?? null,
      ca: certificateAuthority ?? null,
    })
  }

  return {
    /** In the order in which they were added. */
    all: (): ServerRecord[] => all.all().map(recordOfRow),
    put,
    /** As {@link put}, and what the row said before is nowhere in the database's files any more. */
    putOver(record: ServerRecord): void {
      db.pragma('secure_delete = ON')
      try {
        put(record)
        db.pragma('wal_checkpoint(TRUNCATE)')
      } finally {
        db.pragma('secure_delete = OFF')
      }
    },
    /** Takes header values out of the copies that migrations have made of this database. */
    clearBackups: (): void => void clearBackedUpHeaders(db.name),
    /** False when there is none. */
    remove: (address: string): boolean => remove.run(address).changes > 0,
  }
}
