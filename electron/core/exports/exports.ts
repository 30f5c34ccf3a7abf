import { createHash } from 'node:crypto'
import { mkdir, readdir } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { setImmediate as breathe } from 'node:timers/promises'
import sharp from 'sharp'
import type { CallOutput, CallValues } from '#shared/contract/calls'
import { editName } from '#shared/domain/edit'
import { AppError } from '#shared/domain/error'
import { exportExtensions, fillName, hasQuality, restoredSize, type ExportOptions, type NameFacts } from '#shared/domain/export'
import type { Picture } from '#shared/domain/picture'
import type { AssetStore } from '../assets/asset-store'
import { fileSize } from '../assets/blob-store'
import { saveFile } from '../assets/durable-file'
import { pathKey, type EncodeOptions } from '../assets/export'
import { numberedStem, safeFileStem } from '../assets/names'
import { toCoreError } from '../database/errors'
import type { Tables } from '../database/tables'
import type { StoredAsset } from '../database/tables/assets'
import type { JobRecord } from '../database/tables/jobs'
import { recipeXmp } from './recipe'

/** Pictures on their way out: what their files are called and how they are written. */
export interface Exports {
  plan(values: CallValues<'exports.plan'>): Promise<CallOutput<'exports.plan'>>
  run(values: CallValues<'assets.export'>): Promise<CallOutput<'assets.export'>>
  /** What the encoder is told for an asset; choices that have nothing to act on fall away. */
  encoding(assetId: string, options: Partial<ExportOptions> & Pick<ExportOptions, 'format'>): Promise<EncodeOptions>
}

/** Items that are looked up in one turn of the main loop. */
const atOnce = 200
/** A profile that is longer than this is not carried along. */
const longestProfile = 4 * 1024 * 1024

/** An asset with where it comes from. */
interface Origin {
  stored: StoredAsset
  /** The job that made it; undefined for an import. */
  job: JobRecord | undefined
  /** The folder that the photo at the beginning came from; empty where that is not known. */
  folder: string
  /** The photo at the beginning; undefined when there is none but itself. */
  root: StoredAsset | undefined
}

const day = (time: number): string => {
  const date = new Date(time)
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}

/** Makes the exports over a store; profiles of photos are kept in a folder of the cache. */
export function createExports(context: { dataDir: string; version: string; tables: Tables; store: AssetStore }): Exports {
  const { tables, store, version } = context

  function originOf(assetId: string): Origin {
    const stored = store.assets.get(assetId)
    if (!stored) {
      throw new AppError('input.not_found', 'This picture is not there any more. Reload the library and choose again.', {
        detail: { assetId },
      })
    }
    const maker = tables.outputs.makerOf(assetId)
    const job = maker && tables.jobs.get(maker.jobId)
    const pictureOf = ({ pictureId }: JobRecord): Picture | undefined =>
      pictureId === undefined ? undefined : tables.pictures.get(pictureId)
    const picture = job ? pictureOf(job) : tables.pictures.getByRootAsset(assetId)
    const rootId = picture?.rootAssetId
    const root = rootId === undefined || rootId === assetId ? undefined : store.assets.get(rootId)
    // What was made from words has a first result as its root: that is no photo whose size or colours could be restored.
    return { stored, job, folder: picture?.folder ?? '', root: root?.asset.origin === 'imported' ? root : undefined }
  }

  function factsOf({ stored, job, folder }: Origin, name: string | undefined, index: number, count: number): NameFacts {
    const { asset } = stored
    return {
      name: name ?? store.assets.nameOf(asset.id) ?? job?.pictureName ?? 'picture',
      style: job?.edit.kind === 'style' ? editName(job.edit) : '',
      view: job?.edit.kind === 'perspective' ? editName(job.edit) : '',
      seed: job ? String(job.seed) : '',
      date: day(job?.finishedAt ?? asset.createdAt),
      index: String(index + 1).padStart(Math.max(2, String(count).length), '0'),
      engine: job?.engineId === undefined ? '' : /^https?:/i.test(job.engineId) ? 'remote' : job.engineId,
      width: String(asset.width),
      height: String(asset.height),
      kind: job?.edit.kind ?? 'original',
      folder,
    }
  }

  /** The RGB profile of an original as a file; undefined where it has none that pixels could be written in. */
  async function profileOf({ asset }: StoredAsset): Promise<string | undefined> {
    const path = store.blobs.path(asset.sha256)
    const { icc } = await sharp(path, { limitInputPixels: false }).metadata()
    if (!icc || icc.byteLength < 132 || icc.byteLength > longestProfile) return undefined
    if (icc.subarray(16, 20).toString('latin1') !== 'RGB ') return undefined
    const folder = join(context.dataDir, 'cache', 'profiles')
    const file = join(folder, `${createHash('sha256').update(icc).digest('hex').slice(0, 32)}.icc`)
    if ((await fileSize(file)) === icc.byteLength) return file
    await mkdir(folder, { recursive: true })
    await saveFile(file, icc, false)
    return file
  }

  async function encoding(
    assetId: string,
    options: Partial<ExportOptions> & Pick<ExportOptions, 'format'>,
  ): Promise<EncodeOptions> {
    const { format, quality, size, profile = 'none', metadata } = options
    const { stored, job, root } = originOf(assetId)
    const { width, height } = stored.asset
    const wanted = size === 'original' && root ? restoredSize(stored.asset, root.asset) : undefined
    const source = profile === 'source' ? await profileOf(root ?? stored).catch(() => undefined) : undefined
    const icc = profile === 'none' ? undefined : (source ?? 'srgb')
    return {
      format,
      ...(quality === undefined || !hasQuality(format) ? {} : { quality }),
      ...(wanted && (wanted.width !== width || wanted.height !== height) ? { size: wanted } : {}),
      ...(icc === undefined ? {} : { icc }),
      ...(metadata === 'recipe' && job ? { xmp: recipeXmp(job, version) } : {}),
    }
  }

  async function namesIn(dir: string): Promise<ReadonlySet<string>> {
    try {
      return new Set((await readdir(dir)).map(pathKey))
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'ENOENT') return new Set()
      throw toCoreError(error)
    }
  }

  function needAbsolute(dir: string): void {
    if (isAbsolute(dir)) return
    throw new AppError('input.invalid', `dir must be an absolute path, got "${dir}".`, { detail: { field: 'dir' } })
  }

  return {
    encoding,
    async plan({ items, pattern, format, dir }) {
      if (dir !== undefined) needAbsolute(dir)
      const there = dir === undefined ? new Set<string>() : await namesIn(dir)
      const names: string[] = []
      const taken: number[] = []
      const used = new Map<string, number>()
      const given = new Set<string>()
      let [resizable, profiled] = [0, 0]
      for (const [index, item] of items.entries()) {
        if (index > 0 && index % atOnce === 0) await breathe()
        const origin = originOf(item.assetId)
        const { asset } = origin.root ?? origin.stored
        if (origin.root && (asset.width !== origin.stored.asset.width || asset.height !== origin.stored.asset.height)) resizable++
        if (asset.notes.includes('converted_profile')) profiled++
        const stem = safeFileStem(fillName(pattern, factsOf(origin, item.name, index, items.length)))
        let n = (used.get(pathKey(stem)) ?? 0) + 1
        // Another picture may be called "cup (2)" by itself.
        while (given.has(pathKey(numberedStem(stem, n)))) n++
        used.set(pathKey(stem), n)
        const name = numberedStem(stem, n)
        given.add(pathKey(name))
        if (there.has(pathKey(name + exportExtensions[format]))) taken.push(index)
        names.push(name)
      }
      return { names, taken, resizable, profiled }
    },
    async run({ items, dir, conflict, ...options }) {
      needAbsolute(dir)
      const paths: string[] = []
      const skipped: number[] = []
      const failed: CallOutput<'assets.export'>['failed'] = []
      for (const [index, { assetId, name }] of items.entries()) {
        try {
          const path = join(dir, safeFileStem(name) + exportExtensions[options.format])
          if (conflict === 'skip' && (await fileSize(path)) !== undefined) {
            skipped.push(index)
            continue
          }
          paths.push(await store.export(assetId, { dir, name, ...(await encoding(assetId, options)) }))
        } catch (thrown) {
          failed.push({ index, name, error: toCoreError(thrown).toView() })
        }
      }
      return { paths, skipped, failed }
    },
  }
}
