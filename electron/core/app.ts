import type { Readable } from 'node:stream'
import type { CallName, CallOutput, ImportResult } from '#shared/contract/calls'
import type { FileUrlOptions } from '#shared/contract/client'
import type { Engine } from './engines/engine'
import type { EventHub } from './event-hub'

/** The part of a pino logger that the core uses; `diagnostics/log` makes one that writes rotated files. */
export interface AppLogger {
  debug(fields: object, message?: string): void
  info(fields: object, message?: string): void
  warn(fields: object, message?: string): void
  error(fields: object, message?: string): void
}

/** What an engine factory may use. */
export interface EngineContext {
  dataDir: string
  /** Threads for the draft networks; 0 = as many as the machine has cores. */
  draftThreads: number
  modelsDir: string | undefined
  draftProcessPath: string | undefined
  logger: AppLogger
}

/** Options of {@link createApp}. */
export interface AppOptions {
  /** The data folder, absolute; made when it is not there. Its one owner is elected by `instance`, not here. */
  dataDir: string
  version: string
  /** The engines to run jobs on; absent: the draft engine. */
  engines?: (context: EngineContext) => Engine[]
  logger?: AppLogger
  /**
   * False for an owner that only looks (`recast jobs`, `recast doctor`): no job is started and no attempt of a former process is touched;
   * everything else works, submitted jobs wait. Default true.
   */
  takeJobs?: boolean
  /** Folder of the draft networks (`*.onnx`); absent: the one that comes with Recast. */
  modelsDir?: string
  /** The draft engine's process file; absent: found beside the running bundle or in the source tree. */
  draftProcessPath?: string
  /** Folder of the sample photos; absent: the one that comes with Recast. */
  samplesDir?: string
}

/** A stored picture, ready to be sent: by path where there is a file for it, else by its bytes. */
export interface AppFile {
  path?: string
  bytes?: Uint8Array
  mime: string
  /** Strong entity tag, quotes included; the content behind one id and form never changes. */
  etag: string
  /** The name to save it under; only for downloads. */
  downloadName?: string
}

/** Pictures in and out of the app by content, for shells whose users don't share its disk. */
export interface AppFiles {
  /** Finds a picture in the wanted form; rejects with `input.not_found` for an unknown id. */
  read(assetId: string, options?: FileUrlOptions): Promise<AppFile>
  /** Imports one uploaded file; a bad file is an `error` in the result, not a rejection. */
  importUpload(name: string, stream: Readable, as: 'picture' | 'style'): Promise<ImportResult>
}

/** Recast itself, without a face: everything that a shell needs. */
export interface App {
  readonly dataDir: string
  /** Random for each start; the same as in every event. */
  readonly epoch: string
  readonly version: string
  /** Checks the input by the contract's schema, runs the handler; rejects with an AppError. */
  call<N extends CallName>(name: N, input: unknown): Promise<CallOutput<N>>
  readonly events: EventHub
  readonly files: AppFiles
  /** Stops taking jobs, puts active ones back into the queue, closes engines, then the database. Safe to call twice. */
  close(): Promise<void>
}

/**
 * Opens the data folder (making or migrating its database), recovers what a former process left, and starts the scheduler.
 * Rejects with `database.future`, `database.corrupt`, `io.permission` or `io.disk_full`.
 */
export declare function createApp(options: AppOptions): Promise<App>
