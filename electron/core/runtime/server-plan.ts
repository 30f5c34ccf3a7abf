import { AppError } from '#shared/domain/error'
import type { Hardware } from '#shared/domain/runtime'
import type { RuntimePlace } from './install/store'
import type { Recipe } from './recipe'
import type { ServerPlan } from './supervisor/supervisor'

/** Any ComfyUI has these; more is not to be asked of one that is the user's. */
const anyComfyui = ['KSampler', 'LoadImage', 'SaveImage']

/** What decides how a server is started. */
export interface PlanFacts {
  place: RuntimePlace
  recipe: Recipe
  /** Undefined where nobody has looked, on a CPU runtime. */
  hardware: Hardware | undefined
  modelFolders: readonly string[]
  env: NodeJS.ProcessEnv
}

/** The card that is used where there are several, by nvidia-smi's index; undefined where nothing is to be chosen. Pure. */
export function cardOf({ cards, verdict }: Hardware): number | undefined {
  return cards.filter(({ maker }) => maker === 'nvidia').length > 1 ? verdict.card : undefined
}

/** Decides what a server is started from. Pure. */
export function serverPlan({ place, recipe, hardware, modelFolders, env }: PlanFacts): ServerPlan {
  const installed = new Set(place.installation?.nodes.map(({ id }) => id))
  return {
    place,
    tools: recipe.tools,
    card: hardware && cardOf(hardware),
    modelFolders,
    sentinels: {
      core: place.adopted ? anyComfyui : recipe.comfyui.sentinels,
      nodes: Object.fromEntries(recipe.nodes.filter(({ id }) => installed.has(id)).map(({ id, sentinels }) => [id, sentinels])),
    },
    env,
  }
}

/** The error of asking for a runtime that is not there. */
export function absent(): AppError {
  return new AppError(
    'engine.start',
    'No local runtime is installed. Install it (recast runtime install), or use a remote ComfyUI server.',
    { retry: 'user' },
  )
}
