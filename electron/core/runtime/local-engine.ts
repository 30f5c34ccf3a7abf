import { editKinds } from '#shared/domain/edit'
import type { EngineView } from '#shared/domain/engine'
import { AppError, toAppError } from '#shared/domain/error'
import type { AttemptPlace, Engine, EngineResult, EngineTask } from '../engines/engine'
import { crashError } from './supervisor/supervisor'
import type { Runtime } from './runtime'

type RunOptions = Parameters<Engine['run']>[1]

/** What the local engine needs. */
export interface LocalEngineOptions {
  runtime: Runtime
  /** Makes the engine of a ComfyUI address. */
  remote: (address: string) => Engine
}

/** Nobody listens there; the engine of it is only asked what its workflows could do. */
const nowhere = 'http://127.0.0.1:9'

/** The managed ComfyUI as an engine: started when a job comes, stopped by its own idleness. The jobs are those of any ComfyUI. */
export function createLocalEngine({ runtime, remote }: LocalEngineOptions): Engine {
  const { supervisor } = runtime
  /** The engine of the server as it listens now, or listened last: its port changes with each start. */
  let inner: { address: string; engine: Engine } | undefined

  function innerAt(address: string): Engine {
    if (inner?.address === address) return inner.engine
    const before = inner?.engine
    inner = { address, engine: remote(address) }
    before?.close().catch(() => undefined)
    return inner.engine
  }

  async function withServer<T>(signal: AbortSignal, work: (engine: Engine) => Promise<T>): Promise<T> {
    const release = supervisor.use()
    try {
      const address = await Promise.race([runtime.start(), aborted(signal)])
      return await work(innerAt(address))
    } catch (thrown) {
      if (signal.aborted) throw new AppError('canceled', 'Canceled. Retry to run it again.', { cause: thrown })
      throw reasonOf(toAppError(thrown))
    } finally {
      release()
    }
  }

  /** A server that died in a job says less than its supervisor knows. Only running out of memory is certain to happen again. */
  function reasonOf(error: AppError): AppError {
    const { crash } = supervisor
    const away = error.code === 'engine.offline' || error.code === 'engine.lost'
    if (!away || crash?.kind !== 'out_of_memory') return error
    return crashError(crash, supervisor.log)
  }

  function view(): EngineView {
    const own = inner?.engine.view()
    const { state } = supervisor
    const { error } = supervisor
    return {
      ...(own ?? { edits: [...editKinds], device: '' }),
      id: 'local',
      kind: 'local',
      name: 'ComfyUI on this computer',
      // One that rests is as good as ready: it starts with its first job.
      state:
        !runtime.isInstalled || state === 'failed' ? 'failed' : state === 'starting' || state === 'stopping' ? 'waking' : 'ready',
      ...(error ? { error: error.toView() } : {}),
    }
  }

  return {
    id: 'local',
    kind: 'local',
    slots: 2,
    isPresent: () => runtime.isInstalled,
    view,
    async probe() {
      const { address } = supervisor
      if (address !== undefined) await innerAt(address).probe()
      return view()
    },
    check(edit, workflowId, ...more) {
      if (!runtime.isInstalled) {
        throw new AppError(
          'engine.start',
          'No local runtime is installed. Install it (recast runtime install), or choose another engine.',
          { retry: 'user' },
        )
      }
      ;(inner?.engine ?? innerAt(nowhere)).check(edit, workflowId, ...more)
    },
    run: (task: EngineTask, options: RunOptions): Promise<EngineResult[]> =>
      withServer(options.signal, (engine) => engine.run(task, options)),
    // The server ends with Recast, and its queue with it: what ran there is run again.
    lookup: (): Promise<AttemptPlace> => Promise.resolve('unknown'),
    collect: (task, options) => withServer(options.signal, (engine) => engine.collect(task, options)),
    workflows: () => inner?.engine.workflows?.(),
    load: () => (supervisor.address === undefined ? undefined : inner?.engine.load?.()),
    async measure() {
      if (supervisor.address !== undefined) await inner?.engine.measure?.()
    },
    serverFacts: () => inner?.engine.serverFacts?.(),
    async free() {
      const { address } = supervisor
      if (address !== undefined) await innerAt(address).free()
    },
    async close() {
      await inner?.engine.close()
      await runtime.close()
    },
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const stop = (): void => reject(new AppError('canceled', 'Canceled. Retry to run it again.'))
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })
}
