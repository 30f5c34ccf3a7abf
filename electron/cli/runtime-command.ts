import { resolve } from 'node:path'
import type { RuntimeMirrors, RuntimeReport, RuntimeView } from '#shared/domain/runtime'
import type { CommandContext, CommonOptions } from './context'
import { exitCodes, type ExitCode } from './exit-codes'
import { openData, orAborted, type OpenData } from './open-data'

/** One of the `recast runtime` commands. */
export type RuntimeAction =
  | { name: 'doctor'; run: boolean }
  | {
      name: 'install'
      device?: 'cuda' | 'cpu' | undefined
      mirrors: RuntimeMirrors
      archive?: string | undefined
      unpinned: boolean
      offline: boolean
      adopt?: string | undefined
      python?: string | undefined
    }
  | { name: 'start' | 'stop' | 'status' | 'snapshots' | 'update' | 'repair' }
  | { name: 'snapshot'; label?: string | undefined }
  | { name: 'discard'; id: string }
  | { name: 'rollback'; id?: string | undefined }
  | { name: 'remove'; cache: boolean }

export interface RuntimeCommand extends CommonOptions {
  action: RuntimeAction
}

/** Runs one of them; exit code 1 when something is wrong with the runtime or the action failed. */
export async function runRuntimeCommand({ action, dataDir, json }: RuntimeCommand, context: CommandContext): Promise<ExitCode> {
  const { terminal, signal } = context
  // A server that is started here lives as long as this command: only then are jobs taken.
  const data = await openData(dataDir, context, action.name === 'start')
  const { client } = data.instance
  const show = (view: RuntimeView): void =>
    terminal.out(json ? `${JSON.stringify({ event: 'runtime', ...view })}\n` : `${runtimeLines(view).join('\n')}\n`)
  const stopListening = client.onEvent(({ body }) => {
    if (body.type === 'runtime' && body.runtime.install) progress(body.runtime, json, terminal)
    else if (body.type === 'runtime' && body.runtime.lastLine && !json && terminal.errIsTty)
      terminal.err(`\r\u001B[2K${body.runtime.lastLine.slice(0, 100)}`)
  })
  try {
    switch (action.name) {
      case 'doctor': {
        const report = await orAborted(client.call('runtime.doctor', { run: action.run }), signal)
        terminal.out(json ? `${JSON.stringify({ event: 'report', ...report })}\n` : `${reportLines(report).join('\n')}\n`)
        return report.ok ? exitCodes.done : exitCodes.failed
      }
      case 'install': {
        const { name: _name, archive, adopt, ...values } = action
        show(
          await orAborted(
            client.call('runtime.install', {
              ...values,
              ...(archive === undefined ? {} : { archive: resolve(archive) }),
              ...(adopt === undefined ? {} : { adopt: resolve(adopt) }),
            }),
            signal,
            'Stopped. Run it again: it goes on where it stopped.',
          ),
        )
        return exitCodes.done
      }
      case 'start':
        return await start(data, show, context, json)
      case 'status': {
        const { runtime } = await client.call('runtime.status', {})
        show(runtime)
        return exitCodes.done
      }
      case 'snapshots': {
        const { snapshots } = (await client.call('runtime.status', {})).runtime
        if (json) for (const one of snapshots) terminal.out(`${JSON.stringify({ event: 'snapshot', ...one })}\n`)
        else
          terminal.out(snapshots.length === 0 ? 'There is none to go back to.\n' : `${snapshots.map(snapshotLine).join('\n')}\n`)
        return exitCodes.done
      }
      case 'remove':
        show(await client.call('runtime.remove', { cache: action.cache }))
        return exitCodes.done
      case 'snapshot': {
        const values = action.label === undefined ? {} : { name: action.label }
        show(await orAborted(client.call('runtime.snapshot', values), signal))
        return exitCodes.done
      }
      case 'discard':
        show(await client.call('runtime.discard', { id: action.id }))
        return exitCodes.done
      case 'rollback':
        show(await client.call('runtime.rollback', action.id === undefined ? {} : { id: action.id }))
        return exitCodes.done
      default:
        show(await orAborted(client.call(`runtime.${action.name}`, {}), signal))
        return exitCodes.done
    }
  } finally {
    stopListening()
    await data.close()
  }
}

/** Starts the server. In an app that is open it stays there; alone, it runs until Ctrl-C. */
async function start(
  data: OpenData,
  show: (view: RuntimeView) => void,
  { terminal, signal }: CommandContext,
  json: boolean,
): Promise<ExitCode> {
  show(await orAborted(data.instance.client.call('runtime.start', {}), signal))
  if (!data.instance.app) return exitCodes.done
  if (!json) terminal.err('It runs until this command ends: Ctrl-C stops it.\n')
  await new Promise<void>((settle) => {
    if (signal.aborted) settle()
    else signal.addEventListener('abort', () => settle(), { once: true })
  })
  return exitCodes.interrupted
}

let lastNote = ''

function progress({ install }: RuntimeView, json: boolean, terminal: CommandContext['terminal']): void {
  if (!install) return
  if (json) return terminal.out(`${JSON.stringify({ event: 'progress', ...install })}\n`)
  const line = `${String(Math.round(install.progress * 100)).padStart(3)} %  ${install.step}  ${install.note}`.slice(0, 110)
  if (line === lastNote) return
  lastNote = line
  terminal.err(terminal.errIsTty ? `\r\u001B[2K${line}` : `${line}\n`)
}

const gigabytes = (mb: number): string => `${Math.round(mb / 102.4) / 10} GB`

function runtimeLines({ state, current, snapshots, address, pid, restarts, error }: RuntimeView): string[] {
  const what = current
    ? `ComfyUI ${current.version}, ${current.device === 'cuda' ? 'CUDA' : 'CPU'}${current.torch ? `, torch ${current.torch}` : ''}${current.adopted ? ', your own folder' : `, ${current.id}`}`
    : 'No local runtime is installed.'
  return [
    `${state}  ${what}`,
    ...(address === undefined
      ? []
      : [`  at ${address}${pid === undefined ? '' : `, process ${pid}`}${restarts > 0 ? `, restarted ${restarts} times` : ''}`]),
    ...snapshots.map((one) => `  can go back to ${snapshotLine(one)}`),
    ...(error ? [`  ${error.message}`] : []),
  ]
}

const snapshotLine = ({ id, version, installedAt, takenAt, name }: RuntimeView['snapshots'][number]): string =>
  takenAt === undefined
    ? `${id} (ComfyUI ${version}, ${installedAt.slice(0, 10)})`
    : `${id} (${name === undefined ? '' : `"${name}", `}snapshot of ${takenAt.slice(0, 16).replace('T', ' ')} UTC, ComfyUI ${version})`

function reportLines({ ok, hardware, checks, locks, runtime, selfTest }: RuntimeReport): string[] {
  const { cards, memoryMb, freeDiskMb, pageFileMb, platform, arch, wsl } = hardware
  const machine = [
    `${platform} ${arch}${wsl ? ' (WSL)' : ''}`,
    `${gigabytes(memoryMb)} of memory`,
    ...(freeDiskMb === undefined ? [] : [`${gigabytes(freeDiskMb)} free on the disk`]),
    ...(pageFileMb === undefined ? [] : [`${gigabytes(pageFileMb)} of swap`]),
  ]
  const cardLines = cards.map(({ name, memoryMb: size, driver, computeCapability }) =>
    [
      `  ${name}`,
      ...(size === undefined ? [] : [gigabytes(size)]),
      ...(driver ? [`driver ${driver}`] : []),
      ...(computeCapability ? [`compute ${computeCapability}`] : []),
    ].join(', '),
  )
  const unlocked = locks.filter(({ locked, platform: of }) => !locked && of === `${platform}-${arch}`)
  return [
    machine.join(', '),
    ...cardLines,
    // No card is no fault.
    ...checks.map(({ name, ok: fine, note }) => `${fine ? '✓' : name === 'hardware' ? '–' : '✗'} ${name}  ${note}`),
    ...(unlocked.length === 0 ? [] : [`  not in this build, made at release: ${unlocked.map(({ file }) => file).join(', ')}`]),
    ...runtimeLines(runtime),
    ...(selfTest ? selfTestLines(selfTest) : []),
    ok ? 'Nothing is broken.' : 'Something is wrong: see the lines with ✗.',
  ]
}

function selfTestLines(test: NonNullable<RuntimeReport['selfTest']>): string[] {
  const cuda = test.cuda ? `CUDA ${test.cudaVersion ?? ''} on ${test.devices.map(({ name }) => name).join(', ')}` : 'no CUDA'
  const times = [
    ...(test.computeMs === undefined ? [] : [`first product ${test.computeMs} ms`]),
    ...(test.startMs === undefined ? [] : [`start ${test.startMs} ms`]),
    ...(test.jobMs === undefined ? [] : [`64 × 64 job ${test.jobMs} ms`]),
    ...(test.secondJobMs === undefined ? [] : [`again ${test.secondJobMs} ms`]),
  ]
  return [
    `${test.ok ? '✓' : '✗'} self-test of ${test.at.slice(0, 16).replace('T', ' ')} UTC  torch ${test.torch ?? 'did not answer'}, ${cuda}; picture ${test.picture ?? 'not made'}`,
    ...(times.length === 0 ? [] : [`  ${times.join(', ')}`]),
    ...test.problems.map(({ message }) => `  ${message}`),
    ...test.notes.map((note) => `  ${note}`),
  ]
}
