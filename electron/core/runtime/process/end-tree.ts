import { execFile } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { isAlive, isOfFormerBoot, processesOfSession, type ProcessIdentity } from './identity'

/** One way to ask a tree of processes to end. */
export type EndStep = { signal: NodeJS.Signals; toGroup: boolean } | { program: string; args: string[] }

/** How long each step may take before the next, milliseconds. */
export interface EndTimes {
  interruptMs: number
  terminateMs: number
  killMs: number
}

const defaultTimes: EndTimes = { interruptMs: 3_000, terminateMs: 2_000, killMs: 5_000 }

/**
 * The steps by which a tree is ended, gentlest first. The leader of a session of its own stands for its group. Windows has no signals for
 * windowless programs, so that its job object and taskkill's tree do the work.
 */
export function endSteps(pid: number, platform: NodeJS.Platform): EndStep[] {
  if (platform === 'win32') {
    return [
      { program: 'taskkill', args: ['/PID', String(pid), '/T'] },
      { program: 'taskkill', args: ['/PID', String(pid), '/T', '/F'] },
    ]
  }
  return [
    { signal: 'SIGINT', toGroup: false },
    { signal: 'SIGTERM', toGroup: true },
    { signal: 'SIGKILL', toGroup: true },
  ]
}

function apply(pid: number, step: EndStep): Promise<void> {
  if ('program' in step) {
    return new Promise((resolve) => execFile(step.program, step.args, { windowsHide: true, timeout: 10_000 }, () => resolve()))
  }
  try {
    process.kill(step.toGroup ? -pid : pid, step.signal)
  } catch {
    // Gone already, which is what is wanted.
  }
  return Promise.resolve()
}

/**
 * Ends a process that leads a session of its own, and everything in that session, and waits for it. Does nothing to a process that has taken
 * over its number. Answers whether nothing is left.
 */
export async function endTree(leader: ProcessIdentity, times: Partial<EndTimes> = {}): Promise<boolean> {
  const { interruptMs, terminateMs, killMs } = { ...defaultTimes, ...times }
  const patience = process.platform === 'win32' ? [interruptMs + terminateMs, killMs] : [interruptMs, terminateMs, killMs]
  // A number is only free to name our session while its leader lives or members of the session do.
  const left = async (): Promise<boolean> => (await isAlive(leader)) || (await strays(leader)).length > 0
  for (const [at, step] of endSteps(leader.pid, process.platform).entries()) {
    if (!(await left())) return true
    await apply(leader.pid, step)
    const until = performance.now() + (patience[at] ?? 0)
    while (performance.now() < until) {
      if (!(await left())) return true
      await sleep(25)
    }
  }
  // What made itself a group of its own within the session.
  for (const pid of await strays(leader)) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // Gone already.
    }
  }
  await sleep(50)
  return !(await left())
}

/** Live members of the leader's session; none when another process has the leader's number, because that session is not ours. */
async function strays(leader: ProcessIdentity): Promise<number[]> {
  if (await isOfFormerBoot(leader)) return []
  const members = await processesOfSession(leader.pid)
  return members.includes(leader.pid) && !(await isAlive(leader)) ? [] : members
}
