import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from '@playwright/test'
import sharp from 'sharp'
import { createApp } from '#core/app'
import type { PreviewFrame } from '#shared/contract/preview-frame'
import { serve } from '../../electron/server/serve'
import { createTintEngine } from '../integration/core/tint-engine'
import { coffee, ownFolder } from './studio'

/** A real app behind a real socket whose jobs all run until they are let go, while previews come as the test says. */
export interface PreviewStream {
  url: string
  /** Sends previews of every running job: this many rounds, this many a second; answers how many frames were sent. */
  send(rounds: number, aSecond: number): Promise<number>
  /** Lets every job end. */
  release(): void
  close(): Promise<void>
}

/** Side of a preview (CSS pixels), as ComfyUI's latent previews are sent. */
const side = 512

/** Different pictures, so that no decoder can take one for another. */
async function pictures(): Promise<Uint8Array[]> {
  const turned = [0, 45, 90, 135, 180, 225, 270, 315]
  return Promise.all(
    turned.map((angle) =>
      sharp(coffee).rotate(angle, { background: '#444' }).resize(side, side, { fit: 'cover' }).jpeg({ quality: 85 }).toBuffer(),
    ),
  )
}

/** Starts one, with as many jobs at a time as asked. */
export async function openPreviewStream(jobsAtOnce: number): Promise<PreviewStream> {
  const dataDir = await ownFolder()
  let release = (): void => {}
  const released = new Promise<void>((done) => (release = done))
  const running = new Map<string, string>()
  const engine = createTintEngine({
    slots: jobsAtOnce,
    before: async ({ jobId }, attemptId) => {
      running.set(jobId, attemptId)
      await released
      running.delete(jobId)
    },
  })
  const app = await createApp({ dataDir, version: '0.0.0', engines: () => [engine] })
  await app.call('settings.set', { maxInFlight: Math.min(64, jobsAtOnce) })
  const listeners = new Set<(frame: PreviewFrame) => void>()
  // Behind the hub, which lets ten a second of a job through: the page is to stand more than it is sent.
  const events: typeof app.events = {
    ...app.events,
    onPreview(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
  const server = await serve({
    app: { epoch: app.epoch, version: app.version, call: app.call, files: app.files, events },
    rendererDir: join(import.meta.dirname, '../../out/renderer'),
    port: 0,
  })
  const images = await pictures()
  let sent = 0
  return {
    url: server.url,
    async send(rounds, aSecond) {
      const before = sent
      const began = performance.now()
      for (let round = 0; round < rounds; round++) {
        for (const [jobId, attemptId] of running) {
          const image = images[(sent + round) % images.length] ?? new Uint8Array()
          // Its progress names the frame: no two are alike.
          const progress = ++sent / 1e6
          const header = { jobId, attemptId, mime: 'image/jpeg' as const, width: side, height: side, progress }
          for (const listener of listeners) listener({ header, image })
        }
        await sleep(Math.max(0, began + ((round + 1) * 1000) / aSecond - performance.now()))
      }
      return sent - before
    },
    release: () => release(),
    async close() {
      release()
      await server.close()
      await app.close()
      // A thumbnail that was asked for may be written yet.
      await rm(dataDir, { recursive: true, force: true, maxRetries: 10 })
    },
  }
}

/** What the page did with the previews. Times in milliseconds. */
export interface PreviewFacts {
  arrived: number
  /** Of each painted frame: from its arrival in the page until it was drawn, and until the screen refresh that shows it began. */
  drawn: number[]
  shown: number[]
  /** Decoded pictures that were made and closed, and object URLs made and revoked. */
  bitmaps: { made: number; closed: number; mostOpen: number; mostDecoding: number }
  urls: { made: number; revoked: number }
  /** Milliseconds between screen refreshes. */
  refreshes: number[]
}

/** Watches previews from within the page; to be called before it is opened. */
export async function watchPreviews(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const arrivals = new Map<string, number>()
    const facts: PreviewFacts = {
      arrived: 0,
      drawn: [],
      shown: [],
      bitmaps: { made: 0, closed: 0, mostOpen: 0, mostDecoding: 0 },
      urls: { made: 0, revoked: 0 },
      refreshes: [],
    }
    Object.assign(window, { previewFacts: facts })

    window.WebSocket = class extends WebSocket {
      constructor(address: string | URL, protocols?: string | string[]) {
        super(address, protocols)
        this.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
          if (!(data instanceof ArrayBuffer)) return
          const at = performance.now()
          const header = new TextDecoder().decode(new Uint8Array(data, 4, new DataView(data).getUint32(0, true)))
          arrivals.set(String((JSON.parse(header) as { progress: number }).progress), at)
          facts.arrived++
        })
      }
    }

    let decoding = 0
    const { bitmaps, urls } = facts
    const counted = async <T extends { close(): void }>(begin: () => Promise<T>): Promise<T> => {
      bitmaps.mostDecoding = Math.max(bitmaps.mostDecoding, ++decoding)
      const bitmap = await begin().finally(() => decoding--)
      bitmaps.made++
      bitmaps.mostOpen = Math.max(bitmaps.mostOpen, bitmaps.made - bitmaps.closed)
      const close = bitmap.close.bind(bitmap)
      bitmap.close = () => {
        bitmaps.closed++
        close()
      }
      return bitmap
    }
    const make = window.createImageBitmap.bind(window) as (...values: unknown[]) => Promise<ImageBitmap>
    Object.assign(window, { createImageBitmap: (...values: unknown[]) => counted(() => make(...values)) })
    const { decode } = ImageDecoder.prototype
    ImageDecoder.prototype.decode = async function (...values) {
      let complete = true
      const image = await counted(async () => {
        const answer = await decode.apply(this, values)
        ;({ complete } = answer)
        return answer.image
      })
      return { image, complete }
    }
    const { createObjectURL, revokeObjectURL } = URL
    URL.createObjectURL = (...values) => (urls.made++, createObjectURL.apply(URL, values))
    URL.revokeObjectURL = (...values) => (urls.revoked++, revokeObjectURL.apply(URL, values))

    let waiting: number[] = []
    new MutationObserver((changes) => {
      const now = performance.now()
      for (const { target } of changes) {
        const arrival = arrivals.get((target as HTMLElement).dataset['progress'] ?? '')
        if (arrival === undefined) continue
        facts.drawn.push(now - arrival)
        waiting.push(arrival)
      }
    }).observe(document, { subtree: true, attributeFilter: ['data-progress'] })
    let last = performance.now()
    const refresh = (): void => {
      const now = performance.now()
      facts.refreshes.push(now - last)
      last = now
      for (const arrival of waiting) facts.shown.push(now - arrival)
      waiting = []
      requestAnimationFrame(refresh)
    }
    requestAnimationFrame(refresh)
  })
}

/** What was watched until now. */
export function previewFacts(page: Page): Promise<PreviewFacts> {
  return page.evaluate(() => (window as unknown as { previewFacts: PreviewFacts }).previewFacts)
}

/** Bytes of the page's JavaScript heap, after everything that nobody holds is thrown away. */
export async function heapOf(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page)
  for (let n = 0; n < 3; n++) await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  await session.detach()
  return usedSize
}

/** The value below which this share of them lies. */
export function percentile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? NaN
}
