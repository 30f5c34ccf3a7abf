#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
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

/** The version of the package that this file is part of; the bundle and the source lie equally deep in it. */
function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
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

async function main(args: readonly string[]): Promise<ExitCode> {
  const terminal = processTerminal()
  const version = packageVersion()
  let interruption: Interruption | undefined
  let code: ExitCode
  try {
    code = await runProgram(args, {
      version,
      rendererDir: fileURLToPath(new URL('../renderer', import.meta.url)),
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

// Native libraries may keep threads; a command that is done is done.
process.exit(await main(process.argv.slice(2)))
