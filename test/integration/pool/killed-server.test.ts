import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import sharp from 'sharp'
import { expect, it } from 'vitest'
import type { App } from '#core/app'
import type { Job } from '#shared/domain/job'
import type { Colour, FakeGraph } from '../../fakes/comfyui/graph-run'
import { until } from '../comfyui/harness'
import { allEnded, faultsOf, openPool, submitBatch } from './pool-harness'

/** How often a server is killed: `npm run torture -- pool 50` asks for more. */
const rounds = Number(process.env['RECAST_POOL_ROUNDS'] ?? 5)
const jobsOfRound = 60

/** The colour in which the double paints a job's picture: by the number in its prompt ("clay 7"), so that no two jobs have one. */
function colourOfJob(n: number): Colour {
  return [n * 4, 255 - n * 4, 80]
}

function colourOf(graph: FakeGraph): Colour {
  const n = /clay (\d+)/.exec(JSON.stringify(graph))?.[1]
  if (n === undefined) throw new Error('a graph without its prompt')
  return colourOfJob(Number(n))
}

/** Jobs whose stored picture is not the one that was painted for them. */
async function foreignResults(app: App, jobs: readonly Job[]): Promise<string[]> {
  const faults: string[] = []
  for (const { edit, outputs } of jobs) {
    const n = Number(/clay (\d+)/.exec(edit.kind === 'style' ? (edit.prompt ?? '') : '')?.[1])
    const { path } = await app.files.read(outputs[0]?.assetId ?? '')
    const { channels } = await sharp(path).stats()
    const colour = channels.slice(0, 3).map(({ min, max }) => (min === max ? min : 'mixed'))
    if (JSON.stringify(colour) !== JSON.stringify(colourOfJob(n))) faults.push(`job ${n} has ${colour.join()}`)
  }
  return faults
}

it(
  `one of three servers is killed at a random moment, ${rounds} times over: 60 results each time, none twice`,
  async () => {
    for (let round = 0; round < rounds; round++) {
      const pool = await openPool(Array.from({ length: 3 }, () => ({ stepMs: 2, colourOf })))
      const exportDir = join(pool.folder, 'out')
      const jobs = await submitBatch(pool, jobsOfRound, { exportDir })
      const victim = pool.fakes[Math.floor(Math.random() * 3)]
      // By how many are done, and a moment more: by the clock, a busy machine would have done nothing yet.
      const batchId = jobs[0]?.batchId ?? ''
      const done = async (): Promise<number> => (await pool.app.call('jobs.list', { batchId, states: ['done'], limit: 1 })).total
      const share = Math.floor(Math.random() * (jobsOfRound - 6))
      await until(async () => (await done()) >= share || (await sleep(10, false)), 'so many are done')
      await sleep(Math.random() * 100)
      const moment = await done()
      // Half of them never come back, half are started again with nothing remembered.
      if (round % 2 === 0) await victim?.close()
      else await victim?.restart(300)
      const ended = await allEnded(pool.app, jobs, 60_000)
      const about = `round ${round}, killed after ${moment} of ${jobsOfRound}`
      expect({ about, faults: faultsOf(ended), ended: ended.length }).toEqual({ about, faults: [], ended: jobsOfRound })
      // Each job has the picture that was painted for it, and no picture is there for two jobs.
      expect({ about, foreign: await foreignResults(pool.app, ended) }).toEqual({ about, foreign: [] })
      expect(new Set(ended.map(({ outputs }) => outputs[0]?.assetId)).size).toBe(jobsOfRound)
      // A file for each job, so that a result that was stored twice would show; the last copy comes after "done".
      await until(async () => (await readdir(exportDir)).length >= jobsOfRound, `${about}: every copy is there`)
      // No server got the same prompt twice.
      for (const fake of pool.fakes) {
        expect({ about, twice: [...fake.executions].filter(([, times]) => times !== 1) }).toEqual({ about, twice: [] })
      }
      if (rounds > 5) process.stderr.write(`\r${round + 1}/${rounds} (${about})      `)
      await pool.app.close()
      expect({ about, copies: (await readdir(exportDir)).length }).toEqual({ about, copies: jobsOfRound })
    }
  },
  rounds * 60_000,
)
