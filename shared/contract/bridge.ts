import type { Envelope } from './envelope'
import type { AppEvent } from './events'

/** What the main process sends down the desktop shell's stream. */
export type BridgeMessage =
  | { type: 'hello'; epoch: string; version: string }
  | { type: 'event'; event: AppEvent }
  /** A preview frame as `encodePreview` lays it out. */
  | { type: 'preview'; bytes: Uint8Array }

/** What the desktop shell's preload puts on `window.recast`: two generic functions, and the path of a dropped file. */
export interface RecastBridge {
  /** Runs a call of the contract or one of the desktop's own; other names are refused before they leave the page. */
  call(name: string, input: unknown): Promise<Envelope<unknown>>
  /** Starts the stream (hello, events in order, previews), or starts it anew. Answers how to stop listening. */
  listen(onMessage: (message: BridgeMessage) => void): () => void
  /** Where a dropped or chosen File is on disk; empty for one that is nowhere (pasted). */
  pathForFile(file: object): string
}

/** The fixed channels between page and main process. */
export const bridgeChannels = {
  /** Page → main, answered: (name, input) → envelope. */
  call: 'recast:call',
  /** Page → main: begin the stream. */
  listen: 'recast:listen',
  /** Page → main: one preview has been handled; the next may come. */
  seen: 'recast:seen',
  /** Main → page: a BridgeMessage. */
  stream: 'recast:stream',
} as const
