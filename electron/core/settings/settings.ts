import { randomUUID } from 'node:crypto'
import { settingsSchema, type Settings } from '#shared/domain/settings'
import type { Database } from '../database/database'
import { settingTable } from '../database/tables/settings'

/** The user's settings, kept in the database. */
export interface SettingStore {
  get(): Settings
  /** Changes the given keys in one transaction; answers all of them. */
  set(patch: { [K in keyof Settings]?: Settings[K] | undefined }): Settings
  /** The queue's pause survives a restart: who paused it comes back to a quiet machine. */
  isPaused(): boolean
  setPaused(paused: boolean): void
  /** This data folder's own name towards ComfyUI servers, made once: after a restart they go on telling it about its jobs. */
  clientId(): string
}

/** Not one of the user's settings, but kept beside them. */
const pausedKey = 'queue.paused'
const clientIdKey = 'comfyui.clientId'

/** Takes each stored value that is still allowed, and the default for each that is not. */
export function readSettings(stored: Record<string, unknown>): Settings {
  const values: Record<string, unknown> = {}
  for (const [key, schema] of Object.entries(settingsSchema.shape)) {
    const parsed = schema.safeParse(stored[key])
    if (parsed.success) values[key] = parsed.data
  }
  return settingsSchema.parse(values)
}

/** Reads the settings; keys of a newer Recast stay untouched in the database. */
export function openSettings(db: Database): SettingStore {
  const table = settingTable(db)
  const stored = table.all()
  let settings = readSettings(stored)
  let paused = stored[pausedKey] === true
  return {
    get: () => settings,
    set(patch) {
      const changes = Object.entries(patch).filter(([key, value]) => value !== undefined && key in settingsSchema.shape)
      const next = settingsSchema.parse({ ...settings, ...Object.fromEntries(changes) })
      db.transaction(() => {
        for (const [key, value] of changes) table.put(key, value)
      }).immediate()
      settings = next
      return settings
    },
    isPaused: () => paused,
    setPaused(next) {
      table.put(pausedKey, next)
      paused = next
    },
    clientId() {
      const known = stored[clientIdKey]
      if (typeof known === 'string') return known
      const made = randomUUID()
      table.put(clientIdKey, made)
      stored[clientIdKey] = made
      return made
    },
  }
}
