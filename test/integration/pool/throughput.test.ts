import { expect, it } from 'vitest'
import { allEnded, faultsOf, openPool, submitBatch } from './pool-harness'

const jobsOfRun = 60
/** Long enough for the double to be what takes the time, as a real card is: its steps wait, they don't compute. */
const stepMs = 12

/** Milliseconds from the first job's start to the last one's end on so many servers. */
async function measure(servers: number): Promise<number> {
  const pool = await openPool(
    Array.from({ length: servers }, () => ({ stepMs })),
    {},
    0,
  )
  // Models loaded, photo sent: what is measured is the pool, not the first job.
  await allEnded(pool.app, await submitBatch(pool, servers * 2))
  await pool.app.call('queue.pause', { paused: true })
  const jobs = await submitBatch(pool, jobsOfRun, { seed: 7 })
  const start = performance.now()
  await pool.app.call('queue.pause', { paused: false })
  const ended = await allEnded(pool.app, jobs)
  const ms = performance.now() - start
  expect(faultsOf(ended)).toEqual([])
  await pool.app.close()
  return ms
}

// Counting, not timing, is what CI does (pool.test.ts): a busy machine says nothing about the pool.
it.runIf(process.env['RECAST_BENCH'])(
  'three servers, 60 jobs: at least 2.7 times the throughput of one',
  async () => {
    const one = await measure(1)
    const three = await measure(3)
    const ratio = one / three
    process.stdout.write(
      `${JSON.stringify({ bench: 'pool', jobs: jobsOfRun, stepMs, oneServerMs: Math.round(one), threeServersMs: Math.round(three), ratio: Number(ratio.toFixed(2)) })}\n`,
    )
    expect(ratio).toBeGreaterThanOrEqual(2.7)
  },
  300_000,
)
