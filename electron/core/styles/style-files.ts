import { randomUUID } from 'node:crypto'
import { open } from 'node:fs/promises'
import { isAbsolute } from 'node:path'
import type { CallOutput } from '#shared/contract/calls'
import { AppError, toAppError } from '#shared/domain/error'
import type { OwnStyle, Style } from '#shared/domain/style'
import { styles as catalogue } from '#shared/styles/catalogue'
import { type FileStyle, readStyleFile, styleFileLimits, writeStyleFile } from '#shared/styles/style-file'
import type { AppFile } from '../files'
import type { AssetStore } from '../assets/asset-store'
import { exportFile } from '../assets/export'
import { safeFileStem } from '../assets/names'
import { decode, pictureError } from '../assets/picture-reader'
import { toCoreError } from '../database/errors'
import type { OwnStyles } from './own-styles'

/** Longer side of the pictures inside a file, pixels: a tile, and what engines look at of a style picture. */
const sides = { sample: 512, picture: 1024 }
const extension = '.recast-styles.json'
/** Files for downloads that are kept at a time. */
const maxFiles = 8

/** Own presets on their way out of Recast and in. */
export interface StyleFiles {
  export(ids: readonly string[], dir: string | undefined): Promise<CallOutput<'styles.export'>>
  import(source: { path?: string | undefined; text?: string | undefined }): Promise<CallOutput<'styles.import'>>
  /** A file made for a shell whose users don't share our disk, by its id; undefined for any other id. */
  file(id: string): AppFile | undefined
}

/** Makes exporter and importer over the presets. */
export function createStyleFiles({ own, store }: { own: OwnStyles; store: AssetStore }): StyleFiles {
  const files = new Map<string, AppFile>()

  async function drawn(assetId: string | undefined, side: number): Promise<string | undefined> {
    if (assetId === undefined) return undefined
    try {
      const picture = decode(store.engineInput(assetId).path).resize(side, side, { fit: 'inside', withoutEnlargement: true })
      return (await picture.webp({ quality: 88 }).toBuffer()).toString('base64')
    } catch (thrown) {
      throw pictureError(thrown)
    }
  }

  async function fileStyle({ sampleAssetId, styleAssetId, ...said }: OwnStyle): Promise<FileStyle> {
    const sample = await drawn(sampleAssetId, sides.sample)
    const picture = await drawn(styleAssetId, sides.picture)
    return { ...said, ...(sample === undefined ? {} : { sample }), ...(picture === undefined ? {} : { picture }) }
  }

  /** A picture out of a file becomes an asset as any file that is dropped does: sniffed, limited, decoded. */
  async function taken(name: string, base64: string | undefined): Promise<string | undefined> {
    if (base64 === undefined) return undefined
    const { asset, error } = await store.importContent(`${name}.picture`, Buffer.from(base64, 'base64'), 'style')
    if (asset) return asset.id
    throw error
      ? AppError.fromView(error)
      : new AppError('input.damaged', 'A picture of the preset cannot be read. Export it again.')
  }

  /** A name that is free: `Noir`, `Noir 2`, `Noir 3` … */
  function freeName(wanted: string): string {
    const used = new Set(
      own
        .all()
        .flatMap(({ id, title }) => [id, title.en, title.zh])
        .map((title) => title.toLowerCase()),
    )
    for (let n = 1; ; n++) {
      const end = n === 1 ? '' : ` ${n}`
      const name = `${wanted.slice(0, 60 - end.length)}${end}`
      if (!used.has(name.toLowerCase())) return name
    }
  }

  async function take(style: FileStyle): Promise<{ style: Style; duplicate: boolean }> {
    const { sample, picture, draftStyleId, ...said } = style
    const sampleAssetId = await taken(style.name, sample)
    const styleAssetId = await taken(style.name, picture)
    // A look of a newer Recast: the words decide what drafts show.
    const isKnown = catalogue.some(({ id }) => id === draftStyleId)
    const wanted: OwnStyle = {
      ...said,
      ...(draftStyleId !== undefined && isKnown ? { draftStyleId } : {}),
      ...(sampleAssetId === undefined ? {} : { sampleAssetId }),
      ...(styleAssetId === undefined ? {} : { styleAssetId }),
    }
    if (wanted.wording.trim() === '' && styleAssetId === undefined) {
      throw new AppError('input.invalid', `The preset “${style.name}” has neither words nor a style picture. Export it again.`)
    }
    // What was said, not its pictures: those of an export are smaller than what they were made from.
    const key = ({ sampleAssetId: _sample, styleAssetId: picked, ...rest }: OwnStyle): string =>
      JSON.stringify([
        rest.name,
        rest.wording,
        rest.wordings,
        rest.draftStyleId,
        rest.values,
        rest.sampling,
        picked !== undefined,
      ])
    const same = own.all().find((other) => other.own !== undefined && key(other.own) === key(wanted))
    if (same) return { style: same, duplicate: true }
    return { style: own.save({ ...wanted, name: freeName(wanted.name) }), duplicate: false }
  }

  return {
    async export(ids, dir) {
      if (dir !== undefined && !isAbsolute(dir)) {
        throw new AppError('input.invalid', `dir must be an absolute path, got "${dir}".`, { detail: { field: 'dir' } })
      }
      const chosen = ids.map((id) => {
        const style = own.find(id)
        if (style?.own) return style.own
        throw new AppError(
          'input.not_found',
          'Only presets of your own are exported. Duplicate the style first, and export that.',
          {
            detail: { styleId: id },
          },
        )
      })
      const styles: FileStyle[] = []
      for (const style of chosen) styles.push(await fileStyle(style))
      const [first] = chosen
      const name = chosen.length === 1 && first ? first.name : `Recast ${chosen.length}`
      const bytes = Buffer.from(writeStyleFile(styles))
      if (dir !== undefined) return { paths: [await exportFile(dir, name, extension, bytes)] }
      const id = randomUUID()
      files.set(id, { bytes, mime: 'application/json', etag: `"${id}"`, downloadName: safeFileStem(name) + extension })
      for (const oldest of files.keys()) {
        if (files.size <= maxFiles) break
        files.delete(oldest)
      }
      return { paths: [], fileId: id }
    },
    async import({ path, text }) {
      const found = readStyleFile(text ?? (await readText(path ?? '')))
      const results: CallOutput<'styles.import'>['results'] = []
      for (const item of found) {
        try {
          if ('error' in item) throw item.error
          results.push({ name: item.name, ...(await take(item.style)) })
        } catch (thrown) {
          results.push({ name: item.name, duplicate: false, error: toAppError(thrown).toView() })
        }
      }
      return { results }
    },
    file: (id) => files.get(id),
  }
}

/** The text of a file that may be anything and of any size. Throws `input.too_large`, `io.*`. */
async function readText(path: string): Promise<string> {
  if (!isAbsolute(path)) {
    throw new AppError('input.invalid', `path must be absolute, got "${path}".`, { detail: { field: 'path' } })
  }
  try {
    const file = await open(path, 'r')
    try {
      const { size } = await file.stat()
      if (size > styleFileLimits.text) {
        throw new AppError(
          'input.too_large',
          'The file of presets is larger than 64 MB. Export fewer presets at once, and import again.',
          {
            detail: { limit: styleFileLimits.text },
          },
        )
      }
      return await file.readFile('utf8')
    } finally {
      await file.close()
    }
  } catch (error) {
    throw toCoreError(error)
  }
}
