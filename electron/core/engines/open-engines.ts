import { join } from 'node:path'
import type { AppLogger } from '../app'
import type { EventSource } from '../event-hub'
import { createLocalEngine } from '../runtime/local-engine'
import type { Runtime } from '../runtime/runtime'
import type { SettingStore } from '../settings/settings'
import type { WorkflowLibrary } from '../workflows/load'
import { createComfyEngine } from './comfyui/comfy-engine'
import { createDraftEngine } from './draft/draft-engine'
import type { Engine } from './engine'
import { createPool, isAddress, type EnginePool } from './pool'
import { accessOf, type Access, type SavedServers } from './servers/saved-servers'

/** What an engine factory may use. */
export interface EngineContext {
  dataDir: string
  /** Threads for the draft networks; 0 = as many as the machine has cores. */
  draftThreads: number
  modelsDir: string | undefined
  draftProcessPath: string | undefined
  logger: AppLogger
}

/** What the engine of a ComfyUI address gets: also the headers and the certificate of a saved server. */
export interface RemoteContext extends Access {
  address: string
  library: () => Promise<WorkflowLibrary>
  /** This data folder's own, so that servers know us again after a restart. */
  clientId: string
  /** To be called when the server may be gone: it is looked at then. */
  onSuspect: () => void
  logger: AppLogger
}

/** What the engines of the app are made of. */
export interface OpenEnginesOptions {
  /** What runs jobs without anything set up; absent: the draft engine. */
  given?: ((context: EngineContext) => Engine[]) | undefined
  context: EngineContext
  /** How the engine of a ComfyUI address is made; absent: {@link createComfyEngine}. */
  remoteEngine?: ((context: RemoteContext) => Engine) | undefined
  runtime: Runtime
  servers: SavedServers
  settings: SettingStore
  library: () => Promise<WorkflowLibrary>
  events: EventSource
  jobsOn: (engineId: string) => number
  /** Told after each change of an engine, once the events know it; with its id where it is ready. */
  onChange: (readyId: string | undefined) => void
}

/** Drafts on the CPU. */
function draftEngines({ dataDir, draftThreads, modelsDir, draftProcessPath, logger }: EngineContext): Engine[] {
  const cacheDir = join(dataDir, 'cache', 'tiles')
  return [createDraftEngine({ cacheDir, threads: draftThreads, modelsDir, processPath: draftProcessPath, logger })]
}

/** Makes the pool of the app's engines: those given, the managed ComfyUI, and one for each address that is asked for. */
export function openEngines(options: OpenEnginesOptions): EnginePool {
  const { runtime, servers, settings, library, events } = options
  const { logger } = options.context
  /** @param suspect the engine that is looked at when the server may be gone */
  function remote(address: string, suspect: string, access: Access): Engine {
    return (options.remoteEngine ?? createComfyEngine)({
      address,
      ...access,
      library,
      clientId: settings.clientId(),
      onSuspect: () => void pool.probe(suspect),
      logger,
    })
  }
  const local = createLocalEngine({ runtime, remote: (address) => remote(address, 'local', {}) })
  const pool = createPool([...(options.given ?? draftEngines)(options.context), local], {
    logger,
    remote: (address) => remote(address, address, accessOf(servers.get(address))),
    addresses: () => (isAddress(settings.get().engine) ? [settings.get().engine] : []),
    servers,
    jobsOn: options.jobsOn,
    onRemoved: (id) => events.emit({ type: 'engine.removed', id }),
    onChange(engine) {
      events.emit({ type: 'engine', engine })
      options.onChange(engine.state === 'ready' ? engine.id : undefined)
    },
  })
  // Who could not be asked without its login becomes another engine.
  servers.unlock((address) => void pool.forget(address).then(() => pool.get(address)))
  return pool
}
