import type { CustomPurpose, CustomWorkflowDetail, CustomWorkflowSummary } from '#shared/domain/custom-workflow'
import { toAppError } from '#shared/domain/error'
import type { CommandContext, CommonOptions } from './context'
import { exitCodes, type ExitCode } from './exit-codes'
import { openData, orAborted } from './open-data'

/** What is done with the user's own workflows. */
export type OwnWorkflowAction =
  | { name: 'import'; paths: readonly string[]; purpose: CustomPurpose; engine?: string; title?: string }
  | { name: 'show'; id: string; engine?: string }
  | { name: 'rename'; id: string; title: string }
  | { name: 'remove'; ids: readonly string[] }

/** Does it and says what became of it; exit code 1 when a file was refused. One bad file never stops the others. */
export async function runOwnWorkflows(
  command: CommonOptions & { action: OwnWorkflowAction },
  context: CommandContext,
): Promise<ExitCode> {
  const { terminal, signal } = context
  const { action, json } = command
  const data = await openData(command.dataDir, context, false)
  const say = (event: string, value: object, lines: readonly string[]): void =>
    terminal.out(json ? `${JSON.stringify({ event, ...value })}\n` : lines.map((line) => `${line}\n`).join(''))
  try {
    const { client } = data.instance
    switch (action.name) {
      case 'import': {
        let refused = 0
        for (const path of action.paths) {
          const { purpose, engine, title } = action
          const input = {
            path,
            purpose,
            ...(engine === undefined ? {} : { engine }),
            ...(title === undefined ? {} : { name: title }),
          }
          try {
            const { workflow, duplicate } = await orAborted(client.call('workflows.import', input), signal)
            const { id, name, format, nodes, problems, missing } = workflow
            const value = { id, name, format, nodes, duplicate, problems, missing }
            say('workflow', value, [
              `${id}  ${name} · ${nodes} nodes${duplicate ? ' · was there already' : ''}`,
              ...trouble(workflow),
            ])
          } catch (thrown) {
            signal.throwIfAborted()
            const { code, message } = toAppError(thrown)
            refused++
            if (json) terminal.out(`${JSON.stringify({ event: 'error', file: path, code, message })}\n`)
            else terminal.err(`${path}: ${message}\n`)
          }
        }
        return refused > 0 ? exitCodes.failed : exitCodes.done
      }
      case 'show': {
        const { id, engine } = action
        const workflow = await orAborted(
          client.call('workflows.get', { id, ...(engine === undefined ? {} : { engine }) }),
          signal,
        )
        say('workflow', workflow, describe(workflow))
        return workflow.ready === false ? exitCodes.failed : exitCodes.done
      }
      case 'rename': {
        const workflow = await client.call('workflows.rename', { id: action.id, name: action.title })
        say('workflow', workflow, [ownWorkflowLine(workflow)])
        return exitCodes.done
      }
      case 'remove': {
        for (const id of action.ids) {
          await client.call('workflows.remove', { id })
          say('removed', { id }, [`${id} is removed. Import its file again to have it back.`])
        }
        return exitCodes.done
      }
    }
  } finally {
    await data.close()
  }
}

/** A line of a list. */
export function ownWorkflowLine({ id, name, nodes, format }: CustomWorkflowSummary): string {
  return `  ${id}  ${name} · ${nodes} nodes · ${format === 'api' ? 'API format' : "editor's format"}`
}

function trouble({ problems, missing, ready }: CustomWorkflowDetail): string[] {
  return [
    ...problems.map(({ node, title, message }) => `    node ${node} (${title}): ${message}`),
    ...missing.map(({ words }) => `    lacks ${words}`),
    ...(ready === true ? ['    the server has everything for it'] : []),
  ]
}

function describe(workflow: CustomWorkflowDetail): string[] {
  const { fields, outputs, editLacks } = workflow
  return [
    ownWorkflowLine(workflow).trim(),
    ...trouble(workflow),
    ...(editLacks.length === 0 ? [] : [`    as a style or image edit it lacks ${editLacks.join('; ')}`]),
    ...fields.map(({ key, group, role, kind, default: value, min, max }) => {
      const text = JSON.stringify(value)
      const range = kind !== 'seed' && min !== undefined && max !== undefined ? ` (${min} to ${max})` : ''
      return `  ${key} = ${text.length > 60 ? `${text.slice(0, 57)}…` : text}${range}  ${group}${role === undefined ? '' : ` · ${role}`}`
    }),
    ...outputs.map(({ node, title, gives }) => `  gives ${gives}: node ${node} (${title})`),
  ]
}
