import { spawn, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { createWriteStream, existsSync, renameSync, statSync, type WriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { AppError } from '#shared/domain/error'
import { discard } from '../../assets/durable-file'
import { pythonEnvironment } from '../install/environment'
import { readJson, writeJson, type RuntimePlace } from '../install/store'
import type { RuntimeLayout } from '../layout'
import { endChild, endLeftover, endTree, type EndTimes } from '../process/end-tree'
import { identify, markName, processSchema, type ProcessIdentity } from '../process/identity'
import { kernelEndedSome, readKernelKills } from './kernel-kills'
import { LogRing } from './log-ring'

const serverFileSchema = processSchema.extend({ port: z.int() })
const logLimit = 8 * 1024 * 1024

/** How a server's process ended. */
export interface ProcessEnd {
  code: number | null
  signal: NodeJS.Signals | null
  kernelEndedSome: boolean | undefined
}

/** A server's process that was started here, in a session of its own. */
export interface ServerProcess {
  readonly pid: number
  readonly log: LogRing
  /** Resolves when it has ended, however. */
  readonly ended: Promise<ProcessEnd>
  /** Ends it and everything that it started, and waits. */
  end(times?: Partial<EndTimes>): Promise<void>
}

/** What a server is started with. */
export interface ServerStart {
  place: RuntimePlace
  layout: RuntimeLayout
  /** Folder of launch.py. */
  tools: string
  port: number
  args: readonly string[]
  env: NodeJS.ProcessEnv
  onLine: (line: string) => void
}

function openLog(path: string): WriteStream {
  if (existsSync(path) && statSync(path).size > logLimit) renameSync(path, `${path}.1`)
  const stream = createWriteStream(path, { flags: 'a', mode: 0o600 })
  // A full disk must not end a server that runs: its last lines are in memory.
  stream.on('error', () => undefined)
  return stream
}

/** Starts a server. Rejects with `engine.start` when its Python cannot be started at all. */
export async function startServerProcess({ place, layout, tools, port, args, env, onLine }: ServerStart): Promise<ServerProcess> {
  // ComfyUI lists its base's custom_nodes without looking whether it is there.
  const { base, input, output, temp, user } = layout.user
  for (const folder of [join(base, 'custom_nodes'), join(base, 'models'), input, output, temp, user, layout.root]) {
    await mkdir(folder, { recursive: true })
  }
  const killsBefore = await readKernelKills()
  const mark = randomUUID()
  const child: ChildProcess = spawn(
    place.python,
    ['-s', '-u', join(tools, 'launch.py'), join(place.program, 'main.py'), ...args],
    {
      cwd: place.program,
      env: {
        ...pythonEnvironment(),
        // A folder of the user's stays as it is: what Python compiles goes into ours.
        ...(place.adopted ? { PYTHONPYCACHEPREFIX: layout.compiled } : {}),
        ...env,
        [markName]: mark,
      },
      // The other end of its standard input is what tells it that Recast lives; nothing is ever written there.
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
      windowsHide: true,
    },
  )
  const log = new LogRing(onLine)
  const file = openLog(layout.serverLog)
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      log.write(chunk)
      file.write(chunk)
    })
  }
  child.stdin?.on('error', () => undefined)
  const ended = new Promise<ProcessEnd>((resolve) => {
    child.once('exit', (code, signal) => {
      void (async () => {
        const killsAfter = await readKernelKills()
        file.end()
        // The last lines may still be in the pipe.
        await new Promise((later) => setTimeout(later, 50))
        resolve({
          code,
          signal,
          kernelEndedSome: kernelEndedSome(killsBefore, killsAfter),
        })
      })()
    })
  })
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', (cause: NodeJS.ErrnoException) =>
      reject(
        new AppError(
          'engine.start',
          `ComfyUI's Python could not be started (${cause.code ?? cause.message}). Repair the runtime.`,
          { retry: 'user', cause },
        ),
      ),
    )
  })
  const pid = child.pid ?? 0
  const identity: ProcessIdentity = { ...((await identify(pid)) ?? { pid, startedAt: '' }), mark }
  await writeJson(layout.serverFile, { ...identity, port })
  return {
    pid,
    log,
    ended,
    async end(times) {
      await endTree(identity, times)
      endChild(child)
      await ended
      await discard(layout.serverFile)
    },
  }
}

/**
 * Ends the server that a former process of Recast left behind, if it is that very one: number, start time and boot must fit, or members of
 * its session bear its mark. Anything else on the machine is left alone. Answers whether there was one.
 *
 * It is ended also when it answers, never adopted: its standard output was a pipe to the dead process, so that its next print fails, and
 * with it the job that prints progress; and nothing would end it with us any more.
 */
export async function endOrphan(layout: RuntimeLayout): Promise<boolean> {
  const found = await readJson(layout.serverFile, serverFileSchema)
  if (!found) return false
  const lived = await endLeftover(found, { interruptMs: 1_000, terminateMs: 1_000 })
  await discard(layout.serverFile)
  return lived
}
