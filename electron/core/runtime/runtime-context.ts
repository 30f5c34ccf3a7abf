import type { Hardware, RuntimeView } from '#shared/domain/runtime'
import type { Settings } from '#shared/domain/settings'
import type { AppLogger } from '../app'
import type { Downloader } from '../download/downloader'
import type { RuntimeTools } from './install/find-tools'
import type { readRecipe, Recipe } from './recipe'
import type { SupervisorTimes } from './supervisor/supervisor'

/** What the runtime needs of the app; tests bring their own recipe, tools and times. */
export interface RuntimeContext {
  dataDir: string
  settings: () => Settings
  /** Folder of the models, first; then others that are shared. */
  modelFolders: () => readonly string[]
  downloader: () => Downloader
  /** Told the models folder of a ComfyUI that is adopted: from then on its models are everybody's. */
  shareModels: (folder: string) => void
  /** Told each new view; at most four a second while something is being installed. */
  onChange: (view: RuntimeView) => void
  logger: AppLogger
  parts?: Partial<RuntimeParts> | undefined
}

/** What a test puts in the place of the real thing. */
export interface RuntimeParts {
  recipe: (wanted: Parameters<typeof readRecipe>[0]) => Recipe
  tools: (python: string) => Promise<RuntimeTools>
  hardware: (folder: string) => Promise<Hardware>
  times: Partial<SupervisorTimes>
  env: NodeJS.ProcessEnv
}
