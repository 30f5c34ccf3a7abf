import { execFile, type ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { childrenOf, isAlive, isOursStill, membersOf, type ProcessIdentity } from './identity'
import { windowsProgram } from './listings'

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
 * windowless programs, and a taskkill without /F only asks windows: there is one step. It names the children instead of /T, which goes by
 * parents' numbers alone and takes along who has such a number from a parent of before.
 */
export function endSteps(pid: number, platform: NodeJS.Platform, children: readonly number[] = []): EndStep[] {
  if (platform === 'win32')
    return [
      { program: windowsProgram('taskkill.exe'), args: ['/F', ...[pid, ...children].flatMap((one) => ['/PID', String(one)])] },
    ]
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
  const patience = process.platform === 'win32' ? [killMs] : [interruptMs, terminateMs, killMs]
  // A number is only free to name our session while its leader lives or members of the session do.
  const left = async (): Promise<boolean> => (await isAlive(leader)) || (await membersOf(leader)).length > 0
  const children = process.platform === 'win32' && (await isAlive(leader)) ? await childrenOf(leader.pid) : []
  for (const [at, step] of endSteps(leader.pid, process.platform, children).entries()) {
    if (!(await left())) return true
    await apply(leader.pid, step)
    const until = performance.now() + (patience[at] ?? 0)
    while (performance.now() < until) {
      if (!(await left())) return true
      await sleep(25)
    }
  }
  // What made itself a group of its own within the session.
  for (const pid of await membersOf(leader)) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // Gone already.
    }
  }
  await sleep(50)
  return !(await left())
}

/** Ends what a former Recast noted and left behind, if it is still that. Answers whether there was something. */
export async function endLeftover(noted: ProcessIdentity, times: Partial<EndTimes>): Promise<boolean> {
  if (!(await isOursStill(noted))) return false
  await endTree(noted, times)
  return true
}

/**
 * Ends a child of this very process that is still there after {@link endTree}, as where the system does not tell who is who. Its number
 * cannot be another's: it is free only after its end was told here.
 */
export function endChild(child: ChildProcess): void {
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
}
