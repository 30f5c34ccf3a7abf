import type { Sampling } from '#shared/domain/edit'
import type { LighterWay } from '#shared/domain/lighter'
import type { Workflow, WorkflowLibrary } from '../../workflows/load'
import type { EngineTask } from '../engine'
import { chooseWorkflow } from './choose-workflow'
import type { KnownServer } from './facts'

/**
 * What would do a job with less memory than it took, and be ready on its server: variants of its own workflow first, then other workflows.
 */
export function lighterWays(
  library: WorkflowLibrary,
  server: KnownServer | undefined,
  { edit, sampling, seed, input }: EngineTask,
  { workflow, vramGb }: { workflow: Workflow; vramGb: number },
): LighterWay[] {
  const isReady = (workflowId: string, asked: Sampling): boolean => {
    try {
      return (
        server !== undefined && chooseWorkflow(library, server, { edit, workflowId, sampling: asked, seed, input }) !== undefined
      )
    } catch {
      return false
    }
  }
  const own = Object.entries(workflow.choices).flatMap(([choice, { options }]) =>
    Object.entries(options)
      .filter(([option, { vramGb: needed = Number.POSITIVE_INFINITY }]) => {
        return needed < vramGb && isReady(workflow.id, { ...sampling, choices: { ...sampling.choices, [choice]: option } })
      })
      .map(([option]) => ({ workflowId: workflow.id, choices: { [choice]: option } })),
  )
  // What was set for one workflow says nothing of another.
  const others = [...library.workflows.values()].filter(
    (other) => other.edit === workflow.edit && other.vramGb < vramGb && isReady(other.id, {}),
  )
  return [...own, ...others.map(({ id }) => ({ workflowId: id }))]
}
