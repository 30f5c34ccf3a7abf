import { useRef, useState } from 'react'
import type { AppClient } from '#shared/contract/client'
import { AppError, toAppError, type ErrorView } from '#shared/domain/error'
import { exportExtensions, hasQuality, type ExportOptions } from '#shared/domain/export'

/** A picture with the name that its file gets. */
export interface NamedItem {
  assetId: string
  name: string
}

/** How far an export is. */
export interface ExportRun {
  state: 'running' | 'done' | 'stopped'
  /** Pictures dealt with, well or not. */
  done: number
  count: number
  written: number
  skipped: number
  failed: readonly { item: NamedItem; error: ErrorView }[]
  /** The last file that was written, on the desktop. */
  path?: string
}

/** Where an export goes: a folder of this machine, or the browser's downloads. */
export type Target = { type: 'folder'; dir: string; conflict: 'number' | 'skip' } | { type: 'download' }

/** Pictures asked for at a time: few, so that the bar moves and a stop is quick. */
const atOnce = 4
/** Milliseconds between downloads: browsers drop some of those that start at once. */
const pause = 250

/** Reads a picture in the wanted form. Throws what the app said, not the browser. */
export async function readPicture(client: AppClient, item: NamedItem, options: ExportOptions): Promise<Blob> {
  const { quality, ...rest } = options
  const answer = await fetch(
    client.fileUrl(item.assetId, {
      download: { name: item.name, ...rest, ...(hasQuality(options.format) ? { quality } : {}) },
    }),
  )
  if (answer.ok) return await answer.blob()
  const said = (await answer.json().catch(() => undefined)) as { error?: ErrorView } | undefined
  throw said?.error
    ? new AppError(said.error.code, said.error.message, { retry: said.error.retry })
    : new AppError('io.failed', `The picture could not be read (HTTP ${answer.status}). Retry.`, { retry: 'user' })
}

/** Lets the browser save bytes under a name. */
function save(data: Blob, fileName: string): void {
  const url = URL.createObjectURL(data)
  const link = document.createElement('a')
  link.href = url
  link.download = fileName
  document.body.append(link)
  link.click()
  link.remove()
  // The browser has taken it over by then; holding it longer holds the bytes.
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}

async function download(client: AppClient, item: NamedItem, options: ExportOptions): Promise<void> {
  save(await readPicture(client, item, options), item.name + exportExtensions[options.format])
}

/** Runs exports for a dialog: a few pictures at a time, failures kept by picture so that just they can be tried again. */
export function useExportRun(client: AppClient): {
  run: ExportRun | undefined
  start: (items: readonly NamedItem[], options: ExportOptions, target: Target) => Promise<ExportRun>
  stop: () => void
} {
  const [run, setRun] = useState<ExportRun | undefined>(undefined)
  const stopped = useRef(false)

  async function start(items: readonly NamedItem[], options: ExportOptions, target: Target): Promise<ExportRun> {
    stopped.current = false
    let now: ExportRun = { state: 'running', done: 0, count: items.length, written: 0, skipped: 0, failed: [] }
    const put = (change: Partial<ExportRun>): void => setRun((now = { ...now, ...change }))
    put({})
    for (let at = 0; at < items.length && !stopped.current;) {
      const part = items.slice(at, at + (target.type === 'folder' ? atOnce : 1))
      try {
        if (target.type === 'folder') {
          const { dir, conflict } = target
          const answer = await client.call('assets.export', { ...options, items: [...part], dir, conflict })
          const path = answer.paths.at(-1)
          put({
            written: now.written + answer.paths.length,
            skipped: now.skipped + answer.skipped.length,
            failed: [
              ...now.failed,
              ...answer.failed.flatMap(({ index, error }) => (part[index] ? [{ item: part[index], error }] : [])),
            ],
            ...(path === undefined ? {} : { path }),
          })
        } else {
          if (at > 0) await new Promise((resolve) => setTimeout(resolve, pause))
          for (const item of part) await download(client, item, options)
          put({ written: now.written + part.length })
        }
      } catch (thrown) {
        const error = toAppError(thrown).toView()
        put({ failed: [...now.failed, ...part.map((item) => ({ item, error }))] })
      }
      at += part.length
      put({ done: at })
    }
    put({ state: stopped.current && now.done < now.count ? 'stopped' : 'done' })
    return now
  }

  return { run, start, stop: () => void (stopped.current = true) }
}
