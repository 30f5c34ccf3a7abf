import { createHash, randomUUID } from 'node:crypto'
import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import type { AppFile } from '#core/files'
import { createEventHub, type EventSource } from '#core/event-hub'
import { calls, type CallName, type ImportResult, type QueueView } from '#shared/contract/calls'
import type { FileUrlOptions } from '#shared/contract/client'
import { AppError } from '#shared/domain/error'
import { settingsSchema } from '#shared/domain/settings'

/**
 * A small app behind the real contract and the real event hub, whose state is a counter: what a transport does wrong (loses, doubles,
 * reorders, stalls) shows at once, without an engine or a database in the way.
 */
export interface ModelApp {
  readonly epoch: string
  readonly version: string
  readonly events: EventSource
  readonly files: {
    read(assetId: string, options?: FileUrlOptions): Promise<AppFile>
    thumbnails(assetIds: readonly string[], width: number): Promise<(Uint8Array | undefined)[]>
    importUpload(name: string, stream: Readable, as: 'picture' | 'style', folder?: string): Promise<ImportResult>
  }
  call(name: CallName, input: unknown): Promise<unknown>
  /** Counts up and says so in an event. */
  change(): void
  /** Lets the calls of `app.doctor` so far be answered: they wait for this. */
  endSlowCalls(): void
  readonly value: number
  readonly received: { name: CallName; input: unknown }[]
  readonly uploads: { name: string; as: string; bytes: number; sha256: string; folder?: string }[]
  /** Pictures by id. */
  readonly stored: Map<string, AppFile>
}

export const knownJobId = '00000000-0000-4000-8000-000000000001'
export const pictureId = '00000000-0000-4000-8000-00000000000a'

export function createModelApp(): ModelApp {
  const events = createEventHub((error) => {
    throw error
  })
  const received: ModelApp['received'] = []
  const uploads: ModelApp['uploads'] = []
  const stored = new Map<string, AppFile>([
    [pictureId, { bytes: Buffer.from('picture bytes'), mime: 'image/png', etag: '"one"' }],
  ])
  const slow: (() => void)[] = []
  let value = 0
  const queue = (): QueueView => ({ paused: false, queued: value, active: 0, done: 0, failed: 0, canceled: 0 })

  async function handle(name: CallName, input: never): Promise<unknown> {
    switch (name) {
      case 'app.snapshot':
        return {
          epoch: events.epoch,
          seq: events.seq,
          version: '1.2.3',
          dataDir: '/data',
          settings: settingsSchema.parse({}),
          styles: [],
          engines: [],
          queue: queue(),
          jobs: [],
          pictures: { items: [], total: 0 },
        }
      case 'queue.pause':
        value++
        events.emit({ type: 'queue', queue: queue() })
        return queue()
      case 'jobs.get':
        throw new AppError('input.not_found', 'No such job. Look in the list.', { detail: { id: (input as { id: string }).id } })
      case 'jobs.clear':
        throw new TypeError('secret of the machine room')
      case 'app.doctor':
        await new Promise<void>((resolve) => slow.push(resolve))
        return { ok: true, checks: [] }
      case 'pictures.list':
        return { items: [], total: (input as { limit: number }).limit }
      case 'assets.export':
        return { paths: (input as { items: { name: string }[] }).items.map((item) => item.name), skipped: [], failed: [] }
      default:
        return {}
    }
  }

  return {
    epoch: events.epoch,
    version: '1.2.3',
    events,
    received,
    uploads,
    stored,
    get value() {
      return value
    },
    change() {
      value++
      events.emit({ type: 'queue', queue: queue() })
    },
    endSlowCalls() {
      for (const end of slow.splice(0)) end()
    },
    async call(name, input) {
      const checked = calls[name].input.safeParse(input)
      if (!checked.success) {
        throw new AppError(
          'input.invalid',
          `${name}: ${checked.error.issues[0]?.message ?? ''}. Correct the values, then try again.`,
        )
      }
      received.push({ name, input: checked.data })
      return await handle(name, checked.data as never)
    },
    files: {
      read(assetId, options = {}) {
        const file = stored.get(assetId)
        if (!file) return Promise.reject(new AppError('input.not_found', 'No such picture. Take it from the library again.'))
        return Promise.resolve(
          options.download ? { ...file, downloadName: `${options.download.name}.${options.download.format}` } : file,
        )
      },
      thumbnails: (assetIds) => Promise.resolve(assetIds.map((assetId) => stored.get(assetId)?.bytes)),
      async importUpload(name, stream, as, folder) {
        const bytes = await buffer(stream)
        if (bytes.byteLength === 0) throw new AppError('input.empty_file', `${name} is empty. Choose another file.`)
        const sha256 = createHash('sha256').update(bytes).digest('hex')
        uploads.push({ name, as, bytes: bytes.byteLength, sha256, ...(folder === undefined ? {} : { folder }) })
        return { file: name, duplicate: false, asset: { id: randomUUID() } as never }
      },
    },
  }
}
