import { setTimeout as sleep } from 'node:timers/promises'
import type { CommandContext, CommonOptions } from './context'
import { exitCodes, type ExitCode } from './exit-codes'
import { openData } from './open-data'

/** Opens the studio in a browser. */
export interface ServeCommand extends CommonOptions {
  /** Exactly this port; undefined for the usual one. */
  port?: number
  host?: string
  /** Open the default browser. */
  open: boolean
  /** Folder of the built renderer. */
  rendererDir: string
}

/**
 * Serves until it is interrupted. Where another process has the folder open, shows that one's address, or waits for a command to end.
 */
export async function runServeCommand(command: ServeCommand, context: CommandContext): Promise<ExitCode> {
  const { terminal, signal } = context
  const { serve } = await import('../server/serve')
  const data = await openData(command.dataDir, context, true)
  const { instance } = data
  const show = (url: string, note: string): void => {
    if (command.json) terminal.out(`${JSON.stringify({ event: 'serving', url })}\n`)
    else terminal.out(`${note}\n  ${url}\n`)
  }
  try {
    const running = instance.owner?.serveUrl
    if (running !== undefined) {
      show(running, 'Recast is open already, at')
      return exitCodes.done
    }
    if (!instance.app) {
      terminal.err(
        'Another Recast has this data folder open. The studio opens here when that one has ended (Ctrl-C to stop waiting).\n',
      )
      await untilOwner(data.instance, signal)
    }
    const { app } = instance
    if (!app) return exitCodes.interrupted
    const server = await serve({
      app,
      host: command.host,
      port: command.port,
      open: command.open,
      rendererDir: command.rendererDir,
      onProblem: (problem) => data.log.warn({ problem }, 'server'),
    })
    try {
      instance.announce(server.url)
      show(server.url, server.opened ? 'Recast is open in your browser, at' : 'Recast is open. Go to')
      if (!command.json) terminal.err('Ctrl-C ends it; jobs that are left go on with the next start.\n')
      await untilAborted(signal)
      return exitCodes.interrupted
    } finally {
      instance.announce(undefined)
      await server.close()
    }
  } finally {
    await data.close()
  }
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}

/** Looks this often whether the folder has become ours, milliseconds. */
const lookMs = 200

async function untilOwner(instance: { readonly app: unknown }, signal: AbortSignal): Promise<void> {
  while (!instance.app && !signal.aborted) await sleep(lookMs, undefined, { signal }).catch(() => {})
}
