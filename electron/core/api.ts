import { join } from 'node:path'
import { setImmediate as breathe } from 'node:timers/promises'
import type { CallHandlers, DoctorReport, ImportResult } from '#shared/contract/calls'
import type { CustomEdit } from '#shared/domain/edit'
import { AppError } from '#shared/domain/error'
import type { Job } from '#shared/domain/job'
import type { Picture } from '#shared/domain/picture'
import type { AssetStore } from './assets/asset-store'
import type { Database } from './database/database'
import type { LogFlush } from './database/log-flush'
import type { Tables } from './database/tables'
import { diagnosticsText } from './diagnostics/diagnostics'
import { runDoctor } from './diagnostics/doctor'
import type { EnginePool } from './engines/pool'
import { createEngineHandlers } from './engines/servers/handlers'
import type { SavedServers } from './engines/servers/saved-servers'
import type { EventSource } from './event-hub'
import type { Exports } from './exports/exports'
import { galleryHandlers } from './gallery/handlers'
import type { HistoryLimit } from './gallery/history-limit'
import type { Trash } from './gallery/trash'
import type { JobBoard } from './jobs/board'
import type { JobExporter } from './jobs/export'
import type { Queue } from './jobs/queue'
import type { Scheduler } from './jobs/scheduler'
import { submitJobs } from './jobs/submit'
import type { Models } from './models/models'
import type { Runtime } from './runtime/runtime'
import type { SettingStore } from './settings/settings'
import type { SheetExports } from './sheets/sheet-exports'
import { styleHandlers } from './styles/handlers'
import type { OwnStyles } from './styles/own-styles'
import type { StyleFiles } from './styles/style-files'
import { createCustomCalls } from './workflows/custom/custom-calls'
import { resolveCustomEdit } from './workflows/custom/custom-job'
import type { CustomStore } from './workflows/custom/custom-store'
import type { WorkflowLibrary } from './workflows/load'
import { viewOfWorkflow } from './workflows/view'

/** What the handlers work with. */
export interface ApiContext {
  dataDir: string
  version: string
  db: Database
  log: LogFlush
  tables: Tables
  store: AssetStore
  events: EventSource
  settings: SettingStore
  pool: EnginePool
  servers: SavedServers
  /** Ports of this computer on which a running ComfyUI is looked for; absent: its usual ones. */
  discoveryPorts: readonly number[] | undefined
  board: JobBoard
  scheduler: Scheduler
  exporter: JobExporter
  queue: Queue
  exports: Exports
  sheets: SheetExports
  trash: Trash
  historyLimit: HistoryLimit
  /** Folder of the sample photos. Throws when the installation lacks it. */
  samplesDir: () => string
  library: () => Promise<WorkflowLibrary>
  custom: CustomStore
  ownStyles: OwnStyles
  styleFiles: StyleFiles
  models: Models
  runtime: Runtime
}

/** The photo that `assets.importSample` imports. */
const sampleFile = 'coffee.png'
/** Sizes of the snapshot's parts (see the contract). */
const snapshotLimits = { waiting: 200, finished: 100, pictures: 100 }

/** Jobs that are read and shown in one turn of the main loop. */
const viewsAtOnce = 500

/** Makes the handlers: one for each call of the contract, over checked values. */
export function createHandlers(context: ApiContext): CallHandlers {
  let checked: DoctorReport | undefined
  const { tables, store, events, settings, pool, board, scheduler, queue, models, runtime } = context

  function needPicture(id: string): Picture {
    const picture = tables.pictures.get(id)
    if (picture) return picture
    throw new AppError('input.not_found', 'There is no such picture in the library. Reload it and choose again.', {
      detail: { pictureId: id },
    })
  }

  function announcePictures(ids: readonly string[]): void {
    for (const id of ids) {
      const picture = tables.pictures.get(id)
      if (picture) events.emit({ type: 'picture', picture })
    }
  }

  /** Jobs as they are shown; thousands of them a few at a time, so that the main loop breathes. */
  async function viewMany(ids: readonly string[]): Promise<Job[]> {
    const jobs: Job[] = []
    for (let at = 0; at < ids.length; at += viewsAtOnce) {
      if (at > 0) await breathe()
      jobs.push(...board.view(tables.jobs.getMany(ids.slice(at, at + viewsAtOnce))))
    }
    return jobs
  }

  async function importPaths(paths: readonly string[], as: 'picture' | 'style'): Promise<{ results: ImportResult[] }> {
    const onResult = ({ picture }: ImportResult): void => {
      if (picture) events.emit({ type: 'picture', picture })
    }
    return { results: await store.importPaths(paths, as, { onResult }) }
  }

  const submitContext = {
    ...context,
    resolveCustom: async (edit: CustomEdit, { hasPicture }: { hasPicture: boolean }) =>
      resolveCustomEdit(context.custom, edit, hasPicture),
  }
  let submitting: Promise<unknown> = Promise.resolve()

  return {
    'app.snapshot'() {
      const { jobs } = tables
      const active = jobs.active()
      const queued = jobs.queued(Math.max(0, snapshotLimits.waiting - active.length))
      return {
        // Everything below is read in this one turn, so nothing happens between this number and the rows.
        epoch: events.epoch,
        seq: events.seq,
        version: context.version,
        dataDir: context.dataDir,
        settings: settings.get(),
        styles: context.ownStyles.all(),
        styleMarks: context.ownStyles.marks(),
        engines: pool.views(),
        queue: board.queue(),
        jobs: board.view([...active, ...queued, ...jobs.recent(snapshotLimits.finished)]),
        pictures: tables.pictures.page({ limit: snapshotLimits.pictures }),
      }
    },

    'pictures.list': (request) => tables.pictures.page(request),
    'pictures.get': ({ id }) => ({ picture: needPicture(id), versions: tables.pictures.versions(id) }),
    'pictures.apply'({ id, assetId }) {
      const before = needPicture(id)
      if (!tables.pictures.hasVersion(id, assetId)) {
        throw new AppError('input.not_found', 'That is no version of this picture. Reload it and choose a version again.', {
          detail: { pictureId: id, assetId },
        })
      }
      tables.steps.apply(id, assetId)
      announcePictures([id])
      return { picture: needPicture(id), previousAssetId: before.currentAssetId }
    },
    'pictures.setPose'({ id, pose }) {
      const { pose: previous } = needPicture(id)
      tables.pictures.setPose(id, pose)
      announcePictures([id])
      return { picture: needPicture(id), ...(previous ? { previous } : {}) }
    },
    'pictures.trash'({ ids }) {
      const trashed = tables.pictures.trash(ids, Date.now())
      announcePictures(trashed)
      return { count: trashed.length }
    },
    'pictures.restore'({ ids }) {
      const restored = tables.pictures.restore(ids)
      announcePictures(restored)
      return { count: restored.length }
    },

    ...galleryHandlers(context),

    'assets.import': ({ paths, as }) => importPaths(paths, as),
    'assets.importSample': () => importPaths([join(context.samplesDir(), sampleFile)], 'picture'),
    'exports.plan': (values) => context.exports.plan(values),
    'assets.export': (values) => context.exports.run(values),

    'sheets.export': (values) => context.sheets.run(values),

    async 'jobs.submit'(asked) {
      const { ownStyles } = context
      const submission = { ...asked, edits: asked.edits.map((edit) => (edit.kind === 'style' ? ownStyles.complete(edit) : edit)) }
      // Before the queue is held: a server may take seconds to answer.
      await pool.prepare(submission.engine, submission.edits, submission.workflowId)
      // One after the other: of two with the same batchId the second must find the jobs of the first, and those kept for good.
      const turn = submitting.then(() => scheduler.hold(() => submitJobs(submitContext, submission)))
      submitting = turn.then((submitted) => submitted.flushed).catch(() => {})
      const { batchId, jobIds, flushed } = await turn
      board.announceMany(jobIds)
      const jobs = await viewMany(jobIds)
      // What can begin does so meanwhile.
      await flushed.catch((refused: unknown) => {
        scheduler.cancel(jobIds)
        throw refused
      })
      ownStyles.used(
        submission.edits.flatMap((edit) => (edit.kind === 'style' && edit.styleId !== undefined ? [edit.styleId] : [])),
      )
      return { batchId, jobs }
    },
    'jobs.list'({ cursor, limit, states, batchId, pictureId }) {
      const { items, ...rest } = tables.jobs.page({ cursor, limit, states, batchId, pictureId })
      return { items: board.view(items), ...rest }
    },
    'jobs.batches': ({ ids }) => ({ batches: ids.map((id) => tables.jobs.batchCounts(id)) }),
    'jobs.get'({ id }) {
      const [job] = board.view(tables.jobs.getMany([id]))
      if (job) return job
      throw new AppError('input.not_found', 'There is no such job. Reload the queue and choose again.', { detail: { jobId: id } })
    },
    async 'jobs.cancel'({ ids }) {
      const { canceled, goesOn } = await queue.cancel(ids)
      return { canceled, ...(goesOn.length > 0 ? { goesOn: goesOn.map(({ jobId: id, engineId }) => ({ id, engineId })) } : {}) }
    },
    'jobs.retry': async ({ ids }) => ({ jobs: await viewMany(await queue.retry(ids)) }),
    'jobs.move'({ id, beforeId }) {
      const [job] = board.view([queue.move(id, beforeId)])
      return job as NonNullable<typeof job>
    },
    'jobs.moveBatch': async ({ batchId, beforeId }) => ({ count: await queue.moveBatch(batchId, beforeId) }),
    async 'jobs.clear'() {
      const ids = await queue.clear()
      if (ids.length > 0) events.emit({ type: 'jobs.cleared', ids })
      board.announceQueue()
      return { count: ids.length }
    },
    'jobs.restoreCleared': async () => ({ count: (await queue.restoreCleared()).length }),
    'queue.pause'({ paused }) {
      settings.setPaused(paused)
      board.announceQueue()
      if (!paused) scheduler.kick()
      return board.queue()
    },

    'models.list': () => models.list(),
    'models.pull': (values) => models.pull(values),
    'models.pause': async ({ files }) => (await models.pause(files), {}),
    'models.resume': async ({ files }) => (await models.resume(files), {}),
    'models.cancel': async ({ files }) => (await models.cancel(files), {}),
    'models.import': (values) => models.importFile(values),
    'models.verify': ({ files }) => models.verify(files),
    'models.unused': () => models.unused(),
    'models.setToken': async ({ token }) => (await models.setToken(token), {}),

    ...createEngineHandlers({ ...context, jobsOn: (id) => scheduler.jobsOn(id) }),
    async 'workflows.list'({ engine: wish }) {
      const all = [...(await context.library()).workflows.values()]
      if (wish === undefined) return { workflows: all.map((workflow) => viewOfWorkflow(workflow, undefined)) }
      const [engine] = pool.candidates(wish)
      if (!engine?.workflows) {
        throw new AppError('input.unknown_engine', `"${wish}" runs no workflows. Give the address of a ComfyUI server.`, {
          detail: { engine: wish },
        })
      }
      await pool.probe(engine.id)
      const ready = engine.workflows()
      return { workflows: all.map((workflow) => viewOfWorkflow(workflow, ready?.get(workflow.id))), engine: pool.view(engine) }
    },
    'runtime.status': () => ({ runtime: runtime.view(), log: runtime.log() }),
    'runtime.doctor': (values) => runtime.doctor(values),
    'runtime.install': (values) => runtime.install(values),
    'runtime.cancel': () => runtime.cancel(),
    async 'runtime.start'() {
      await runtime.start()
      return runtime.view()
    },
    'runtime.stop': () => runtime.stop(),
    'runtime.update': () => runtime.update(),
    'runtime.repair': () => runtime.repair(),
    'runtime.snapshot': ({ name }) => runtime.snapshot(name),
    'runtime.discard': ({ id }) => runtime.discard(id),
    'runtime.rollback': ({ id }) => runtime.rollback(id),
    'runtime.remove': (values) => runtime.remove(values),

    ...createCustomCalls(context),
    ...styleHandlers(context),
    'settings.set'(patch) {
      const next = settings.set(patch)
      events.emit({ type: 'settings', settings: next })
      // A server that is set up by this is looked at now, so that its state is told.
      if (patch.engine !== undefined) pool.candidates(next.engine)
      models.settingsChanged()
      scheduler.kick()
      return next
    },
    'app.diagnostics': async () => ({
      text: await diagnosticsText({
        ...context,
        settings: settings.get(),
        engines: pool.views(),
        queue: board.queue(),
        checks: checked?.checks,
        runtime: () => runtime.doctor({ run: false }),
        serverLog: runtime.log(),
        environment: process.env,
      }),
    }),
    'app.doctor': async ({ repair }) => {
      checked = await runDoctor({ ...context, isDriven: (attemptId) => scheduler.isDriven(attemptId) }, repair)
      return checked
    },
  }
}
