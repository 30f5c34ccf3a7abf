import { stat, statfs } from 'node:fs/promises'
import { basename, isAbsolute, join, resolve } from 'node:path'
import type { CallOutput, CallValues } from '#shared/contract/calls'
import { AppError } from '#shared/domain/error'
import type { ModelView, UnusedModel, Verification, WorkflowNeeds } from '#shared/domain/model'
import type { Settings } from '#shared/domain/settings'
import type { AppLogger } from '../app'
import type { ModelTable, WantedModel } from '../database/tables/models'
import { makeFolder } from '../assets/durable-file'
import { hashFile } from '../assets/blob-store'
import { discardDownload, downloadedSoFar, type Downloader } from '../download/downloader'
import { checkAddress } from '../download/http-source'
import { quiet } from '../download/progress'
import type { EventSource } from '../event-hub'
import type { WorkflowLibrary } from '../workflows/load'
import type { Model } from '../workflows/workflow-schema'
import { createDownloadQueue, type QueueProgress } from './download-queue'
import { checkModelFile } from './file-format'
import { createHub } from './hub'
import type { LicenceBook } from './licences'
import { needsOf } from './needs'
import { copyInto, linkInto, setAside } from './place'
import type { SecretVault } from '../secrets/vault'
import { readShelf, type ShelfFile } from './shelf'
import { candidates, standingOf } from './standing'

/** What the models work with. */
export interface ModelsContext {
  dataDir: string
  table: ModelTable
  settings: () => Settings
  events: Pick<EventSource, 'emit'>
  library: () => Promise<WorkflowLibrary>
  licences: () => Promise<LicenceBook>
  downloader: Downloader
  environment: Readonly<Record<string, string | undefined>>
  vault: SecretVault | undefined
  /** A model has come: engines may be asked again what they lack. */
  onReady: () => void
  logger: AppLogger
}

/** The model files of this machine: what workflows need, what is there, and how the rest gets here. */
export interface Models {
  list(): Promise<CallOutput<'models.list'>>
  pull(values: CallValues<'models.pull'>): Promise<{ models: ModelView[] }>
  pause(files: string[] | undefined): Promise<void>
  resume(files: string[] | undefined): Promise<void>
  cancel(files: string[]): Promise<void>
  importFile(values: CallValues<'models.import'>): Promise<CallOutput<'models.import'>>
  verify(files: string[] | undefined): Promise<{ results: Verification[] }>
  unused(): Promise<{ files: UnusedModel[]; bytes: number }>
  setToken(token: string): Promise<void>
  /** Takes over what settings say of downloads. */
  settingsChanged(): void
  /** Goes on with the downloads of a former process. */
  start(): void
  close(): Promise<void>
}

/** Where models live: the user's folder, else one in the data folder. */
export function modelsFolder(dataDir: string, settings: Settings): string {
  return settings.modelsFolder === '' ? join(dataDir, 'models') : settings.modelsFolder
}

/** Opens the models. */
export function createModels(context: ModelsContext): Models {
  const { dataDir, table, settings, events, downloader, logger } = context
  const folder = (): string => modelsFolder(dataDir, settings())
  const hub = createHub({
    dataDir,
    endpoint: () => settings().modelEndpoint,
    mirrors: () => settings().modelMirrors,
    environment: context.environment,
    vault: context.vault,
  })
  const stopping = new AbortController()
  const queue = createDownloadQueue({
    table,
    fetch: fetchModel,
    async discard(file) {
      const model = (await context.library()).models.get(file)
      if (model) await discardDownload(targetOf(model))
    },
    onChange: (file) => void announce(file),
    onProgress: (file, download) => events.emit({ type: 'model.progress', file, download }),
  })

  const settingsChanged = (): void => {
    const { downloadRate } = settings()
    downloader.setRate(downloadRate === 0 ? null : downloadRate * 1000)
  }
  settingsChanged()

  const targetOf = (model: Model): string => join(folder(), model.folder, model.file)

  async function shelves(): Promise<{ own: ShelfFile[]; others: ShelfFile[] }> {
    const own = await readShelf(folder())
    const others = await Promise.all(settings().modelFolders.map((one) => readShelf(one)))
    return { own, others: others.flat() }
  }

  async function viewMany(models: readonly Model[]): Promise<ModelView[]> {
    const { own, others } = await shelves()
    const licences = await context.licences()
    const accepted = table.acceptedLicences()
    return Promise.all(
      models.map(async (model) => {
        const { url, ask, key } = licences.of(model)
        const page = hub.page(model)
        const download = await viewOfDownload(model)
        return {
          file: model.file,
          folder: model.folder,
          bytes: model.bytes,
          bytesExact: model.sha256 !== null && model.bytes !== null,
          sha256: model.sha256,
          licence: { ...model.licence, ...(url === undefined ? {} : { url }), ask, accepted: accepted.has(key) },
          ...(page === undefined ? {} : { page }),
          ...standingOf(model, own, others, table.hashOf),
          ...(download === undefined ? {} : { download }),
        }
      }),
    )
  }

  async function viewOfDownload(model: Model): Promise<ModelView['download']> {
    const download = queue.view(model.file)
    if (!download || download.state === 'running') return download
    const part = await downloadedSoFar(targetOf(model))
    return part ? { ...download, bytes: part.bytes, ...(part.total === undefined ? {} : { total: part.total }) } : download
  }

  async function announce(file: string): Promise<void> {
    try {
      const model = (await context.library()).models.get(file)
      const [view] = model ? await viewMany([model]) : []
      if (view && !stopping.signal.aborted) events.emit({ type: 'model', model: view })
    } catch (error) {
      logger.warn({ err: error, file }, 'a model could not be shown')
    }
  }

  /** The catalogued models of these names. Throws `input.not_found` for one that is not catalogued. */
  async function needModels(files: readonly string[]): Promise<Model[]> {
    const { models } = await context.library()
    return files.map((file) => {
      const model = models.get(file)
      if (model) return model
      throw new AppError(
        'input.not_found',
        `There is no model "${file}" in the catalogue. "recast models list" shows its names.`,
        {
          detail: { file },
        },
      )
    })
  }

  /** The hash of a file, computed now unless that was done since it last changed. */
  async function hashOf(file: ShelfFile, signal: AbortSignal): Promise<string> {
    const known = table.hashOf(file)
    if (known !== undefined) return known
    const { sha256 } = await hashFile(file.path, { signal })
    table.putHash(file, sha256)
    return sha256
  }

  /** Brings one model: from the disk if it is there, else from the hub or its mirrors. */
  async function fetchModel(wanted: WantedModel, signal: AbortSignal, onProgress: (p: QueueProgress) => void): Promise<void> {
    const [model] = await needModels([wanted.file])
    if (!model) return
    const target = targetOf(model)
    const { own, others } = await shelves()
    const standing = standingOf(model, own, others, table.hashOf)
    if (standing.state === 'ready') return
    if (standing.state === 'damaged' && standing.path) {
      logger.warn({ file: model.file, aside: await setAside(standing.path) }, 'put a damaged model aside')
    }
    onProgress(linking)
    if (await linkFromDisk(model, others, target, signal)) return context.onReady()
    const done = await downloader.download({
      urls: hub.addresses(model, wanted.mirror),
      target,
      // A size without a hash is an estimate from a sibling or a page: only the hub's own word counts then.
      ...(model.sha256 === null ? {} : { sha256: model.sha256, ...(model.bytes === null ? {} : { size: model.bytes }) }),
      tokens: await hub.tokens(),
      ignoreSpace: wanted.ignoreSpace,
      signal,
      onProgress,
    })
    const { size, mtimeMs } = await stat(target)
    // A hash that nobody promised proves only that the file stayed the same since.
    table.putHash({ path: target, bytes: size, mtimeMs }, done.sha256)
    logger.info({ file: model.file, bytes: done.bytes, fetched: done.fetched, checkedBy: done.checkedBy }, 'a model has come')
    context.onReady()
  }

  /** Links the model from another folder, when a file there proves to be it. */
  async function linkFromDisk(model: Model, others: ShelfFile[], target: string, signal: AbortSignal): Promise<boolean> {
    for (const file of candidates(model, others, table.hashOf)) {
      if (model.sha256 !== null && (await hashOf(file, signal)) !== model.sha256) continue
      if (!(await linkInto(file.path, target))) continue
      const { size, mtimeMs } = await stat(target)
      const known = table.hashOf(file)
      if (known !== undefined) table.putHash({ path: target, bytes: size, mtimeMs }, known)
      logger.info({ file: model.file, from: file.path }, 'linked a model that was on the disk')
      return true
    }
    return false
  }

  /** Notes what is accepted. Throws `input.conflict` naming the licences that still want to be. */
  async function needLicences(models: readonly Model[], accept: readonly string[]): Promise<void> {
    const licences = await context.licences()
    const accepted = table.acceptedLicences()
    const open = models.filter((model) => {
      const { ask, key } = licences.of(model)
      return ask && !accepted.has(key) && !accept.includes(model.licence.id)
    })
    if (open.length > 0) {
      const names = [...new Set(open.map((model) => model.licence.id))]
      throw new AppError('input.conflict', `Read and accept the licence first: ${names.join(', ')}. Then get the files again.`, {
        detail: { licences: names, files: open.map((model) => model.file) },
      })
    }
    for (const model of models) {
      const { ask, key } = licences.of(model)
      if (ask) table.acceptLicence(key, Date.now())
    }
  }

  return {
    async list() {
      const { workflows, models } = await context.library()
      await makeFolder(folder())
      const { bavail, bsize } = await statfs(folder())
      const needs: WorkflowNeeds[] = [...workflows.values()].map(needsOf).filter((one) => one.files.length > 0)
      return {
        folder: folder(),
        folders: settings().modelFolders,
        endpoint: hub.endpoint(),
        tokenFor: Object.keys(await hub.tokens()),
        freeBytes: bavail * bsize,
        models: await viewMany([...models.values()]),
        workflows: needs,
      }
    },

    async pull({ files, accept, mirror, ignoreSpace }) {
      const models = await needModels([...new Set(files)])
      if (mirror !== undefined) checkAddress(mirror)
      const views = await viewMany(models)
      const wanted = models.filter((model) => views.find((view) => view.file === model.file)?.state !== 'ready')
      const there = new Set(views.flatMap((view) => (view.state === 'elsewhere' ? [view.file] : [])))
      const bare = wanted.find((model) => model.source === null && !there.has(model.file))
      if (bare) {
        throw new AppError(
          'download.missing',
          `${bare.file} cannot be fetched: its makers do not offer it in a safe format. Bring the file and import it.`,
          { detail: { file: bare.file } },
        )
      }
      await needLicences(wanted, accept)
      queue.add(
        wanted.map((model) => model.file),
        { mirror, ignoreSpace },
      )
      return { models: await viewMany(models) }
    },

    pause: (files) => queue.pause(files),
    async resume(files) {
      if (files) await needModels(files)
      queue.resume(files)
    },
    async cancel(files) {
      await needModels(files)
      await queue.cancel(files)
    },

    async importFile({ path, folder: category }) {
      if (!isAbsolute(path))
        throw new AppError('input.invalid', `Give the whole path of the file, not "${path}".`, { detail: { path } })
      await checkModelFile(path)
      const { size, mtimeMs } = await stat(path)
      const file: ShelfFile = { path: resolve(path), category: '', name: basename(path), bytes: size, mtimeMs }
      const sha256 = await hashOf(file, stopping.signal)
      const { models } = await context.library()
      const all = [...models.values()]
      const named = all.find((model) => model.file.toLowerCase() === file.name.toLowerCase())
      const model = all.find((one) => one.sha256 === sha256) ?? (named?.sha256 === null ? named : undefined)
      if (!model && named && category === undefined) {
        throw new AppError(
          'download.corrupt',
          `${file.name} has the name of a catalogued model, but not its bytes. Get it again, or name a folder to keep it as your own.`,
          { detail: { path, expected: named.sha256, got: sha256 } },
        )
      }
      const into = model?.folder ?? category
      if (into === undefined) {
        throw new AppError(
          'input.not_found',
          `${file.name} is not in the catalogue. Say which folder it belongs to, such as loras.`,
          {
            detail: { path, sha256 },
          },
        )
      }
      const target = join(folder(), into, model?.file ?? file.name)
      const there = await stat(target).catch(() => undefined)
      if (!there || (await hashFile(target, { signal: stopping.signal })).sha256 !== sha256) {
        if (!(await linkInto(file.path, target))) await copyInto(file.path, target)
      }
      const placed = await stat(target)
      table.putHash({ path: target, bytes: placed.size, mtimeMs: placed.mtimeMs }, sha256)
      context.onReady()
      if (model) await announce(model.file)
      const [view] = model ? await viewMany([model]) : []
      return { path: target, sha256, ...(view ? { model: view } : {}) }
    },

    async verify(files) {
      const { models } = await context.library()
      const chosen = files ? await needModels(files) : [...models.values()]
      const results: Verification[] = []
      for (const model of chosen) {
        const { own } = await shelves()
        const { path, foundAs } = standingOf(model, own, [], table.hashOf)
        const file = own.find((one) => one.path === path)
        if (!file) continue
        // Without a catalogued hash: what it was when it was fetched, imported or first verified, also when its time has changed since.
        const expected = foundAs === undefined ? (model.sha256 ?? table.lastHashOf(file.path)) : undefined
        const { sha256 } = await hashFile(file.path, { signal: stopping.signal })
        // A record that is all there is to hold a file against outlives the damage: the next look must say the same.
        if (model.sha256 !== null || expected === undefined || expected === sha256) table.putHash(file, sha256)
        results.push({
          file: model.file,
          path: file.path,
          result: expected === undefined ? 'unknown' : expected === sha256 ? 'ok' : 'damaged',
          sha256,
          ...(expected === undefined ? {} : { against: model.sha256 === null ? ('record' as const) : ('catalogue' as const) }),
        })
        await announce(model.file)
      }
      return { results }
    },

    async unused() {
      const { workflows, models } = await context.library()
      const { own } = await shelves()
      const needed = new Set(
        [...workflows.values()].map(needsOf).flatMap((one) => [one, ...one.variants].flatMap((each) => each.files)),
      )
      const used = new Set(
        [...models.values()].flatMap((model) =>
          needed.has(model.file) ? (standingOf(model, own, [], table.hashOf).path ?? []) : [],
        ),
      )
      const files = own
        .filter((file) => !used.has(file.path))
        .map(({ path, category, name, bytes }) => ({ path, folder: category, name, bytes }))
        .toSorted((a, b) => b.bytes - a.bytes)
      return { files, bytes: files.reduce((sum, file) => sum + file.bytes, 0) }
    },

    setToken: (token) => hub.setToken(token.trim()),
    settingsChanged,
    start() {
      queue.start()
      // What a Recast without a keychain has left open is sealed.
      if (context.vault) void hub.tokens().catch(() => undefined)
    },
    async close() {
      stopping.abort()
      await queue.close()
      await downloader.close()
    },
  }
}

const linking: QueueProgress = quiet('linking')
