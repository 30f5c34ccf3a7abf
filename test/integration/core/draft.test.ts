import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createApp } from '#core/app'
import { bundle } from '../bundle'
import { quickestOf } from '../quickest'
import { afterwards, existing, firstOf, submit, temporaryFolder, until, untilState } from './harness'

let built: string
beforeAll(async () => {
  built = await bundle({}, ['draft'])
}, 120_000)
afterAll(() => rm(built, { recursive: true, force: true, maxRetries: 5 }))

async function openDrafts() {
  const app = await createApp({
    dataDir: await temporaryFolder(),
    version: '0.0.0',
    draftProcessPath: join(built, 'draft-process.cjs'),
  })
  afterwards(() => app.close())
  const { results } = await app.call('assets.importSample', {})
  const picture = results[0]?.picture
  if (!picture) throw new Error(results[0]?.error?.message)
  return { app, picture }
}

test(
  'with nothing set up, the sample photo is painted by the draft engine: same size, other pixels, previews before the end',
  { timeout: 120_000 },
  async () => {
    const { app, picture } = await openDrafts()
    const { engines, styles } = await app.call('app.snapshot', {})
    expect(engines).toMatchObject([{ id: 'draft', state: 'ready' }])
    expect(styles.length).toBeGreaterThan(26)
    const frames: { jobId: string; bytes: number }[] = []
    app.events.onPreview(({ header, image }) => frames.push({ jobId: header.jobId, bytes: image.byteLength }))
    const [job] = await submit(app, [picture], { edits: [{ kind: 'style', styleId: 'oil-painting' }] })
    const done = await until(
      async () => {
        const now = await app.call('jobs.get', { id: job.id })
        return ['done', 'failed'].includes(now.state) && now
      },
      'it is painted',
      100_000,
    )
    expect(done).toMatchObject({ state: 'done', engineId: 'draft', notes: expect.arrayContaining(['draft']) as unknown })
    expect(done.outputs[0]).toMatchObject({ width: picture.width, height: picture.height })
    expect(frames.length).toBeGreaterThan(0)
    expect(frames.every((frame) => frame.jobId === job.id && frame.bytes > 100)).toBe(true)
    const before = await app.files.read(picture.rootAssetId)
    const after = await app.files.read(firstOf(done.outputs).assetId)
    const [a, b] = await Promise.all(
      [before, after].map((file) => sharp(file.path).removeAlpha().resize(64, 64).raw().toBuffer()),
    )
    const [old, painted] = [existing(a), existing(b)]
    const difference = old.reduce((sum, value, at) => sum + Math.abs(value - (painted[at] ?? 0)), 0) / old.length
    expect(difference).toBeGreaterThan(4)

    const tile = await app.files.read(picture.rootAssetId, { styleId: 'clay', width: 100 })
    expect(await sharp(tile.bytes).metadata()).toMatchObject({ format: 'webp', width: 128 })
    expect(tile.etag).toMatch(/^"[0-9a-f]{40}"$/)
  },
)

test('cancel of a running draft: the state within 300 ms, and the next job has its place', { timeout: 120_000 }, async () => {
  const { app, picture } = await openDrafts()
  const quickestMs = await quickestOf(
    3,
    async () => {
      const [first, second] = await submit(app, [picture], { count: 2, edits: [{ kind: 'style', styleId: 'clay' }] })
      await until(async () => (await app.call('jobs.get', { id: first.id })).progress > 0, 'it is under way', 60_000)
      const start = performance.now()
      await app.call('jobs.cancel', { ids: [first.id] })
      expect((await app.call('jobs.get', { id: first.id })).state).toBe('canceled')
      await untilState(app, second.id, 'running')
      const tookMs = performance.now() - start
      await app.call('jobs.cancel', {})
      return tookMs
    },
    300,
  )
  expect(quickestMs).toBeLessThan(300)
})
