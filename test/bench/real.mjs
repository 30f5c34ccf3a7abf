import { randomUUID } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import sharp from 'sharp'
import { openBare } from './client/bare.mjs'
import { loadBundled } from './client/build.mjs'
import { remixGraph, sampleGraph } from './client/graph.mjs'
import { startServer } from './client/real-server.mjs'

const root = resolve(import.meta.dirname, '../..')
const cuts = 10
/** Styles whose words make the eight pictures of a sheet. */
const sheet = ['anime', 'cartoon', 'clay', 'line-art', 'oil-painting', 'paper-cut', 'pencil', 'pixel-art']
/** Nodes that are the same in all of a sheet: the checkpoint, the photo, its encoding. */
const shared = ['1', '4', '9']

/**
 * Jobs on a real ComfyUI with a small checkpoint: what may happen to one, and a sheet of eight beside eight jobs sent the naive way.
 * --engine URL; --start COMMAND: the bench starts the server itself (at that address) and kills it in mid-job; --checkpoint FILE: one that
 * it has; --broken FILE: one that it lists and cannot load; --photo FILE; --side PIXELS of all pictures; --only NAMES, with commas between;
 * --rounds N of the sheet that count. Answers the exit code.
 */
export async function run(args) {
  const { values } = parseArgs({
    args,
    options: {
      engine: { type: 'string', default: 'http://127.0.0.1:8188' },
      start: { type: 'string' },
      checkpoint: { type: 'string', default: 'v1-5-pruned-emaonly-fp16.safetensors' },
      broken: { type: 'string' },
      photo: { type: 'string', default: join(root, 'resources/samples/coffee.png') },
      side: { type: 'string', default: '64' },
      only: { type: 'string' },
      rounds: { type: 'string', default: '2' },
    },
  })
  const dir = await mkdtemp(join(tmpdir(), 'recast-bench-real-'))
  const server = values.start === undefined ? undefined : await startServer(values.start, values.engine)
  const built = await loadBundled({
    recast: 'test/bench/client/recast.ts',
    proxy: 'test/fakes/faulty-proxy/faulty-proxy.ts',
    server: 'electron/core/engines/comfyui/server.ts',
  })
  const proxy = await built.modules.proxy.startFaultyProxy(values.engine)
  const photo = join(dir, 'photo.png')
  const side = Number(values.side)
  await sharp(values.photo).flatten({ background: '#fff' }).resize(side, side, { fit: 'cover' }).png().toFile(photo)
  const bench = {
    ...values,
    side,
    url: values.engine,
    server,
    proxy,
    photo,
    open: built.modules.recast.openRecast,
    Server: built.modules.server.ComfyServer,
  }
  let wrong = 0
  try {
    for (const [name, tell] of Object.entries(cases(bench))) {
      if (values.only !== undefined && !values.only.split(',').includes(name)) continue
      const began = performance.now()
      try {
        const said = await tell()
        console.log(`${name.padEnd(34)} ok  ${((performance.now() - began) / 1000).toFixed(1).padStart(6)} s  ${said}`)
      } catch (thrown) {
        wrong += 1
        console.log(`${name.padEnd(34)} NO  ${thrown instanceof Error ? thrown.message : String(thrown)}`)
      }
    }
  } finally {
    await proxy.close()
    built.remove()
    await server?.end()
    await rm(dir, { recursive: true, force: true })
  }
  return wrong === 0 ? 0 : 1
}

function cases(bench) {
  const { checkpoint, broken, proxy, server, side } = bench
  const words = (more = {}) => sampleGraph(0, '', { checkpoint, side, steps: 4, ...more })
  return {
    'text to image': () => done(bench, words(), 'previews'),
    'image to image': () => done(bench, remixGraph('', '', 0, '', { checkpoint, steps: 4, denoise: 1 }), 'previews'),
    'cancel while queued': () =>
      opened(bench, words({ steps: 30 }), async (recast) => {
        const [first, second] = await recast.submit(2)
        await until(async () => (await pending(bench.url)) > 0, 'the second waits on the server')
        await recast.cancel(second)
        const state = await endedAs(recast, second, 'canceled')
        await until(async () => (await pending(bench.url)) === 0, 'it is gone from the queue')
        await right(bench, recast, await endedAs(recast, first, 'done'))
        return `${state.state}, gone from the server's queue; the one before it done`
      }),
    'cancel while sampling': () =>
      opened(bench, words({ steps: 400 }), async (recast) => {
        const [id] = await recast.submit(1)
        await until(() => recast.previews(id) > 0, 'it samples')
        const began = performance.now()
        await recast.cancel(id)
        await endedAs(recast, id, 'canceled')
        const answered = performance.now() - began
        await until(async () => (await waiting(bench.url)) === 0, 'the server is idle')
        return `answered in ${answered.toFixed(0)} ms, the server idle after ${(performance.now() - began).toFixed(0)} ms`
      }),
    'refused prompt': () => refusedPrompt(bench, words()),
    ...(broken && {
      'failing model file': () =>
        opened(bench, words({ checkpoint: broken }), async (recast) => {
          const [id] = await recast.submit(1)
          return refusal(await endedAs(recast, id, 'failed'))
        }),
    }),
    [`socket cut ${cuts} times in one job`]: () =>
      opened({ ...bench, url: proxy.url }, words({ steps: 60 }), async (recast) => {
        const [id] = await recast.submit(1)
        for (let n = 0; n < cuts; n += 1) {
          await until(async () => (await recast.job(id)).progress > n / (2 * cuts), 'it goes on')
          proxy.begin('reset')
          await sleep(150)
        }
        const before = (await recast.job(id)).state
        await right(bench, recast, await endedAs(recast, id, 'done'))
        return `${before} after the last cut, then done in its first attempt`
      }),
    ...(server && {
      'server killed in mid-job': () =>
        // Not the steps of another case: what the server still has in its cache it would not sample again.
        opened(bench, words({ steps: 50 }), async (recast) => {
          const [id] = await recast.submit(1)
          await until(() => recast.previews(id) > 0, 'it samples')
          await server.killAndStart()
          const job = await endedAs(recast, id, 'done')
          await right(bench, recast, job)
          return `done in attempt ${job.attempt}, one result`
        }),
    }),
    'sheet of 8 beside 8 naive jobs': () => sheetOfEight(bench),
  }
}

/** A graph that Recast finds fault with before it queues anything, and that the server refuses when it is posted all the same. */
async function refusedPrompt({ open, url, photo, Server }, graph) {
  graph[3].inputs.positive = ['1', 0]
  const recast = await open(url, photo, graph)
  const early = await recast.submit(1).then(
    () => undefined,
    (error) => error,
  )
  await recast.close()
  if (early?.code !== 'engine.rejected') throw new Error(`taken, or refused by ${early?.code}`)
  const server = new Server({ address: url })
  try {
    const listener = { onChange() {}, onPreview() {} }
    await server.run(randomUUID(), graph, listener, new AbortController().signal)
  } catch (error) {
    if (error.code !== 'engine.rejected' || (await waiting(url)) !== 0) throw error
    return `before it is queued: "${early.message.slice(0, 90)}"; by the server: "${error.message.slice(0, 90)}"`
  } finally {
    await server.close()
  }
  throw new Error('the server has taken it')
}

/**
 * Eight of one photo as Recast sends them, and as eight jobs with node ids of their own that send the photo each time, in turn, each from
 * a server that has let go of everything. The first round of both only warms the machine up (the checkpoint comes from the disk once).
 * ComfyUI 0.8.0 knows a node by its class and inputs, not by its id: the naive jobs get the loaders from its cache, too. What they pay is
 * the photo's sending and encoding, next to nothing at 64 pixels.
 */
async function sheetOfEight(bench) {
  const { checkpoint, proxy, url } = bench
  const graph = remixGraph('', '', 0, '', { checkpoint })
  const rounds = Number(bench.rounds)
  const ours = []
  const naive = []
  for (let round = 0; round <= rounds; round += 1) {
    await free(url)
    naive.push(await naiveSheet(bench, round))
    await free(url)
    ours.push(await opened({ ...bench, url: proxy.url }, graph, (recast) => ownSheet(bench, recast, round)))
  }
  const times = (runs) => runs.slice(1).map(({ ms }) => ms)
  const ratios = times(ours).map((ms, i) => ms / times(naive)[i])
  const seconds = (runs) => times(runs).map((ms) => (ms / 1000).toFixed(1))
  const { runs, uploads, prompts } = ours[0]
  const said = `${seconds(ours).join(', ')} s, naive ${seconds(naive).join(', ')} s: ${ratios.map((ratio) => ratio.toFixed(2)).join(', ')} ×; loaders and encoding ran ${runs} time(s) in ${prompts} prompts (naive: ${naive[0].runs}), ${uploads} upload(s) (naive: ${sheet.length})`
  if (ours.some((run) => run.runs !== 1 || run.uploads !== 1 || run.prompts !== sheet.length)) throw new Error(said)
  return said
}

async function ownSheet(bench, recast, round) {
  const { proxy, url } = bench
  const before = new Set(Object.keys(await history(url)))
  const uploads = proxy.posts.length
  const began = performance.now()
  // Seeds of their own in each round: the server answers none from its cache.
  const ids = await recast.submit(1, sheet, 1_000 * (round + 1))
  const jobs = await Promise.all(ids.map((id) => endedAs(recast, id, 'done')))
  const ms = performance.now() - began
  for (const job of jobs) await right(bench, recast, job)
  return {
    ms,
    ...loaded(await since(url, before), () => shared),
    uploads: proxy.posts.slice(uploads).filter((path) => /upload/.test(path)).length,
  }
}

async function naiveSheet({ url, checkpoint, photo }, round) {
  const before = new Set(Object.keys(await history(url)))
  const bare = await openBare(url)
  const png = await readFile(photo)
  const began = performance.now()
  for (const [n, words] of sheet.entries()) {
    const own = `naive-${process.pid}-${round}-${n}`
    const name = await upload(url, png, `${own}.png`)
    const graph = remixGraph(name, words, 1_000 * (round + 1) + n, own, { checkpoint })
    await bare.job(renumbered(graph, 1_000 * (round + 1) + 100 * (n + 1)))
  }
  const ms = performance.now() - began
  await bare.close()
  // Which nodes they are is in each graph: the classes tell.
  const wanted = new Set(shared.map((node) => remixGraph('', '', 0, '', { checkpoint })[node].class_type))
  const ofGraph = (graph) => Object.keys(graph).filter((node) => wanted.has(graph[node].class_type))
  return { ms, ...loaded(await since(url, before), ofGraph) }
}

async function since(url, before) {
  return Object.entries(await history(url)).flatMap(([id, entry]) => (before.has(id) ? [] : [entry]))
}

/** In how many of these prompts the server ran a loader or the photo's encoding, by what it said that it had in its cache. */
function loaded(entries, nodesOf) {
  const runs = entries.filter(({ status, prompt }) => {
    const cached = status.messages.find(([type]) => type === 'execution_cached')?.[1].nodes ?? []
    return !nodesOf(prompt[2]).every((node) => cached.includes(node))
  }).length
  return { runs, prompts: entries.length }
}

/** One job to its right end. */
function done(bench, graph, wanted) {
  return opened(bench, graph, async (recast) => {
    const [id] = await recast.submit(1)
    await right(bench, recast, await endedAs(recast, id, 'done'))
    const previews = recast.previews(id)
    if (wanted === 'previews' && previews === 0) throw new Error('done without a preview')
    return `done, ${previews} previews`
  })
}

async function opened({ open, url, photo }, graph, work) {
  const recast = await open(url, photo, graph)
  try {
    return await work(recast)
  } finally {
    await recast.close()
  }
}

async function endedAs(recast, id, state) {
  const job = await recast.ended(id)
  if (job.state !== state) throw new Error(`${job.state} instead of ${state}: ${job.error?.message ?? ''}`)
  if (job.outputs.length !== (state === 'done' ? 1 : 0)) throw new Error(`${state} with ${job.outputs.length} results`)
  return job
}

/** Whether a job's stored picture has the pixels of the file that the server made for this job's seed. */
async function right({ url }, recast, job) {
  const pixels = async (png) => await sharp(png).removeAlpha().raw().toBuffer()
  const own = await pixels(await recast.resultPath(job))
  for (const { prompt, outputs } of Object.values(await history(url))) {
    const [image] = outputs['43']?.images ?? []
    if (!image || prompt[2]['3']?.inputs.seed !== job.seed) continue
    const file = await fetch(`${url}/view?${new URLSearchParams(image)}`)
    if (file.ok && own.equals(await pixels(Buffer.from(await file.arrayBuffer())))) return
  }
  throw new Error('the stored picture is none that the server made for this job')
}

function refusal({ state, error, attempt }) {
  if (!error) throw new Error('failed without a reason')
  return `${state} after ${attempt} attempt(s): ${error.code}, "${error.message.slice(0, 120)}"`
}

/** The same graph under other node ids: the server's cache knows none of it. */
function renumbered(graph, by) {
  const id = (old) => String(Number(old) + by)
  const moved = ([name, value]) => [name, Array.isArray(value) ? [id(value[0]), value[1]] : value]
  return Object.fromEntries(
    Object.entries(graph).map(([old, node]) => [
      id(old),
      { ...node, inputs: Object.fromEntries(Object.entries(node.inputs).map(moved)) },
    ]),
  )
}

async function upload(url, png, name) {
  const form = new FormData()
  form.set('image', new Blob([png]), name)
  return (await (await fetch(`${url}/upload/image`, { method: 'POST', body: form })).json()).name
}

async function free(url) {
  const body = JSON.stringify({ unload_models: true, free_memory: true })
  await fetch(`${url}/free`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  // The server does it in its own time, between two jobs.
  await sleep(2_000)
}

const history = async (url) => await (await fetch(`${url}/history`)).json()
const queue = async (url) => await (await fetch(`${url}/queue`)).json()
const pending = async (url) => (await queue(url)).queue_pending.length
const waiting = async (url) => (await queue(url)).queue_running.length + (await pending(url))

async function until(look, what, ms = 180_000) {
  const giveUpAt = performance.now() + ms
  while (!(await look())) {
    if (performance.now() > giveUpAt) throw new Error(`waited in vain until ${what}`)
    await sleep(20)
  }
}
