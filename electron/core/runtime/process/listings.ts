// What macOS and Windows tell of processes, and how it is read. Pure, so that each system's answers can be tested on any.

import { win32 } from 'node:path'

/** A program with its arguments. */
export interface Command {
  program: string
  args: string[]
}

/** A program of Windows itself, by its path: a PATH without System32 is nothing rare, and another program of that name is not meant. */
export function windowsProgram(...path: string[]): string {
  return win32.join(process.env['SystemRoot'] ?? 'C:\\Windows', 'System32', ...path)
}

/** PowerShell with a command, without anybody's profile. */
export const powershell = (command: string): Command => ({
  program: windowsProgram('WindowsPowerShell', 'v1.0', 'powershell.exe'),
  args: ['-NoProfile', '-NonInteractive', '-Command', command],
})

/** The command that tells a process's start time where there is no /proc. */
export function startTimeCommand(pid: number, platform: NodeJS.Platform): Command {
  return platform === 'win32'
    ? powershell(`(Get-Process -Id ${pid}).StartTime.ToUniversalTime().Ticks`)
    : // BSD's ps takes all that follows an equals sign for the column's title, further columns included: one -o each.
      { program: 'ps', args: ['-p', String(pid), '-o', 'stat=', '-o', 'lstart='] }
}

/** Reads what it printed; undefined for no process, for one that has ended and waits for its parent, and for words instead of a time. */
export function readStartTime(printed: string, platform: NodeJS.Platform): string | undefined {
  const text = printed.trim()
  if (platform === 'win32') return /^\d{17,19}$/.test(text) ? text : undefined
  const [, state, started] = /^(\S+)\s+(\w{3}\s+\w{3}\s+\d{1,2}\s+\d{2}:\d{2}:\d{2}\s+\d{4})$/.exec(text) ?? []
  return state === undefined || state.startsWith('Z') ? undefined : started?.replaceAll(/\s+/g, ' ')
}

/** A start time together with the run of the machine that it belongs to. */
export const startedOn = (boot: string, started: string): string => (boot === '' ? started : `${boot} ${started}`)

/** The command that lists every process: number, group and state on macOS; number, parent and start time on Windows. */
export function listCommand(platform: NodeJS.Platform): Command {
  return platform === 'win32'
    ? powershell(
        'Get-CimInstance Win32_Process | Where-Object CreationDate | ForEach-Object { "$($_.ProcessId) $($_.ParentProcessId) $($_.CreationDate.ToUniversalTime().Ticks)" }',
      )
    : { program: 'ps', args: ['-A', '-o', 'pid=', '-o', 'pgid=', '-o', 'stat='] }
}

/** The live processes of a group, in macOS's list. */
export function readGroup(printed: string, group: number): number[] {
  return printed.split('\n').flatMap((row) => {
    const [, pid, of, state = ''] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s*$/.exec(row) ?? []
    return Number(of) === group && !state.startsWith('Z') ? [Number(pid)] : []
  })
}

/**
 * Everything under a process, in Windows' list. A parent's number may have been another's before: who is older than the process of that
 * number is not its child. Rows without a start time (of the system itself) are nobody's.
 */
export function readDescendants(printed: string, pid: number): number[] {
  const rows = printed.split('\n').flatMap((row) => {
    const [, id, parent, started] = /^\s*(\d+) (\d+) (\d+)\s*$/.exec(row) ?? []
    return started === undefined ? [] : [{ pid: Number(id), parent: Number(parent), started: BigInt(started) }]
  })
  const known = new Map(rows.map((row) => [row.pid, row.started]))
  const found: number[] = []
  for (let layer = [pid]; layer.length > 0;) {
    const parents = new Set(layer)
    layer = rows
      .filter((row) => parents.has(row.parent) && row.pid !== pid && !found.includes(row.pid))
      .filter((row) => row.started >= (known.get(row.parent) ?? row.started + 1n))
      .map((row) => row.pid)
    found.push(...layer)
  }
  return found
}

/** Whether a mark stands as a whole word in environments, as /proc/PID/environ (NUL between) or `ps -E` (blanks) has them. */
export function readMarked(printed: string, marked: string): boolean {
  return printed.split(/[\0\s]/).includes(marked)
}
