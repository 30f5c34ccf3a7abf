import type { ErrorView } from './error'

/** A way to do a job with less memory than it took: another workflow, or its own with one variant changed. */
export interface LighterWay {
  workflowId: string
  choices?: Record<string, string>
}

/** How a way is named: `sd15-style`, `qwen-edit-2511-style with weights=gguf`. */
export function lighterName({ workflowId, choices }: LighterWay): string {
  const changed = Object.entries(choices ?? {}).map(([choice, option]) => `${choice}=${option}`)
  return changed.length === 0 ? workflowId : `${workflowId} with ${changed.join(', ')}`
}

/** The ways that an error's detail offers (`engine.out_of_memory`: `lighter`), the one that changes least first. Never throws. */
export function lighterWaysOf(detail: ErrorView['detail']): LighterWay[] {
  const ways = detail?.['lighter']
  return Array.isArray(ways) ? ways.filter(isWay) : []
}

function isWay(value: unknown): value is LighterWay {
  const { workflowId, choices = {} } = (value ?? {}) as Partial<LighterWay>
  return (
    typeof workflowId === 'string' &&
    choices !== null &&
    typeof choices === 'object' &&
    Object.values(choices).every((option) => typeof option === 'string')
  )
}
