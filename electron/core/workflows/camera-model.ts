import type { Workflow } from './load'

/** Which camera vocabulary a workflow's model was trained on, by the variants that it has; undefined for one without a camera. */
export function cameraModelOf(workflow: Workflow): '2511' | '2509' | undefined {
  const options = workflow.choices['camera']?.options ?? {}
  return 'poses' in options ? '2511' : 'angles' in options ? '2509' : undefined
}
