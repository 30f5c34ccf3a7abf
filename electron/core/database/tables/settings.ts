import type { Database } from '../database'

/** The statements over the settings table, prepared once per connection. Values are JSON. */
export type SettingTable = ReturnType<typeof settingTable>

/** Prepares the statements over the settings table. */
export function settingTable(db: Database) {
  const all = db.prepare<[], { key: string; value: string }>('SELECT key, value FROM settings')
  const put = db.prepare<[string, string]>(
    'INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
  )
  return {
    /** Every key, also those of a newer Recast; a value that is no JSON is left out. */
    all(): Record<string, unknown> {
      const values: Record<string, unknown> = {}
      for (const { key, value } of all.all()) {
        try {
          values[key] = JSON.parse(value)
        } catch {
          // One spoilt value must not keep Recast from starting: its default is used.
        }
      }
      return values
    },
    put: (key: string, value: unknown): void => void put.run(key, JSON.stringify(value)),
  }
}
