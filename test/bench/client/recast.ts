import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createApp } from '#core/app'
import { createComfyEngine } from '#core/engines/comfyui/comfy-engine'
import type { WorkflowLibrary } from '#core/workflows/load'
import { workflowFileSchema } from '#core/workflows/workflow-schema'
import type { Graph } from '#core/workflows/graph'

/** The bench's graph as a workflow of Recast: nothing is asked of it beyond what the graph does. */
function libraryOf(graph: Graph): WorkflowLibrary {
  const words = { en: 'Bench', zh: '测量' }
  const file = workflowFileSchema.parse({
    schema: 1,
    id: 'bench',
    title: words,
    summary: words,
    edit: 'style',
    preference: 1,
    licence: { id: 'MIT', commercial: true },
    minimumVersion: '0.1.0',
    vramGb: 1,
    size: { policy: 'scale', maxPixels: 100_000_000 },
    count: { min: 1, max: 64 },
    controls: { strength: 'none', structure: 'none' },
    // A style edit has words and a seed; this graph has no place for them, and a pointer to nowhere is skipped.
    inputs: {
      prompt: { type: 'text', maxLength: 4000, to: [['5', 'text']] },
      seed: { type: 'seed', max: 2 ** 53 - 1, to: [['5', 'seed']] },
    },
    images: { photo: { title: words, required: true, to: [['4', 'image']], role: 'edited' } },
    outputs: [{ node: '43', prefix: ['43', 'filename_prefix'] }],
    requires: { nodes: { core: ['ImageInvert', 'LoadImage', 'SaveImage'] }, models: {} },
  })
  return { workflows: new Map([['bench', { ...file, graph }]]), models: new Map(), packages: new Map() }
}

/** Recast with one server: durable queue, durable files, everything as in use. */
export async function openRecast(url: string, photo: string, graph: Graph) {
  const dataDir = await mkdtemp(join(tmpdir(), 'recast-bench-client-'))
  const library = libraryOf(graph)
  const app = await createApp({
    dataDir,
    version: '0.0.0',
    engines: () => [],
    remoteEngine: (context) => createComfyEngine({ ...context, library: () => Promise.resolve(library) }),
  })
  const { results } = await app.call('assets.import', { paths: [photo] })
  const pictureId = results[0]?.picture?.id
  if (pictureId === undefined) throw new Error(results[0]?.error?.message)
  const ends = new Map<string, (state: string) => void>()
  const ended = new Map<string, string>()
  app.events.onEvent(({ body }) => {
    if (body.type !== 'job' || !['done', 'failed', 'canceled'].includes(body.job.state)) return
    const state = body.job.error ? `${body.job.state}: ${body.job.error.message}` : body.job.state
    ended.set(body.job.id, state)
    ends.get(body.job.id)?.(state)
  })
  let seed = 1
  const submit = async (count: number): Promise<string[]> => {
    const { jobs } = await app.call('jobs.submit', {
      pictures: [{ pictureId }],
      edits: [{ kind: 'style', styleId: 'clay' }],
      engine: url,
      workflowId: 'bench',
      seed,
      count,
    })
    seed += count
    return jobs.map((job) => job.id)
  }
  const wait = (id: string): Promise<string> =>
    new Promise((resolve) => {
      const known = ended.get(id)
      if (known === undefined) ends.set(id, resolve)
      else resolve(known)
    })
  return {
    /** One job from the call to its end, its file on the disk and its row in the database. */
    async job(): Promise<void> {
      const [id] = await submit(1)
      const state = await wait(id ?? '')
      if (state !== 'done') throw new Error(state)
    },
    /** Many jobs as one batch; answers their states, and how many results are there. */
    async batch(count: number): Promise<{ states: string[]; outputs: number }> {
      const ids = await submit(count)
      const states = await Promise.all(ids.map(wait))
      const jobs = await Promise.all(ids.map((id) => app.call('jobs.get', { id })))
      return { states, outputs: jobs.reduce((sum, job) => sum + job.outputs.length, 0) }
    },
    async close(): Promise<void> {
      await app.close()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}
