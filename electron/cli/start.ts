import { CommanderError } from 'commander'
import { toAppError, type ErrorCode } from '#shared/domain/error'
import type { CommandContext } from './context'
import { exitCodes, type ExitCode } from './exit-codes'
import { listenForInterruption, type Interruption } from './interruption'
import { runProgram } from './program'
import { processTerminal, type Terminal } from './terminal'
import { UsageError } from './usage'

/** Refusals of what was asked for, rather than of what it was asked about. */
const usageCodes = new Set<ErrorCode>([
  'input.invalid',
  'input.unknown_style',
  'input.unknown_view',
  'input.unknown_engine',
  'input.unknown_workflow',
])

/** What the entry knows by where it lies. */
export interface StartOptions {
  version: string
  /** Folder of the built renderer. */
  rendererDir: string
}

/** Says what went wrong, in the form that was asked for; answers the exit code. */
function report(thrown: unknown, terminal: Terminal, json: boolean): ExitCode {
  // Commander has written its own words, and help and version are no errors.
  if (thrown instanceof CommanderError) {
    if (json && thrown.exitCode !== 0) {
      terminal.out(
        `${JSON.stringify({ event: 'error', code: 'input.invalid', message: thrown.message.replace(/^error: /, '') })}\n`,
      )
    }
    return thrown.exitCode === 0 ? exitCodes.done : exitCodes.usage
  }
  const error = thrown instanceof UsageError ? undefined : toAppError(thrown)
  const message = thrown instanceof UsageError ? thrown.message : (error?.message ?? '')
  const code = error?.code ?? 'input.invalid'
  if (json) terminal.out(`${JSON.stringify({ event: 'error', code, message })}\n`)
  terminal.err(`${message}\n`)
  if (code === 'bug' && thrown instanceof Error && process.env['RECAST_DEBUG']) terminal.err(`${thrown.stack ?? ''}\n`)
  if (code === 'canceled') return exitCodes.interrupted
  return error === undefined || usageCodes.has(error.code) ? exitCodes.usage : exitCodes.failed
}

/** Runs a command line to its end; answers the exit code, when everything written has left the process. Never rejects. */
export async function start(args: readonly string[], { version, rendererDir }: StartOptions): Promise<ExitCode> {
  const terminal = processTerminal()
  let interruption: Interruption | undefined
  let code: ExitCode
  try {
    code = await runProgram(args, {
      version,
      rendererDir,
      writeOut: terminal.out,
      writeErr: terminal.err,
      begin(): CommandContext {
        interruption ??= listenForInterruption(exitCodes.interrupted)
        return { terminal, version, signal: interruption.signal }
      },
    })
  } catch (thrown) {
    code = report(thrown, terminal, args.includes('--json'))
  }
  await terminal.flush()
  return code
}
