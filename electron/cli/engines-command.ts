import { readFile } from 'node:fs/promises'
import type { CallInput, CallName, CallOutput } from '#shared/contract/calls'
import type { EngineView } from '#shared/domain/engine'
import type { WorkflowView } from '#shared/domain/workflow'
import type { CommandContext, CommonOptions } from './context'
import { exitCodes, type ExitCode } from './exit-codes'
import { openData, orAborted } from './open-data'
import { ownWorkflowLine } from './own-workflows'
import { count, fit } from './report/words'

/** `recast engines` and what is under it. */
export interface EnginesCommand extends CommonOptions {
  action:
    | { name: 'list' }
    | { name: 'add'; values: CallInput<'engines.add'>; caFile: string | undefined }
    | { name: 'remove'; server: string; cancelJobs: boolean }
    | { name: 'drain' | 'undrain'; server: string }
}

/** Lists or changes the engines; exit code 1 when a server was saved that does not work as it is. */
export async function runEnginesCommand(command: EnginesCommand, context: CommandContext): Promise<ExitCode> {
  const { terminal, signal } = context
  const { action } = command
  const data = await openData(command.dataDir, context, false)
  const call = <N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>> =>
    orAborted(data.instance.client.call(name, input), signal)
  const tell = (event: string, engine: EngineView): void =>
    terminal.out(command.json ? `${JSON.stringify({ event, ...engine })}\n` : `${engineLine(engine)}\n`)
  try {
    switch (action.name) {
      case 'list': {
        const [{ engines }, { found }] = await Promise.all([call('engines.list', { probe: true }), call('engines.discover', {})])
        for (const engine of engines) tell('engine', engine)
        for (const server of found.filter(({ added }) => !added)) {
          if (command.json) terminal.out(`${JSON.stringify({ event: 'found', ...server })}\n`)
          else {
            const about = [server.version && `ComfyUI ${server.version}`, server.device].filter(Boolean).join(', ')
            terminal.err(`Found on this computer: ${about}. To use it: recast engines add ${server.address}\n`)
          }
        }
        return exitCodes.done
      }
      case 'add': {
        const certificateAuthority = action.caFile === undefined ? undefined : await readFile(action.caFile, 'utf8')
        const { engine } = await call('engines.add', {
          ...action.values,
          ...(certificateAuthority === undefined ? {} : { certificateAuthority }),
        })
        tell('engine', engine)
        return engine.state === 'failed' ? exitCodes.failed : exitCodes.done
      }
      case 'remove':
      case 'drain':
      case 'undrain': {
        const { engines } = await call('engines.list', {})
        const id = engines.find(({ server, name }) => server && name === action.server)?.id ?? action.server
        if (action.name === 'remove') {
          const removed = await call('engines.remove', { id, cancelJobs: action.cancelJobs })
          const { goesOn } = removed
          const rest = goesOn > 0 ? { goes_on: goesOn } : {}
          terminal.out(
            command.json ? `${JSON.stringify({ event: 'removed', id: removed.id, ...rest })}\n` : `removed ${removed.id}\n`,
          )
          if (goesOn > 0)
            terminal.err(
              `${count(goesOn, 'job')} may still run there: it could not be asked to stop. Stop what runs in ComfyUI itself.\n`,
            )
        } else tell('engine', (await call('engines.update', { id, drained: action.name === 'drain' })).engine)
        return exitCodes.done
      }
    }
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
    const { workflows: own } = await orAborted(data.instance.client.call('workflows.custom', {}), signal)
    if (command.json) {
      if (engine) terminal.out(`${JSON.stringify({ event: 'engine', ...engine })}\n`)
      for (const workflow of workflows) terminal.out(`${JSON.stringify({ event: 'workflow', ...workflow })}\n`)
      for (const workflow of own) terminal.out(`${JSON.stringify({ event: 'own_workflow', ...workflow })}\n`)
    } else {
      if (engine) terminal.out(`${engineLine(engine)}\n`)
      const width = Math.max(...workflows.map(({ id }) => id.length), 0)
      for (const workflow of workflows) terminal.out(`${workflowLines(workflow, width).join('\n')}\n`)
      if (own.length > 0) terminal.out('Your own:\n')
      for (const workflow of own) terminal.out(`${ownWorkflowLine(workflow)}\n`)
    }
    const asked = command.engine !== undefined
    return asked && !workflows.some(({ ready }) => ready === true) ? exitCodes.failed : exitCodes.done
  } finally {
    await data.close()
  }
}

function engineLine({ id, name, state, device, edits, error, server, version, queue, workflows, circuit }: EngineView): string {
  const parts = [
    server?.name ? `${name} (${id})` : id,
    server?.drained ? `${state}, drained` : circuit === 'open' ? `${state}, resting after faults` : state,
    version === undefined ? '' : `ComfyUI ${version}`,
    device,
    workflows === undefined ? '' : `${workflows.ready} of ${workflows.all} workflows`,
    queue === undefined || queue.ours + queue.others === 0 ? '' : `queue ${queue.ours} + ${queue.others} of others`,
    server && server.weight !== 1 ? `weight ${server.weight}` : '',
    server && server.tags.length > 0 ? server.tags.map((tag) => `#${tag}`).join(' ') : '',
    edits.join(', '),
    error?.message ?? '',
  ]
  return parts.filter((part) => part !== '').join('  ')
}

function workflowLines({ id, title, edit, licence, vramGb, ready, missing }: WorkflowView, width: number): string[] {
  const mark = ready === undefined ? ' ' : ready ? '✓' : '✗'
  const terms = licence.commercial === false ? `${licence.id} (non-commercial)` : licence.id
  const line = `${mark} ${fit(id, width)}  ${fit(edit, 11)}  ${title.en} · ${vramGb} GB · ${terms}`
  return [line, ...missing.map(({ words }) => `    lacks ${words}`)]
}
