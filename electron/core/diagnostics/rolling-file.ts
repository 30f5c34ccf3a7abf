import { mkdir, open, readdir, rm, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'

/** Limits of a {@link RollingFile}. */
export interface RollingFileOptions {
  /** The folder; made when a first line is written. */
  dir: string
  /** Files are `<dir>/<name>.<N>.log`; the largest N is the newest. */
  name: string
  /** A file that has reached this size (bytes) is followed by the next. */
  maxBytes: number
  /** How many files stay. */
  maxFiles: number
  /** Bytes that may wait in memory; what comes above that is dropped and counted. */
  maxWaitingBytes?: number
  /** Told once for each failure to write, e.g. a full disk; the lines of that write are lost. */
  onError?: (error: unknown) => void
}

/** Appends lines to numbered files. Nothing that the disk does reaches the caller. */
export interface RollingFile {
  write(line: string): void
  /** Resolves when all lines so far are written or lost. Never rejects. */
  flush(): Promise<void>
  /** Flushes and closes; later lines are dropped. Never rejects. */
  close(): Promise<void>
}

/** After a failure the next try waits this long, so that a full disk isn't asked for every line. */
const retryMs = 2_000

/** The numbers of the log files in a folder, ascending. */
export function logNumbers(files: readonly string[], name: string): number[] {
  const numbers: number[] = []
  for (const file of files) {
    if (!file.startsWith(`${name}.`) || !file.endsWith('.log')) continue
    const middle = file.slice(name.length + 1, -'.log'.length)
    if (/^[1-9]\d{0,8}$/.test(middle)) numbers.push(Number(middle))
  }
  return numbers.toSorted((a, b) => a - b)
}

/** Opens (lazily, with the first line) a set of rotated files. */
export function openRollingFile(options: RollingFileOptions): RollingFile {
  const { dir, name, maxBytes, maxFiles, maxWaitingBytes = 1024 * 1024, onError = () => {} } = options
  const pathOf = (number: number): string => join(dir, `${name}.${number}.log`)
  let waiting: string[] = []
  let waitingBytes = 0
  let dropped = 0
  let handle: FileHandle | undefined
  let number = 0
  let size = 0
  let working: Promise<void> | undefined
  let retryAt = 0
  let closed = false

  async function openFile(next: boolean): Promise<void> {
    await mkdir(dir, { recursive: true, mode: 0o700 })
    const numbers = logNumbers(await readdir(dir), name)
    number = Math.max(1, numbers.at(-1) ?? 1) + (next ? 1 : 0)
    handle = await open(pathOf(number), 'a', 0o600)
    size = (await handle.stat()).size
    for (const old of numbers.filter((at) => at <= number - maxFiles)) await rm(pathOf(old), { force: true })
  }

  async function closeFile(): Promise<void> {
    const closing = handle
    handle = undefined
    await closing?.close()
  }

  async function writeBatch(text: string): Promise<void> {
    if (!handle) await openFile(false)
    if (size >= maxBytes) {
      await closeFile()
      await openFile(true)
    }
    const bytes = Buffer.from(text)
    // A short write (disk just full) would leave half a line: appendFile goes on until all is written or throws.
    await handle?.appendFile(bytes)
    size += bytes.length
  }

  async function work(): Promise<void> {
    // One turn later, so that `working` is set before it can be unset.
    await Promise.resolve()
    while (waiting.length > 0) {
      const note =
        dropped > 0 ? `${JSON.stringify({ level: 40, time: Date.now(), msg: `${dropped} log lines were dropped` })}\n` : ''
      dropped = 0
      // Batches of at most a file's size, so that one burst can't make one file many times as large.
      let text = note
      let taken = 0
      while (taken < waiting.length && (taken === 0 || text.length < Math.min(maxBytes, 256 * 1024))) text += waiting[taken++]
      const batch = waiting.slice(0, taken)
      waiting = waiting.slice(taken)
      for (const line of batch) waitingBytes -= line.length
      try {
        if (performance.now() < retryAt) throw new Error('still waiting after a failure')
        await writeBatch(text)
        retryAt = 0
      } catch (error) {
        dropped += batch.length
        if (retryAt <= performance.now()) {
          retryAt = performance.now() + retryMs
          onError(error)
        }
        await closeFile().catch(() => {})
      }
    }
    // In the same turn as the last look at `waiting`: a line that comes now starts the work again.
    working = undefined
  }

  function start(): void {
    if (working) return
    working = work()
  }

  /** Waits for the writing of everything so far. */
  async function settled(): Promise<void> {
    while (true) {
      const current = working
      if (!current) return
      await current
    }
  }

  return {
    write(line) {
      if (closed) return
      if (waitingBytes + line.length > maxWaitingBytes) {
        dropped++
        return
      }
      waiting.push(line)
      waitingBytes += line.length
      start()
    },
    flush: settled,
    async close() {
      closed = true
      await settled()
      await closeFile().catch(() => {})
    },
  }
}
