import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createApp } from '#core/app'
import { createComfyEngine, type ComfyEngineOptions } from '#core/engines/comfyui/comfy-engine'
import type { RemoteContext } from '#core/engines/open-engines'
import type { Graph } from '#core/workflows/graph'
import type { WorkflowLibrary } from '#core/workflows/load'
import { workflowFileSchema } from '#core/workflows/workflow-schema'
import type { Job } from '#shared/domain/job'

/** A graph as a workflow of Recast, with nothing to do beyond it: it saves by node 43, may sample by node 3 and load by node 4. */
function libraryOf(graph: Graph): WorkflowLibrary {
  const words = { en: 'Bench', zh: '测量' }
  const loads = graph['4'] !== undefined
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
    // A style edit has words and a seed; where a graph has no place for one, the pointer leads nowhere and is skipped.
    inputs: {
      prompt: { type: 'text', maxLength: 4000, to: [['6', 'text']] },
      seed: { type: 'seed', max: 2 ** 53 - 1, to: [['3', 'seed']] },
    },
    images: loads ? { photo: { title: words, required: true, to: [['4', 'image']], role: 'edited' } } : {},
    outputs: [{ node: '43', prefix: ['43', 'filename_prefix'] }],
    requires: { nodes: { core: [...new Set(Object.values(graph).map((node) => node.class_type))] }, models: {} },
  })
  return { workflows: new Map([['bench', { ...file, graph }]]), models: new Map(), packages: new Map() }
}

/** Recast with one server: durable queue, durable files, everything as in use. */
export interface BenchRecast {
  dataDir: string
  /** Submits so many jobs of each style as one batch; answers their ids. Each style has words of its own; `firstSeed` absent: seeds go on. */
  submit(count: number, styles?: readonly string[], firstSeed?: number): Promise<string[]>
  /** Waits for a job's end. */
  ended(id: string): Promise<Job>
  job(id: string): Promise<Job>
  cancel(id: string): Promise<void>
  /** How many different previews a job has shown. */
  previews(id: string): number
  /** The file of a job's only result. */
  resultPath(job: Job): Promise<string>
  close(): Promise<void>
}

/** The most jobs that one call to {@link BenchRecast.submit} may ask for. */
const maxCount = 64

/** Opens Recast on a folder of its own, with a photo and a server at `url`. */
export async function openRecast(
  url: string,
  photo: string,
  graph: Graph,
  times: Partial<ComfyEngineOptions> = {},
): Promise<BenchRecast> {
  const dataDir = await mkdtemp(join(tmpdir(), 'recast-bench-client-'))
  const library = libraryOf(graph)
  const remoteEngine = (context: RemoteContext) =>
    createComfyEngine({ ...context, ...times, library: () => Promise.resolve(library) })
  const app = await createApp({ dataDir, version: '0.0.0', engines: () => [], remoteEngine })
  const { results } = await app.call('assets.import', { paths: [photo] })
  const pictureId = results[0]?.picture?.id
  if (pictureId === undefined) throw new Error(results[0]?.error?.message)
  const ends = new Map<string, Job>()
  const waiting = new Map<string, (job: Job) => void>()
  app.events.onEvent(({ body }) => {
    if (body.type !== 'job' || !['done', 'failed', 'canceled'].includes(body.job.state)) return
    ends.set(body.job.id, body.job)
    waiting.get(body.job.id)?.(body.job)
  })
  const shown = new Map<string, Set<string>>()
  app.events.onPreview(({ header, image }) => {
    const seen = shown.get(header.jobId) ?? new Set()
    shown.set(header.jobId, seen.add(Buffer.from(image).toString('latin1')))
  })
  let seed = 1
  return {
    dataDir,
    job: (id) => app.call('jobs.get', { id }),
    async cancel(id) {
      await app.call('jobs.cancel', { ids: [id] })
    },
    previews: (id) => shown.get(id)?.size ?? 0,
    async submit(count, styles = ['clay'], firstSeed) {
      seed = firstSeed ?? seed
      const ids: string[] = []
      while (ids.length < count) {
        const some = Math.min(maxCount, count - ids.length)
        const { jobs } = await app.call('jobs.submit', {
          pictures: [{ pictureId }],
          edits: styles.map((styleId) => ({ kind: 'style' as const, styleId })),
          engine: url,
          workflowId: 'bench',
          seed,
          count: some,
        })
        seed += some
        ids.push(...jobs.map((job) => job.id))
      }
      return ids
    },
    ended(id) {
      const known = ends.get(id)
      return known ? Promise.resolve(known) : new Promise((resolve) => waiting.set(id, resolve))
    },
    async resultPath(job) {
      const file = await app.files.read(job.outputs[0]?.assetId ?? '')
      return file.path ?? ''
    },
    async close() {
      await app.close()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}
