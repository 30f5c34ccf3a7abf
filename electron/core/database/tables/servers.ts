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
  certificateAuthority: string | undefined
}

interface ServerRow {
  address: string
  name: string
  weight: number
  tags: string
  drained: number
  headers: string
  certificate_authority: string | null
}

const recordOfRow = (row: ServerRow): ServerRecord => ({
  address: row.address,
  name: row.name,
  weight: row.weight,
  tags: JSON.parse(row.tags) as string[],
  drained: row.drained === 1,
  headers: JSON.parse(row.headers) as Record<string, string>,
  certificateAuthority: row.certificate_authority ?? undefined,
})

/** The statements over the servers table, prepared once per connection. */
export type ServerTable = ReturnType<typeof serverTable>

/** Prepares the statements over the servers table. */
export function serverTable(db: Database) {
  const all = db.prepare<[], ServerRow>('SELECT * FROM servers ORDER BY seq')
  const put = db.prepare<[Record<string, unknown>]>(
    `INSERT INTO servers (address, seq, name, weight, tags, drained, headers, certificate_authority)
     VALUES (@address, (SELECT coalesce(max(seq), 0) + 1 FROM servers), @name, @weight, @tags, @drained, @headers, @ca)
     ON CONFLICT (address) DO UPDATE SET name = excluded.name, weight = excluded.weight, tags = excluded.tags,
       drained = excluded.drained, headers = excluded.headers, certificate_authority = excluded.certificate_authority`,
  )
  const remove = db.prepare<[string]>('DELETE FROM servers WHERE address = ?')
  return {
    /** In the order in which they were added. */
    all: (): ServerRecord[] => all.all().map(recordOfRow),
    put(record: ServerRecord): void {
      const { address, name, weight, certificateAuthority } = record
      put.run({
        address,
        name,
        weight,
        tags: JSON.stringify(record.tags),
        drained: record.drained ? 1 : 0,
        headers: JSON.stringify(record.headers),
        ca: certificateAuthority ?? null,
      })
    },
    /** False when there is none. */
    remove: (address: string): boolean => remove.run(address).changes > 0,
  }
}
