// A process that owns a data folder and works until its batches are done; the torture test kills it. Says what happens on stdout.
import { createApp } from '#core/app'
import type { AppEvent } from '#shared/contract/events'
import { createTintEngine } from '../integration/core/tint-engine'
import { naiveCommit, openNaiveBlobs } from './naive'

/** What the process is told, as JSON in its first argument. */
export interface OwnerOrder {
  dataDir: string
  photos: string[]
  exportDir: string
  /** Jobs a batch, and how many batches there shall be in all. */
  jobs: number
  batches: number
  engine: 'tint' | 'draft' | 'comfyui'
  /** Where the ComfyUI is. */
  engineUrl?: string
  storing: 'durable' | 'naive'
}

/** What the process says, a JSON line each. */
export type OwnerLine =
  | { say: 'ready' }
  | { say: 'state'; state: string }
  | { say: 'submitted'; batchId: string }
  | { say: 'done'; doctor: { name: string; ok: boolean; found: number; note: string }[] }

const order = JSON.parse(process.argv[2] ?? '{}') as OwnerOrder
const say = (line: OwnerLine): void => void process.stdout.write(`${JSON.stringify(line)}\n`)

const app = await createApp({
  dataDir: order.dataDir,
  version: '0.0.0',
  ...(order.engine === 'tint' ? { engines: () => [createTintEngine({ slots: 2, steps: 4, stepMs: 8 })] } : {}),
  ...(order.engine === 'comfyui' ? { engines: () => [] } : {}),
  ...(order.storing === 'naive' ? { openBlobs: openNaiveBlobs, commitResult: naiveCommit } : {}),
})
say({ say: 'ready' })

const listen = ({ body }: AppEvent): void => {
  if (body.type === 'job') say({ say: 'state', state: body.job.state })
}
app.events.onEvent(listen)

const isOver = async (): Promise<boolean> => {
  const { queue } = await app.call('app.snapshot', {})
  return queue.queued === 0 && queue.active === 0
}

for (;;) {
  while (!(await isOver())) await new Promise((resolve) => setTimeout(resolve, 10))
  const { total } = await app.call('jobs.list', { limit: 1 })
  if (total >= order.jobs * order.batches) break
  // Imported again after a kill between import and submission: the same content is the same picture.
  const { results } = await app.call('assets.import', { paths: order.photos })
  const pictures = results.map(({ picture, error }) => {
    if (!picture) throw new Error(error?.message)
    return { pictureId: picture.id, assetId: picture.rootAssetId }
  })
  const { batchId } = await app.call('jobs.submit', {
    pictures,
    edits: [{ kind: 'style', styleId: 'clay' }],
    ...(order.engineUrl === undefined ? {} : { engine: order.engineUrl, workflowId: 'sd15-style' }),
    // Other seeds in each batch: every job of the whole run has a result of its own (as far as the engine heeds seeds).
    seed: 1 + total,
    count: order.jobs / order.photos.length,
    exportDir: order.exportDir,
  })
  say({ say: 'submitted', batchId })
}
const { checks } = await app.call('app.doctor', { repair: true })
say({ say: 'done', doctor: checks })
await app.close()
