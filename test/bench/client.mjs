import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import sharp from 'sharp'
import { openBare } from './client/bare.mjs'
import { loadBundled } from './client/build.mjs'
import { invertGraph, sampleGraph } from './client/graph.mjs'
import { installNpmClients, npmClient, npmClients, startDouble } from './client/processes.mjs'

const root = resolve(import.meta.dirname, '../..')
/** What a job of Recast may cost, in jobs of the bare client. */
const target = 1.25
/** What loading, inverting and saving a photo of 512 pixels took a ComfyUI 0.8.0 on the processor, milliseconds. */
const serverMs = 35
const hangMs = 3_000
/** Jobs of each client of npm: one that hangs costs seconds each time. */
const clientJobs = 15

/**
 * The cost of a job above a bare client (post, one socket, one fetch) on the same server in one run, Recast's with its durable queue and
 * its flushed file. `alone`: submit, wait for the end, submit the next, in turn with the bare client's. `queued`: what a job adds to a batch.
 * A job of both sides is one graph on one server: a photo of --side pixels, inverted, with its seed's noise and saved, so that every job
 * makes another picture, which Recast checks, decodes, flushes and commits (one that it has already would cost it nothing). The server's
 * own work is some tens of milliseconds, next to nothing beside a model's: what Recast adds weighs most there. With --checkpoint the job
 * samples, as in use. Answers the exit code.
 * --engine URL: a real server; --checkpoint FILE: jobs that sample with it; --jobs N; --side PIXELS; --no-clients.
 */
export async function run(args) {
  const { values } = parseArgs({
    args,
    allowNegative: true,
    options: {
      engine: { type: 'string' },
      checkpoint: { type: 'string' },
      jobs: { type: 'string', default: '40' },
      many: { type: 'string', default: '1000' },
      side: { type: 'string', default: '512' },
      clients: { type: 'boolean', default: true },
      json: { type: 'boolean', default: false },
    },
  })
  const dir = await mkdtemp(join(tmpdir(), 'recast-bench-client-'))
  const built = await loadBundled({ recast: 'test/bench/client/recast.ts' })
  const double = values.engine === undefined ? await startDouble({ saveMs: serverMs }) : undefined
  const bench = {
    url: values.engine ?? double.url,
    double,
    dir,
    jobs: Number(values.jobs),
    openRecast: built.modules.recast.openRecast,
    tell: (line) => console.log(values.json ? JSON.stringify(line) : wordsOf(line)),
    ...(await photoOn(values.engine ?? double.url, dir, Number(values.side))),
  }
  bench.graph = (n, prefix) =>
    values.checkpoint === undefined
      ? invertGraph(n, bench.uploaded, prefix)
      : sampleGraph(n, prefix, { checkpoint: values.checkpoint, steps: 4, side: 128 })
  try {
    if (values.clients) await installNpmClients(dir)
    const missed = await compare(bench, values.clients ? npmClients : [])
    const lost = double ? await many(Number(values.many), bench) : 0
    return missed + lost > 0 ? 1 : 0
  } finally {
    await double?.close()
    built.remove()
    await rm(dir, { recursive: true, force: true })
  }
}

function wordsOf({ name, ms, ratio, requests, target: wanted, ok, note }) {
  const parts = [name.padEnd(40)]
  if (ms !== undefined) parts.push(`${ms.toFixed(1).padStart(7)} ms`)
  if (ratio !== undefined) parts.push(`${ratio.toFixed(2)} ×`)
  if (requests !== undefined) parts.push(`${requests} requests a job`)
  if (wanted !== undefined) parts.push(`target ≤ ${wanted}${ok ? '' : '  MISSED'}`)
  if (note) parts.push(note)
  return parts.join('  ')
}

function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1]
}

/** A photo on the disk, and on the server for those who do not upload by themselves. */
async function photoOn(url, dir, side) {
  const photo = join(dir, 'photo.png')
  await sharp(join(root, 'resources/samples/coffee.png'))
    .flatten({ background: '#fff' })
    .resize(side, side, { fit: 'inside' })
    .png()
    .toFile(photo)
  const form = new FormData()
  form.set('image', new Blob([await readFile(photo)]), 'recast-bench.png')
  form.set('overwrite', 'true')
  const answer = await fetch(`${url}/upload/image`, { method: 'POST', body: form })
  return { photo, uploaded: (await answer.json()).name }
}

/** Bare client and Recast in turn, so that a slow moment of the machine hits both; then Recast's as a batch, then the clients of npm. */
async function compare(bench, names) {
  const { url, jobs, tell, graph } = bench
  const bare = await openBare(url)
  const recast = await bench.openRecast(url, bench.photo, graph(0, ''))
  const [base, ours] = await inTurn(bench, [(n) => bare.job(graph(n, `bare-${process.pid}-${n}`)), () => alone(recast)])
  await bare.close()
  tell({ name: 'bare client, alone', ...base })
  const okAlone = ours.ratio <= target
  tell({ name: 'Recast, alone', ...ours, target, ok: okAlone })
  const ms = await queued(recast, jobs)
  await recast.close()
  const ok = ms / base.ms <= target
  tell({ name: 'Recast, queued', ms, ratio: ms / base.ms, target, ok })
  for (const [i, name] of names.entries()) {
    const client = npmClient(bench.dir, name, url)
    const ends = { hung: 0, failed: 0 }
    const times = []
    for (let n = 0; n < Math.min(jobs, clientJobs); n += 1) {
      // Seeds of their own: nobody is answered from another's cache.
      const answer = await client.job(graph(n + 1e6 * (i + 2), `npm-${i}-${process.pid}-${n}`), hangMs)
      if (answer.ms !== undefined) times.push(answer.ms)
      else ends[answer.hung ? 'hung' : 'failed'] += 1
    }
    client.end()
    const own = times.length > 0 ? { ms: median(times), ratio: median(times) / base.ms } : {}
    const note = `${times.length} of ${Math.min(jobs, clientJobs)} answered, ${ends.hung} hung, ${ends.failed} failed`
    tell({ name: `${name}, alone`, ...own, note })
  }
  return ok && okAlone ? 0 : 1
}

/**
 * Does jobs of several sides in turn. Answers each side's median, how many requests a job of it made, and the median of what each of its
 * jobs cost in units of the first side's job right before it: a slow second of the machine is in both.
 */
async function inTurn({ double, jobs }, sides) {
  const times = sides.map(() => [])
  const requests = sides.map(() => [])
  const counted = async () => (double ? (await double.order({ report: true })).requests : 0)
  for (let n = -3; n < jobs; n += 1) {
    for (const [i, job] of sides.entries()) {
      const before = await counted()
      const began = performance.now()
      await job(1_000 + n)
      const took = performance.now() - began
      if (n < 0) continue
      times[i].push(took)
      requests[i].push((await counted()) - before)
    }
  }
  return sides.map((_, i) => ({
    ms: median(times[i]),
    ratio: median(times[i].map((ms, n) => ms / times[0][n])),
    ...(double ? { requests: median(requests[i]) } : {}),
  }))
}

async function alone(recast) {
  const [id] = await recast.submit(1)
  const job = await recast.ended(id)
  if (job.state !== 'done') throw new Error(job.error?.message ?? job.state)
}

/** Median time between two ends within a batch. */
async function queued(recast, count) {
  const ids = await recast.submit(count)
  const ends = await Promise.all(ids.map((id) => recast.ended(id).then(() => performance.now())))
  const sorted = ends.toSorted((a, b) => a - b)
  return median(sorted.slice(1).map((at, i) => at - sorted[i]))
}

/** Many jobs that a server does in no time: each must end, with one result, executed once. */
async function many(count, { openRecast, photo, tell }) {
  const double = await startDouble()
  const graph = sampleGraph(0, '', { steps: 1 })
  const recast = await openRecast(double.url, photo, graph)
  try {
    const began = performance.now()
    const ids = await recast.submit(count)
    const limit = new Promise((resolve) => setTimeout(resolve, 60_000 + count * 100).unref())
    const jobs = await Promise.all(ids.map((id) => Promise.race([recast.ended(id), limit])))
    const took = performance.now() - began
    const hung = jobs.filter((job) => !job).length
    const lost = jobs.filter((job) => job && (job.state !== 'done' || job.outputs.length !== 1)).length
    const { executions, requests } = await double.order({ report: true })
    const doubled = executions.filter((times) => times !== 1).length + Math.max(0, executions.length - count)
    tell({
      name: `Recast, ${count} jobs of no time`,
      ms: took / count,
      requests: Math.round((requests / count) * 100) / 100,
      note: `${hung} hung, ${lost} lost, ${doubled} doubled`,
    })
    return hung + lost + doubled
  } finally {
    await recast.close()
    await double.close()
  }
}
