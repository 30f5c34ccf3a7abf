import { Worker } from 'node:worker_threads'

const intervalMs = 250

/**
 * The watching thread's own work: looks at the parent four times a second. As text, because a thread that loaded this bundle again
 * would cost more than everything it does. EPERM means that the parent lives and is somebody else's.
 */
const watch = `
const { parent, intervalMs } = require('node:worker_threads').workerData
function isAlive() {
  try {
    process.kill(parent, 0)
    return true
  } catch (thrown) {
    return thrown.code === 'EPERM'
  }
}
setInterval(() => {
  if (process.ppid !== parent || !isAlive()) process.kill(process.pid, 'SIGKILL')
}, intervalMs)
`

let started = false
const parent = process.ppid

/**
 * Starts a thread, once, that ends the process when its parent is gone. The process itself can't notice:
 * while a network runs, its loop stands still for seconds, and an orphan would burn both cores meanwhile.
 */
export function startWatchdog(): void {
  if (started) return
  started = true
  const thread = new Worker(watch, { eval: true, workerData: { parent, intervalMs }, stdout: false, stderr: false })
  thread.unref()
  // Without the thread an orphan still ends at its next message or pause.
  thread.on('error', () => undefined)
}
