import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'

const startMs = 180_000

/** Starts a ComfyUI by a shell command and waits until it answers at `url`. */
export async function startServer(command, url) {
  let child
  async function start() {
    // A group of its own: what the shell starts goes with it.
    child = spawn('sh', ['-c', `exec ${command}`], { stdio: 'ignore', detached: true })
    const giveUpAt = performance.now() + startMs
    while (!(await answers(url))) {
      if (child.exitCode !== null || performance.now() > giveUpAt) throw new Error(`the server does not start: ${command}`)
      await sleep(250)
    }
  }
  async function kill() {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'close')
    process.kill(-child.pid, 'SIGKILL')
    await ended
  }
  await start()
  return {
    /** SIGKILL, a moment of nothing, and a new one at the same address. */
    async killAndStart() {
      await kill()
      await sleep(1_000)
      await start()
    },
    end: kill,
  }
}

async function answers(url) {
  try {
    return (await fetch(`${url}/system_stats`, { signal: AbortSignal.timeout(5_000) })).ok
  } catch {
    return false
  }
}
