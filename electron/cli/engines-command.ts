import type { EngineView } from '#shared/domain/engine'
import type { WorkflowView } from '#shared/domain/workflow'
import type { CommandContext, CommonOptions } from './context'
import { exitCodes, type ExitCode } from './exit-codes'
import { openData, orAborted } from './open-data'
import { fit } from './report/words'

/** Lists the engines as they are now. */
export async function runEnginesCommand(command: CommonOptions, context: CommandContext): Promise<ExitCode> {
  const { terminal, signal } = context
  const data = await openData(command.dataDir, context, false)
  try {
    const { engines } = await orAborted(data.instance.client.call('engines.list', { probe: true }), signal)
    if (command.json) for (const engine of engines) terminal.out(`${JSON.stringify({ event: 'engine', ...engine })}\n`)
    else for (const engine of engines) terminal.out(`${engineLine(engine)}\n`)
    return exitCodes.done
  } finally {
    await data.close()
  }
}

/** Lists the workflows; with an engine, what that server has or lacks for each. */
export interface WorkflowsCommand extends CommonOptions {
  engine?: string
}

/** Prints a line a workflow, and under it what is missing; exit code 1 when the engine could not be asked, or has nothing ready. */
export async function runWorkflowsCommand(command: WorkflowsCommand, context: CommandContext): Promise<ExitCode> {
  const { terminal, signal } = context
  const data = await openData(command.dataDir, context, false)
  try {
    const input = command.engine === undefined ? {} : { engine: command.engine }
    const { workflows, engine } = await orAborted(data.instance.client.call('workflows.list', input), signal)
    if (command.json) {
      if (engine) terminal.out(`${JSON.stringify({ event: 'engine', ...engine })}\n`)
      for (const workflow of workflows) terminal.out(`${JSON.stringify({ event: 'workflow', ...workflow })}\n`)
    } else {
      if (engine) terminal.out(`${engineLine(engine)}\n`)
      const width = Math.max(...workflows.map(({ id }) => id.length), 0)
      for (const workflow of workflows) terminal.out(`${workflowLines(workflow, width).join('\n')}\n`)
    }
    const asked = command.engine !== undefined
    return asked && !workflows.some(({ ready }) => ready === true) ? exitCodes.failed : exitCodes.done
  } finally {
    await data.close()
  }
}

function engineLine({ id, state, device, edits, error }: EngineView): string {
  const does = edits.length === 0 ? '' : `  ${edits.join(', ')}`
  return `${id}  ${state}${device === '' ? '' : `  ${device}`}${does}${error ? `  ${error.message}` : ''}`
}

function workflowLines({ id, title, edit, licence, vramGb, ready, missing }: WorkflowView, width: number): string[] {
  const mark = ready === undefined ? ' ' : ready ? '✓' : '✗'
  const terms = licence.commercial === false ? `${licence.id} (non-commercial)` : licence.id
  const line = `${mark} ${fit(id, width)}  ${fit(edit, 11)}  ${title.en} · ${vramGb} GB · ${terms}`
  return [line, ...missing.map(({ words }) => `    lacks ${words}`)]
}
