import { expect, it } from 'vitest'
import { submit, untilState } from '../comfyui/harness'
import { allEnded, openPool, shares, submitBatch } from './pool-harness'

const gb = 2 ** 30
const small = { total: 8 * gb, free: 7 * gb }
const large = { total: 24 * gb, free: 22 * gb }

it('a job that ran out of memory goes to the larger card, and only there', async () => {
  const pool = await openPool([{ vram: small, faults: { outOfMemory: true } }, { vram: small }, { vram: large }])
  const [first, twin, big] = pool.fakes
  if (!first || !twin || !big) throw new Error('no servers')
  await pool.app.call('engines.update', { id: first.url, weight: 50 })
  const [job] = await submitBatch(pool, 1)
  expect(await untilState(pool.app, job, 'done', 'failed')).toMatchObject({ state: 'done', engineId: big.url, attempt: 2 })
  expect([first, twin, big].map(({ executions }) => executions.size)).toEqual([1, 0, 1])
})

it('a workflow that fits only the large card goes there at once, however quick the small one is', async () => {
  const pool = await openPool([{ vram: small }, { vram: large }])
  await pool.app.call('engines.update', { id: pool.fakes[0]?.url ?? '', weight: 50 })
  const jobs = await submitBatch(pool, 3, { workflowId: 'qwen-edit-2511-style' })
  expect(shares(pool, await allEnded(pool.app, jobs))).toEqual([0, 3])
})

it('where no card is larger, the lighter workflow is offered by name', async () => {
  const pool = await openPool([
    { vram: large, faults: { outOfMemory: true } },
    { vram: large, faults: { outOfMemory: true } },
  ])
  const [job] = await submit(pool.app, pool.photo, { engine: 'auto', workflowId: 'qwen-edit-2511-style' })
  const failed = await untilState(pool.app, job, 'failed', 'done')
  expect(failed).toMatchObject({ state: 'failed', attempt: 1, error: { code: 'engine.out_of_memory' } })
  expect(failed.error?.detail?.['lighter']).toContainEqual({ workflowId: 'sd15-style' })
})

it('the memory of a card is told as the server says it', async () => {
  const pool = await openPool([{ vram: small }])
  const { engines } = await pool.app.call('engines.list', { probe: true })
  expect(engines.find(({ id }) => id === pool.fakes[0]?.url)).toMatchObject({ vram: small, device: 'RTX 4090 · 1 / 8 GB' })
})
