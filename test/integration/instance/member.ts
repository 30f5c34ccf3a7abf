// A process that works on a data folder, for tests: says what it is on stdout and does what it reads from stdin, a word a line.
// The app behind it is small but keeps the contract, so that nothing here depends on engines: its only engine's id is its process id.
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { createEventHub } from '#core/event-hub'
import { openInstance } from '#core/instance/instance'
import type { App } from '#core/app'
import type { CallName, CallOutput } from '#shared/contract/calls'
import type { Job } from '#shared/domain/job'
import { toAppError } from '#shared/domain/error'

const [dataDir = '', version = '1.0.0', startMs = '0', waitMs = '20000'] = process.argv.slice(2)
const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`)

const id = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`

function createSmallApp(): App {
  const hub = createEventHub(() => {})
  const jobs = new Map<string, Job>()
  const handlers: Partial<Record<CallName, (input: never) => unknown>> = {
    'engines.list': () => ({
      engines: [{ id: String(process.pid), kind: 'draft', name: 'Small', state: 'ready', edits: [], device: 'CPU' }],
    }),
    'jobs.submit': () => {
      const job: Job = {
        id: id(jobs.size + 1),
        seq: jobs.size + 1,
        batchId: id(900),
        pictureId: id(901),
        pictureName: 'mug',
        inputAssetId: id(902),
        edit: { kind: 'style', styleId: 'clay', strength: 1, structure: 0, keepColours: false },
        sampling: {},
        seed: 1,
        engine: 'auto',
        state: 'queued',
        position: 1,
        progress: 0,
        attempt: 0,
        outputs: [],
        notes: [],
        createdAt: 1,
      }
      jobs.set(job.id, job)
      hub.emit({ type: 'job', job })
      return { batchId: job.batchId, jobs: [job] }
    },
    'jobs.cancel': () => {
      const canceled = [...jobs.values()].map((job): Job => ({ ...job, state: 'canceled' }))
      for (const job of canceled) hub.emit({ type: 'job', job })
      return { canceled: canceled.map((job) => job.id) }
    },
  }
  return {
    dataDir,
    version,
    epoch: hub.epoch,
    events: hub,
    files: {
      read: () => Promise.reject(new Error('none')),
      thumbnails: () => Promise.reject(new Error('none')),
      importUpload: () => Promise.reject(new Error('none')),
    },
    async call<N extends CallName>(name: N, input: unknown): Promise<CallOutput<N>> {
      await sleep(1)
      const handler = handlers[name]
      if (!handler) throw new Error(`no ${name} here`)
      return handler(input as never) as CallOutput<N>
    },
    async close() {
      say({ event: 'app closed' })
    },
  }
}

try {
  const instance = await openInstance({
    dataDir,
    version,
    waitMs: Number(waitMs),
    async createApp() {
      say({ event: 'starting' })
      await sleep(Number(startMs))
      return createSmallApp()
    },
  })
  instance.client.onEvent((event) => say({ event: 'event', type: event.body.type }))
  instance.client.onLink((state) => say({ event: 'link', state }))
  instance.onRole((role) => say({ event: 'role', role }))
  say({ event: 'open', role: instance.role, pid: process.pid })
  for await (const line of createInterface({ input: process.stdin })) {
    if (line === 'owner') {
      void instance.client.call('engines.list', {}).then(
        ({ engines }) => say({ event: 'owner', pid: Number(engines[0]?.id) }),
        (error: unknown) => say({ event: 'error', ...toAppError(error).toView() }),
      )
    } else if (line === 'submit') {
      void instance.client
        .call('jobs.submit', { pictures: [{ pictureId: id(901) }], edits: [{ kind: 'style', styleId: 'clay' }] })
        .then(() => say({ event: 'submitted' }))
    } else if (line === 'cancel') {
      void instance.client.call('jobs.cancel', {}).then(() => say({ event: 'canceled' }))
    } else if (line === 'leave') {
      const onWaiting = (jobs: number): void => say({ event: 'waiting', jobs })
      void instance.close({ waitForClients: true, onWaiting }).then(() => {
        say({ event: 'left' })
        process.exit(0)
      })
    }
  }
} catch (error) {
  say({ event: 'error', ...toAppError(error).toView() })
  process.exit(1)
}
