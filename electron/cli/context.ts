import type { Terminal } from './terminal'

/** What every command gets besides its options. */
export interface CommandContext {
  terminal: Terminal
  version: string
  /** Aborts with Ctrl-C. */
  signal: AbortSignal
}

/** Options that every command takes. */
export interface CommonOptions {
  /** Absolute. */
  dataDir: string
  json: boolean
}
