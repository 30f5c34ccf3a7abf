import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { until } from '../comfyui/harness'
import { allEnded, faultsOf, openPool, submitBatch } from './pool-harness'

/** How often a server is killed: `npm run torture -- pool 50` asks for more. */
const rounds = Number(process.env['RECAST_POOL_ROUNDS'] ?? 5)
const jobsOfRound = 60

it(
  `one of three servers is killed at a random moment, ${rounds} times over: 60 results each time, none twice`,
  async () => {
    for (let round = 0; round < rounds; round++) {
      const pool = await openPool([{ stepMs: 2 }, { stepMs: 2 }, { stepMs: 2 }])
      const exportDir = join(pool.folder, 'out')
      const jobs = await submitBatch(pool, jobsOfRound, { exportDir })
      const victim = pool.fakes[Math.floor(Math.random() * 3)]
      await sleep(Math.random() * 1_200)
      const moment = (await pool.app.call('jobs.list', { batchId: jobs[0]?.batchId ?? '', states: ['done'], limit: 1 })).total
      // Half of them never come back, half are started again with nothing remembered.
      if (round % 2 === 0) await victim?.close()
      else await victim?.restart(300)
      const ended = await allEnded(pool.app, jobs, 60_000)
      const about = `round ${round}, killed after ${moment} of ${jobsOfRound}`
      expect({ about, faults: faultsOf(ended), ended: ended.length }).toEqual({ about, faults: [], ended: jobsOfRound })
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
