import { constants } from 'node:fs'
import { access, mkdir } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { calls, isCallName, type CallName, type CallOutput } from '#shared/contract/calls'
import { AppError } from '#shared/domain/error'
import { createHandlers } from './api'
import { openAssetStore } from './assets/asset-store'
import type { BlobStore } from './assets/blob-store'
import type { Database } from './database/database'
import { toCoreError } from './database/errors'
import { createLogFlush } from './database/log-flush'
import { openDatabase } from './database/open'
import { databasePath } from './database/path'
import { openTables } from './database/tables'
import { openEngines, type EngineContext, type RemoteContext } from './engines/open-engines'
import { openSavedServers } from './engines/servers/saved-servers'
import type { Engine } from './engines/engine'
import { createGpuUse } from './engines/gpu-use'
import { createEventHub, type EventHub } from './event-hub'
import { createExports } from './exports/exports'
import { createFiles, type AppFiles } from './files'
import { checkInput } from './input-check'
import { checkOutput } from './output-check'
import { createHistoryLimit } from './gallery/history-limit'
import { createTrash } from './gallery/trash'
import { indexWords } from './gallery/index-words'
import type { CommitResult } from './jobs/attempt'
import { createBoard } from './jobs/board'
import { createEstimator } from './jobs/estimate'
import { createJobExporter } from './jobs/export'
import { jobsInFlight } from './jobs/decide'
import { createLeftPrompts } from './jobs/left-prompts'
import { createQueue } from './jobs/queue'
import { recover, sweepWorkDirs } from './jobs/recovery'
import { createScheduler } from './jobs/scheduler'
import { createDownloader, type DownloaderOptions } from './download/downloader'
import { loadLicences, type LicenceBook } from './models/licences'
import { createModels, modelsFolder } from './models/models'
import { askNvidiaUse } from './runtime/hardware/probe'
import { Runtime } from './runtime/runtime'
import type { RuntimeParts } from './runtime/runtime-context'
import { resourceFolder, workflowFolder } from './resources'
import type { SecretVault } from './secrets/vault'
import { openSettings } from './settings/settings'
import { createSheetExports } from './sheets/sheet-exports'
import { createStyleTiles } from './style-tiles'
import { openOwnStyles } from './styles/own-styles'
import { createStyleFiles } from './styles/style-files'
import { openCustomStore } from './workflows/custom/custom-store'
import type { WorkflowLibrary } from './workflows/load'

/** The part of a pino logger that the core uses; `diagnostics/log` makes one that writes rotated files. */
export interface AppLogger {
  debug(fields: object, message?: string): void
  info(fields: object, message?: string): void
  warn(fields: object, message?: string): void
  error(fields: object, message?: string): void
}

/** Options of {@link createApp}. */
export interface AppOptions {
  /** The data folder, absolute; made when it is not there. Its one owner is elected by `instance`, not here. */
  dataDir: string
  version: string
  /** The engines to run jobs on; absent: the draft engine. */
  engines?: (context: EngineContext) => Engine[]
  /** How the engine of a ComfyUI address is made; tests make its times short. */
  remoteEngine?: (context: RemoteContext) => Engine
  logger?: AppLogger
  /**
   * False for an owner that only looks (`recast jobs`, `recast doctor`): no job is started and no attempt of a former process is touched;
   * everything else works, submitted jobs wait. Default true.
   */
  takeJobs?: boolean
  /** Another way of storing files; the tests of durability put a careless one here. */
  openBlobs?: (dataDir: string) => Promise<BlobStore>
  /** Another way of committing results, for the same tests. */
  commitResult?: CommitResult
  /** Folder of the draft networks (`*.onnx`); absent: the one that comes with Recast. */
  modelsDir?: string
  /** The draft engine's process file; absent: found beside the running bundle or in the source tree. */
  draftProcessPath?: string
  /** Times of the downloads; tests make them short. */
  downloads?: DownloaderOptions
  /** Ports of this computer on which a running ComfyUI is looked for; absent: its usual ones. */
  discoveryPorts?: readonly number[]
  /** An attempt whose server is away for this long (milliseconds) goes to another one that is here; absent: the setting's. */
  failoverMs?: number
  /** Parts of the local runtime that a test brings itself. */
  runtime?: Partial<RuntimeParts>
  /** Folder of the sample photos; absent: the one that comes with Recast. */
  samplesDir?: string
  /** The system's keychain, where the shell has one; absent: secrets are kept in files of the user's alone. */
  vault?: SecretVault
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

const silent: AppLogger = { debug() {}, info() {}, warn() {}, error() {} }

/** Makes the data folder, for this user only: it holds their pictures. */
async function makeDataDir(dataDir: string): Promise<void> {
  if (!isAbsolute(dataDir)) {
    throw new AppError('input.invalid', `The data folder must be an absolute path, got "${dataDir}".`, {
      detail: { field: 'dataDir' },
    })
  }
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 })
    await access(dataDir, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    throw toCoreError(error)
  }
}

/**
 * Opens the data folder (making or migrating its database), recovers what a former process left, and starts the scheduler.
 * Rejects with `database.future`, `database.corrupt`, `io.permission` or `io.disk_full`.
 */
export async function createApp(options: AppOptions): Promise<App> {
  const { dataDir, version, logger = silent, takeJobs = true } = options
  await makeDataDir(dataDir)
  const db = await openDatabase({ path: databasePath(dataDir), onNote: (note) => logger.info({ note }, 'database') })
  try {
    return await assemble(options, db, logger, takeJobs)
  } catch (error) {
    db.close()
    throw toCoreError(error)
  }

  /** Puts the pieces together over an open database. */
  async function assemble(options: AppOptions, db: Database, logger: AppLogger, takeJobs: boolean): Promise<App> {
    const tables = openTables(db)
    const log = createLogFlush(db)
    const settings = openSettings(db)
    const store = await openAssetStore({ dataDir, db, ...(options.openBlobs ? { openBlobs: options.openBlobs } : {}) })
    if (takeJobs) await sweepWorkDirs(dataDir)
    const events = createEventHub((error) => logger.error({ err: error }, 'a listener of events threw'))
    const board = createBoard(tables, events, () => settings.isPaused())
    let reading: Promise<WorkflowLibrary> | undefined
    const custom = openCustomStore(tables.customWorkflows)
    const library = (): Promise<WorkflowLibrary> => (reading ??= loadLibrary())
    // The module is loaded with the first workflow that is asked for: drafts need none, and its schemas are many.
    async function loadLibrary(): Promise<WorkflowLibrary> {
      const { loadWorkflows } = await import('./workflows/load')
      return { ...(await loadWorkflows(workflowFolder())), custom: custom.find }
    }
    const servers = openSavedServers(tables.servers, options.vault)
    const downloader = createDownloader(options.downloads)
    const runtime = new Runtime({
      dataDir,
      settings: settings.get,
      modelFolders: () => [modelsFolder(dataDir, settings.get()), ...settings.get().modelFolders],
      downloader: () => downloader,
      shareModels(folder) {
        const { modelFolders } = settings.get()
        if (modelFolders.includes(folder) || modelFolders.length >= 32) return
        events.emit({ type: 'settings', settings: settings.set({ modelFolders: [...modelFolders, folder] }) })
      },
      onChange(view) {
        events.emit({ type: 'runtime', runtime: view })
        pool.refresh('local')
        scheduler.kick()
      },
      logger,
      parts: options.runtime,
    })
    await runtime.open(takeJobs)
    const pool = openEngines({
      given: options.engines,
      context: {
        dataDir,
        draftThreads: settings.get().draftThreads,
        modelsDir: options.modelsDir,
        draftProcessPath: options.draftProcessPath,
        logger,
      },
      remoteEngine: options.remoteEngine,
      runtime,
      servers,
      settings,
      library,
      events,
      jobsOn: (id) => scheduler.jobsOn(id),
      onChange(readyId) {
        if (readyId !== undefined && takeJobs) left.sweep(readyId)
        scheduler.kick()
      },
    })
    const left = createLeftPrompts({ tables, pool, logger })
    const failoverMs = (): number => options.failoverMs ?? settings.get().failoverAfter * 1_000
    const exporter = createJobExporter({ db, tables, store, logger })
    const scheduler = createScheduler({
      dataDir,
      db,
      tables,
      store,
      board,
      events,
      estimator: createEstimator(tables.timings),
      exporter,
      kept: new Map(),
      commit: options.commitResult,
      log,
      logger,
      pool,
      isPaused: () => !takeJobs || settings.isPaused(),
      maxInFlight: () => jobsInFlight(settings.get().maxInFlight, pool.lookAhead()),
      failoverMs,
      left,
      gpu: createGpuUse(askNvidiaUse),
      onResult({ id }) {
        // Read again: the result may just have become the picture.
        const pictureId = tables.jobs.get(id)?.pictureId
        const picture = pictureId === undefined ? undefined : tables.pictures.get(pictureId)
        if (picture) events.emit({ type: 'picture', picture })
      },
    })
    let licences: Promise<LicenceBook> | undefined
    const models = createModels({
      dataDir,
      table: tables.models,
      settings: settings.get,
      events,
      library,
      licences: () => (licences ??= loadLicences(workflowFolder())),
      downloader,
      environment: process.env,
      vault: options.vault,
      onReady: () => void Promise.all(pool.views().map((engine) => pool.probe(engine.id))).catch(() => undefined),
      logger,
    })
    const stopping = new AbortController()
    if (takeJobs) {
      pool.start()
      for (const id of await exporter.resume()) logger.info({ job: id }, 'finished the copies of a job')
      await recover({ tables, pool, scheduler, left, failoverMs, logger }, stopping.signal)
      scheduler.kick()
      models.start()
    }
    const queue = createQueue({ db, tables, board, scheduler, exporter, stopNow: takeJobs ? undefined : left.stopNow })
    const exports = createExports({ dataDir, version, tables, store })
    const sheets = createSheetExports({ store, folder: join(dataDir, 'cache', 'sheets') })
    const trash = createTrash({ db, tables, store, events, logger, days: () => settings.get().trashDays })
    const historyLimit = createHistoryLimit({ db, tables, trash, logger, limit: () => settings.get() })
    if (takeJobs) {
      trash.start()
      historyLimit.start()
    }
    const indexing = indexWords(tables.results, stopping.signal)
    indexing.catch((error: unknown) => logger.error({ err: error }, 'older results could not be made findable by their words'))
    const ownStyles = openOwnStyles({ tables, store, events })
    const styleFiles = createStyleFiles({ own: ownStyles, store })
    const samplesDir = (): string => options.samplesDir ?? resourceFolder('samples')
    const handlers = createHandlers({
      dataDir,
      version,
      db,
      tables,
      store,
      events,
      settings,
      pool,
      servers,
      discoveryPorts: options.discoveryPorts,
      board,
      scheduler,
      exporter,
      queue,
      exports,
      sheets,
      trash,
      historyLimit,
      samplesDir,
      library,
      custom,
      ownStyles,
      styleFiles,
      models,
      runtime,
      log,
    })
    const tiles = createStyleTiles({ store, engines: pool.all(), version, lookOf: ownStyles.draftLookOf })
    let closing: Promise<void> | undefined

    async function call<N extends CallName>(name: N, input: unknown): Promise<CallOutput<N>> {
      if (closing) throw new AppError('instance.unreachable', 'Recast is closing. Start it again.')
      if (!isCallName(name)) {
        throw new AppError(
          'input.invalid',
          `There is no call "${String(name).slice(0, 64)}". Reload, so that both sides are one version.`,
        )
      }
      try {
        const values = checkInput(calls[name].input, input ?? {})
        const handler = handlers[name] as (values: unknown) => unknown
        const answer = await handler(values)
        // What the contract does not name stays inside: unknown keys are dropped here.
        return (await checkOutput(calls[name].output, answer)) as CallOutput<N>
      } catch (thrown) {
        const error = toCoreError(thrown)
        if (error.code === 'bug') logger.error({ err: thrown, call: name }, 'a call failed by a fault of Recast')
        throw error
      }
    }

    return {
      dataDir,
      epoch: events.epoch,
      version,
      call,
      events,
      files: createFiles({ store, events, tiles, exports, made: (id) => sheets.file(id) ?? styleFiles.file(id) }),
      close() {
        closing ??= (async () => {
          stopping.abort()
          await models.close()
          await historyLimit.close()
          await trash.close()
          await indexing.catch(() => {})
          await scheduler.close()
          await pool.close()
          await sheets.close()
          board.close()
          events.close()
          await log.close()
          db.close()
        })()
        return closing
      },
    }
  }
}
