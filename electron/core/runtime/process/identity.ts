import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'

/** What tells a process from a later one with the same number. */
export interface ProcessIdentity {
  pid: number
  /** When it started, in the system's own unit and words; equal for the same process, whatever the clock does. */
  startedAt: string
}

/** A process of Linux as /proc/PID/stat has it. */
export interface ProcStat {
  pid: number
  state: string
  parent: number
  group: number
  session: number
  startedAt: string
}

/** Reads /proc/PID/stat; the name in parentheses may hold anything, so fields are counted from its last parenthesis. */
export function readProcStat(text: string): ProcStat | undefined {
  const close = text.lastIndexOf(')')
  const pid = Number(/^\d+/.exec(text)?.[0])
  const fields = text.slice(close + 2).split(' ')
  const [state, parent, group, session] = fields
  const startedAt = fields[19]
  if (close < 0 || !Number.isInteger(pid) || startedAt === undefined) return undefined
  return { pid, state: state ?? '', parent: Number(parent), group: Number(group), session: Number(session), startedAt }
}

function run(program: string, args: string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile(program, args, { timeout: 10_000, windowsHide: true, env: { ...process.env, LC_ALL: 'C' } }, (_error, stdout) =>
      resolve(stdout),
    )
  })
}

async function bootId(): Promise<string> {
  return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '')).trim()
}

/** The command that tells a process's start time where there is no /proc. */
export function startTimeCommand(pid: number, platform: NodeJS.Platform): { program: string; args: string[] } {
  return platform === 'win32'
    ? {
        program: 'powershell.exe',
        args: ['-NoProfile', '-NonInteractive', '-Command', `(Get-Process -Id ${pid}).StartTime.ToUniversalTime().Ticks`],
      }
    : { program: 'ps', args: ['-o', 'lstart=', '-p', String(pid)] }
}

/** Who a process is; undefined when there is none (a zombie counts as none). */
export async function identify(pid: number): Promise<ProcessIdentity | undefined> {
  if (process.platform === 'linux') {
    const stat = readProcStat(await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''))
    return stat === undefined || stat.state === 'Z' || stat.state === 'X'
      ? undefined
      : { pid, startedAt: `${await bootId()} ${stat.startedAt}` }
  }
  const { program, args } = startTimeCommand(pid, process.platform)
  const startedAt = (await run(program, args)).trim()
  return startedAt === '' ? undefined : { pid, startedAt }
}

/** Whether the machine has been started anew since: every number of then may be somebody else's now. */
export async function isOfFormerBoot({ startedAt }: ProcessIdentity): Promise<boolean> {
  return process.platform === 'linux' && startedAt.split(' ')[0] !== (await bootId())
}

/** Whether that very process still runs. */
export async function isAlive({ pid, startedAt }: ProcessIdentity): Promise<boolean> {
  return (await identify(pid))?.startedAt === startedAt
}

/** Every live process of a session (Linux), or of a process group (elsewhere); empty where neither can be told. */
export async function processesOfSession(session: number): Promise<number[]> {
  if (process.platform === 'linux') {
    const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
    const stats = await Promise.all(
      names.map(async (name) => readProcStat(await readFile(`/proc/${name}/stat`, 'utf8').catch(() => ''))),
    )
    return stats.flatMap((stat) => (stat && stat.session === session && stat.state !== 'Z' ? [stat.pid] : []))
  }
  if (process.platform === 'win32') return []
  const rows = (await run('ps', ['-A', '-o', 'pid=,pgid=,stat='])).split('\n')
  return rows.flatMap((row) => {
    const [pid, group, state = ''] = row.trim().split(/\s+/)
    return Number(group) === session && !state.startsWith('Z') ? [Number(pid)] : []
  })
}
