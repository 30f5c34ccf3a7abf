import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { z } from 'zod'
import {
  listCommand,
  readDescendants,
  readGroup,
  readMarked,
  readStartTime,
  startTimeCommand,
  startedOn,
  type Command,
} from './listings'

/** What tells a process from a later one with the same number; also as a file of ours notes it. */
export const processSchema = z.object({
  pid: z.int().positive(),
  /** When it started, in the system's own unit and words; equal for the same process, whatever the clock does. */
  startedAt: z.string(),
  /** The value of {@link markName} that it and all that it starts were given. */
  mark: z.string().optional(),
})
export type ProcessIdentity = z.infer<typeof processSchema>

/** Variable by which processes of a session are known as ours when its leader, whose start time is noted, has ended. */
export const markName = 'RECAST_PROCESS'

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

/** A program's output in the C locale and UTC: a start time must not change its words with the summer. What it prints of a failure is read as nothing. */
function run({ program, args }: Command): Promise<string> {
  return new Promise((resolve) => {
    const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' }
    execFile(program, args, { timeout: 10_000, windowsHide: true, env, maxBuffer: 64 * 1024 * 1024 }, (_error, stdout) =>
      resolve(stdout),
    )
  })
}

/** Which run of the machine this is; empty where nobody says. A Windows start time needs none: it never comes back. */
async function bootId(): Promise<string> {
  if (process.platform === 'linux') return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '')).trim()
  return process.platform === 'darwin' ? (await run({ program: 'sysctl', args: ['-n', 'kern.bootsessionuuid'] })).trim() : ''
}

/** Whether there is a process of this number that is ours to end: none, or another user's, costs no look-up. */
function isWithinReach(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** Who a process is; undefined when there is none (a zombie counts as none) and for another user's. */
export async function identify(pid: number): Promise<ProcessIdentity | undefined> {
  if (!isWithinReach(pid)) return undefined
  if (process.platform === 'linux') {
    const stat = readProcStat(await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''))
    return stat === undefined || stat.state === 'Z' || stat.state === 'X'
      ? undefined
      : { pid, startedAt: startedOn(await bootId(), stat.startedAt) }
  }
  const started = readStartTime(await run(startTimeCommand(pid, process.platform)), process.platform)
  return started === undefined ? undefined : { pid, startedAt: startedOn(await bootId(), started) }
}

/** Whether the machine has been started anew since: every number of then may be somebody else's now. */
async function isOfFormerBoot({ startedAt }: ProcessIdentity): Promise<boolean> {
  return process.platform !== 'win32' && startedAt.split(' ')[0] !== (await bootId())
}

/** Whether that very process still runs. */
export async function isAlive({ pid, startedAt }: ProcessIdentity): Promise<boolean> {
  return (await identify(pid))?.startedAt === startedAt
}

/** Every live process of a session (Linux), or of a process group (macOS); empty where neither can be told. */
export async function processesOfSession(session: number): Promise<number[]> {
  if (process.platform === 'linux') {
    const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
    const stats = await Promise.all(
      names.map(async (name) => readProcStat(await readFile(`/proc/${name}/stat`, 'utf8').catch(() => ''))),
    )
    return stats.flatMap((stat) => (stat && stat.session === session && stat.state !== 'Z' ? [stat.pid] : []))
  }
  return process.platform === 'win32' ? [] : readGroup(await run(listCommand(process.platform)), session)
}

/** What lives of a leader's session; nothing when another process has the leader's number, because that session is not ours. */
export async function membersOf(leader: ProcessIdentity): Promise<number[]> {
  if (await isOfFormerBoot(leader)) return []
  const members = await processesOfSession(leader.pid)
  return members.includes(leader.pid) && !(await isAlive(leader)) ? [] : members
}

/**
 * Whether what a former Recast noted still runs: that very process, or, when it has ended, processes of its session that bear its mark. A
 * session of that number without the mark is somebody else's who got the number since.
 */
export async function isOursStill(leader: ProcessIdentity): Promise<boolean> {
  if (leader.startedAt === '') return false
  if (await isAlive(leader)) return true
  const { mark } = leader
  if (mark === undefined) return false
  const members = await membersOf(leader)
  if (members.length === 0) return false
  const marked = `${markName}=${mark}`
  if (process.platform !== 'linux') {
    const args = ['-E', '-ww', '-p', members.join(','), '-o', 'command=']
    return readMarked(await run({ program: 'ps', args }), marked)
  }
  const environments = await Promise.all(members.map((pid) => readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')))
  return environments.some((text) => readMarked(text, marked))
}

/** Everything under a process as parents and start times tell (Windows, which has no sessions to go by). */
export async function childrenOf(pid: number): Promise<number[]> {
  return readDescendants(await run(listCommand('win32')), pid)
}
