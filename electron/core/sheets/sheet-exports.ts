import { randomUUID } from 'node:crypto'
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import type { CallOutput, CallValues } from '#shared/contract/calls'
import { AppError } from '#shared/domain/error'
import type { AppFile } from '../files'
import type { AssetStore } from '../assets/asset-store'
import { exportFile } from '../assets/export'
import { gate } from '../assets/gate'
import { safeFileStem } from '../assets/names'
import { pictureError } from '../assets/picture-reader'
import { animate, composeSheet, type SheetCell } from './compose'

/** Sheets and turntables on their way out. */
export interface SheetExports {
  /** Makes the files of an export; see the contract's `sheets.export`. */
  run(values: CallValues<'sheets.export'>): Promise<CallOutput<'sheets.export'>>
  /** A file made for a shell whose users don't share our disk, by its id; undefined for any other id. */
  file(id: string): AppFile | undefined
  /** Takes away what such exports left. */
  close(): Promise<void>
}

const mimes = { sheet: 'image/png', webp: 'image/webp', gif: 'image/gif' } as const
const extensions = { sheet: '.png', webp: '.webp', gif: '.gif' } as const
/** Files for downloads that are kept at a time. */
const maxFiles = 16

/** Makes the exporter over a folder of its own, which is emptied now. */
export function createSheetExports({ store, folder }: { store: AssetStore; folder: string }): SheetExports {
  const files = new Map<string, AppFile & { path: string }>()
  const oneAtATime = gate(1)
  // What a killed process left. Nobody can ask for it: its ids went with that process.
  const ready = (async () => {
    await mkdir(folder, { recursive: true })
    for (const name of await readdir(folder)) await rm(join(folder, name), { force: true })
  })().catch(() => undefined)

  async function render(values: CallValues<'sheets.export'>): Promise<Buffer> {
    const { cells, ground, columns, cellWidth, labels, size, frameMs } = values
    const found = cells.map(({ assetId, label }): SheetCell => ({ path: store.engineInput(assetId).path, label }))
    try {
      return values.format === 'webp' || values.format === 'gif'
        ? await animate(found, { format: values.format, size, frameMs, ground })
        : await composeSheet(found, { columns, cellWidth, ground, labels })
    } catch (error) {
      throw pictureError(error)
    }
  }

  async function keep(bytes: Buffer, format: keyof typeof mimes, name: string): Promise<string> {
    await ready
    const id = randomUUID()
    const path = join(folder, `${id}${extensions[format]}`)
    await writeFile(path, bytes)
    files.set(id, { path, mime: mimes[format], etag: `"${id}"`, downloadName: safeFileStem(name) + extensions[format] })
    for (const [oldest, file] of files) {
      if (files.size <= maxFiles) break
      files.delete(oldest)
      await rm(file.path, { force: true })
    }
    return id
  }

  return {
    async run(values) {
      const { format, dir, cells, name } = values
      if (dir !== undefined && !isAbsolute(dir)) {
        throw new AppError('input.invalid', `dir must be an absolute path, got "${dir}".`, { detail: { field: 'dir' } })
      }
      if (format === 'folder') {
        if (dir === undefined) {
          throw new AppError('input.invalid', 'dir is missing: name the folder that gets the pictures.', {
            detail: { field: 'dir' },
          })
        }
        const paths: string[] = []
        for (const { assetId, label } of cells) {
          paths.push(await store.export(assetId, { dir, name: `${name} ${label}`, format: 'png' }))
        }
        return { paths }
      }
      const bytes = await oneAtATime.run(() => render(values))
      if (dir === undefined) return { paths: [], fileId: await keep(bytes, format, name) }
      return { paths: [await exportFile(dir, name, extensions[format], bytes)] }
    },
    file: (id) => files.get(id),
    async close() {
      files.clear()
      await rm(folder, { recursive: true, force: true }).catch(() => undefined)
    },
  }
}
