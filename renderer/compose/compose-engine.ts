import type { EditKind } from '#shared/domain/edit'
import type { EngineView } from '#shared/domain/engine'
import { fitsMemory } from '#shared/domain/memory-fit'
import type { Lack, WorkflowView } from '#shared/domain/workflow'
import { currentEngine } from '../i18n/labels'

/** Who would compose: what a submission names, and the engine behind it as far as it is known. */
export interface ComposeEngine {
  wish: string
  engine: EngineView | undefined
}

/**
 * The engine that composes: the chosen one, else that of the settings. Drafts can't compose, so where the settings say drafts any
 * ComfyUI that is set up is meant; without one there is no engine.
 */
export function composeEngine(choice: string, setting: string, engines: readonly EngineView[]): ComposeEngine {
  const able = engines.filter(({ kind }) => kind !== 'draft')
  const chosen = choice !== 'auto' && able.some(({ id, kind }) => id === choice || kind === choice) ? choice : setting
  const wish = chosen === 'draft' ? 'auto' : chosen
  return { wish, engine: able.length === 0 ? undefined : currentEngine(wish, able) }
}

/** Whether something can be composed now, and if not, what is in the way. */
export type ComposeReadiness =
  /** No ComfyUI is set up: nothing could take the job. */
  | { state: 'none' }
  /** One is set up but does not answer now: jobs wait for it. */
  | { state: 'away'; engine: EngineView }
  /** It has not said yet what it has. */
  | { state: 'asking' }
  | { state: 'ready' }
  /** It has everything, but none of what would run fits into its card's memory: it may be slow, or run out of it. */
  | { state: 'tight'; workflow: WorkflowView; totalGb: number; engine: EngineView }
  /** It has everything, and its card does not say how much memory it has. */
  | { state: 'unmeasured'; workflow: WorkflowView; engine: EngineView }
  /** It lacks this for the workflow that is nearest to being ready. */
  | { state: 'lacking'; workflow: WorkflowView; missing: readonly Lack[]; engine: EngineView }

/**
 * How ready an engine is for an edit. Of several workflows one that is ready is enough, unless the user has chosen one.
 * @param workflows what the engine said; undefined: not yet
 */
export function composeReadiness(
  engine: EngineView | undefined,
  workflows: readonly WorkflowView[] | undefined,
  edit: EditKind,
  workflowId: string | undefined,
): ComposeReadiness {
  if (!engine) return { state: 'none' }
  // Drafts need no workflow.
  if (engine.kind === 'draft') return { state: 'ready' }
  if (engine.state === 'starting') return { state: 'asking' }
  if (engine.state !== 'ready') return { state: 'away', engine }
  if (!workflows) return { state: 'asking' }
  const all = workflows.filter((workflow) => workflow.edit === edit)
  const mine = all.filter(({ id }) => workflowId === undefined || id === workflowId)
  const [lightest] = mine.filter(({ ready }) => ready !== false).toSorted((a, b) => a.vramGb - b.vramGb)
  if (lightest) {
    const total = engine.vram?.total
    // Without a name nothing has been asked of the card yet; a processor ("CPU · 2 / 32 GB") has no memory of its own.
    const hasCard = engine.device !== '' && !/^CPU\b/u.test(engine.device)
    if (total === undefined && hasCard) return { state: 'unmeasured', workflow: lightest, engine }
    if (total === undefined || fitsMemory(lightest.vramGb, total)) return { state: 'ready' }
    return { state: 'tight', workflow: lightest, totalGb: Math.round(total / 2 ** 30), engine }
  }
  const [nearest] = mine.toSorted((a, b) => a.missing.length - b.missing.length || bytesOf(a) - bytesOf(b))
  if (!nearest) return { state: 'ready' }
  return { state: 'lacking', workflow: nearest, missing: nearest.missing, engine }
}

function bytesOf({ missing }: WorkflowView): number {
  return missing.reduce((sum, { model }) => sum + (model?.bytes ?? 0), 0)
}
