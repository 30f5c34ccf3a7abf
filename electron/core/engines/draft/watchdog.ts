import { fileURLToPath } from 'node:url'
import { Worker, workerData } from 'node:worker_threads'

const intervalMs = 250

/**
 * Starts a thread from this same bundle that ends the process when its parent is gone. The process itself can't notice:
 * while a network runs, its loop stands still for seconds, and an orphan would burn both cores meanwhile.
 */
export function startWatchdog(): void {
  const thread = new Worker(fileURLToPath(import.meta.url), {
    workerData: { parent: process.ppid },
    stdout: false,
    stderr: false,
  })
  thread.unref()
  // Without the thread an orphan still ends at its next message or pause.
  thread.on('error', () => undefined)
}

/** The watching thread's own work: looks at the parent four times a second. */
export function watchParent(): void {
  const { parent } = workerData as { parent: number }
  setInterval(() => {
    if (process.ppid !== parent || !isAlive(parent)) process.kill(process.pid, 'SIGKILL')
  }, intervalMs)
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (thrown) {
    // EPERM: it lives and is somebody else's.
    return (thrown as NodeJS.ErrnoException).code === 'EPERM'
  }
}
