// npm run torture -- faults [--times N] [--clients] [--only FAULT]
// Jobs through a faulty proxy; exit 1 when one of Recast's is not right, or comes later than 10 s after its fault's end.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { loadBundled } from '../bench/client/build.mjs'
import { sampleGraph } from '../bench/client/graph.mjs'
import { installNpmClients, npmClient, npmClients } from '../bench/client/processes.mjs'

const limitMs = 10_000
const clientTimes = 3

/** Runs the faults and prints the table; answers the exit code. */
export async function run(args) {
  const { values } = parseArgs({
    args,
    options: {
      times: { type: 'string', default: '20' },
      clients: { type: 'boolean', default: false },
      only: { type: 'string' },
    },
  })
  const times = Number(values.times)
  const folder = mkdtempSync(join(tmpdir(), 'recast-npm-clients-'))
  const built = await loadBundled({ faults: 'test/torture/faults.ts' })
  try {
    const { faults } = built.modules
    const names = faults.wayFaults.filter((name) => values.only === undefined || name === values.only)
    const rows = new Map(names.map((name) => [name, {}]))
    const columns = { Recast: (fault) => ofRecast(faults, fault, times) }
    if (values.clients) {
      await installNpmClients(folder)
      for (const name of npmClients) columns[name] = (fault) => ofClient(faults, folder, name, fault)
    }
    for (const [column, measure] of Object.entries(columns)) {
      await Promise.all(names.map(async (fault) => (rows.get(fault)[column] = await measure(fault))))
    }
    return report(rows, Object.keys(columns))
  } finally {
    built.remove()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function ofRecast(faults, fault, times) {
  const server = await faults.openFaultyServer()
  const { client, close } = await faults.recastClient(server.proxy.url, sampleGraph(0, '', { steps: faults.faultedSteps }))
  const jobs = []
  try {
    for (let n = 0; n < times; n += 1) jobs.push(await faults.underFault(server, fault, n, client))
  } finally {
    await close()
    await server.close()
  }
  return jobs
}

async function ofClient(faults, folder, name, fault) {
  const server = await faults.openFaultyServer()
  const process = npmClient(folder, name, server.proxy.url)
  const jobs = []
  try {
    for (let n = 0; n < clientTimes; n += 1) {
      const client = async (seed) => {
        const graph = sampleGraph(seed, `${fault}-${seed}`, { steps: faults.faultedSteps })
        const answer = await process.job(graph, 8_000 + limitMs)
        if (answer.hung) throw new Error('hung')
        if (answer.error) throw new Error(answer.error)
        const file = server.fake.files.get(`output/${fault}-${seed}_00001_.png`)
        return file ? await faults.pixelsOf(file) : 'no file'
      }
      jobs.push(await faults.underFault(server, fault, n, client))
    }
  } finally {
    process.end()
    await server.close()
  }
  return jobs
}

function report(rows, columns) {
  let bad = 0
  const cell = (jobs) => {
    const right = jobs.filter((job) => job.right)
    const hung = jobs.filter((job) => job.why === 'hung').length
    const latest = Math.max(0, ...right.map((job) => job.afterMs)) / 1000
    return `${right.length}/${jobs.length}${right.length > 0 ? ` (${latest.toFixed(1)} s)` : ''}${hung > 0 ? ` ${hung} hung` : ''}`
  }
  console.log('Jobs that came out right, once; the slowest after its fault had ended')
  console.log(['', ...columns].map((text, i) => text.padEnd(i === 0 ? 18 : 31)).join(''))
  let all = 0
  let right = 0
  for (const [fault, row] of rows) {
    console.log([fault, ...columns.map((column) => cell(row[column]))].map((text, i) => text.padEnd(i === 0 ? 18 : 31)).join(''))
    for (const job of row.Recast) {
      all += 1
      if (job.right && job.afterMs <= limitMs) right += 1
      else console.log(`  ${fault}: ${job.why ?? 'late'}, ${(job.afterMs / 1000).toFixed(1)} s`)
    }
  }
  bad = all - right
  console.log(`Recast: ${right} of ${all} right, each within ${limitMs / 1000} s`)
  return bad === 0 ? 0 : 1
}
