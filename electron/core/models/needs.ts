import type { WorkflowNeeds } from '#shared/domain/model'
import { bindWorkflow } from '../workflows/bind'
import type { Workflow } from '../workflows/load'

/** The files that a workflow loads as it is, and as each of its variants that needs others (a lighter model, a faster LoRA). */
export function needsOf(workflow: Workflow): WorkflowNeeds {
  const own = filesOf(workflow, {})
  const variants = Object.entries(workflow.choices).flatMap(([choice, { default: usual, options }]) =>
    Object.entries(options).flatMap(([option, { title }]) => {
      if (option === usual) return []
      const { files, vramGb } = filesOf(workflow, { [choice]: option })
      return sameFiles(files, own.files) ? [] : [{ id: `${choice}=${option}`, title, vramGb, files }]
    }),
  )
  const { id, title, edit } = workflow
  return { id, title, edit, vramGb: own.vramGb, files: own.files, variants }
}

function filesOf(workflow: Workflow, choices: Record<string, string>): { files: string[]; vramGb: number } {
  const images = Object.entries(workflow.images).flatMap(([slot, image]) => (image.required ? [[slot, slot] as const] : []))
  const words = Object.entries(workflow.inputs).flatMap(([name, input]) =>
    input.type === 'text' && input.required ? [[name, name] as const] : [],
  )
  const bound = bindWorkflow(workflow, Object.fromEntries(words), Object.fromEntries(images), { choices, prefix: 'needs' })
  return { files: [...new Set(bound.models.map((use) => use.file))], vramGb: bound.vramGb }
}

function sameFiles(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((file) => others.includes(file))
}
