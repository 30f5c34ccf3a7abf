import type { CommandContext, CommonOptions } from './context'
import { exitCodes, type ExitCode } from './exit-codes'
import { openData, orAborted } from './open-data'
import { fit } from './report/words'
import { writeReport } from './write-report'

/** Checks the data folder and, unless told otherwise, repairs it. */
export interface DoctorCommand extends CommonOptions {
  repair: boolean
  /** Absolute; where the diagnostics go. */
  report?: string
}

/** Prints one line a check; exit code 1 when something is still wrong. */
export async function runDoctorCommand(command: DoctorCommand, context: CommandContext): Promise<ExitCode> {
  const began = performance.now()
  const { terminal, signal } = context
  const data = await openData(command.dataDir, context, false)
  try {
    const report = await orAborted(data.instance.client.call('app.doctor', { repair: command.repair }), signal)
    if (command.report !== undefined) await orAborted(writeReport(command.report, data.instance.client), signal)
    if (command.json) {
      for (const check of report.checks) terminal.out(`${JSON.stringify({ event: 'check', ...check })}\n`)
      const done = report.checks.filter((check) => check.ok).length
      const summary = { event: 'summary', done, failed: report.checks.length - done, canceled: 0 }
      terminal.out(`${JSON.stringify({ ...summary, duration_ms: Math.round(performance.now() - began) })}\n`)
    } else {
      terminal.out(`Data folder ${command.dataDir}\n`)
      const width = Math.max(...report.checks.map((check) => check.name.length), 0)
      for (const { name, ok, found, repaired, note } of report.checks) {
        const repairs = found === 0 ? '' : ` ${found} found, ${repaired} repaired.`
        terminal.out(`${ok ? '✓' : '✗'} ${fit(name, width)} ${repairs}${note === '' ? '' : ` ${note}`}`.trimEnd().concat('\n'))
      }
      terminal.out(report.ok ? 'Everything is in order.\n' : 'Something is still wrong: see the lines with ✗.\n')
    }
    if (command.report !== undefined && !command.json) terminal.out(`The report is in ${command.report}.\n`)
    return report.ok ? exitCodes.done : exitCodes.failed
  } finally {
    await data.close()
  }
}
