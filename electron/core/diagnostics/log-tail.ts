import { open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { logNumbers } from './rolling-file'

/** Bytes at the end of a log file that are read. */
const tailBytes = 128 * 1024

/** The last lines of rotated log files, oldest first; fewer, or none, where they cannot be read: a report without a log is better than none. */
export async function lastLogLines(dir: string, name: string, count: number): Promise<string[]> {
  const numbers = logNumbers(await readdir(dir).catch(() => []), name)
  let lines: string[] = []
  // A file that was just begun holds little: those before it are asked, too.
  for (const number of numbers.toReversed()) {
    if (lines.length >= count) break
    lines = [...(await endOf(join(dir, `${name}.${number}.log`)).catch(() => [])), ...lines]
  }
  return lines.slice(-count)
}

async function endOf(path: string): Promise<string[]> {
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    const length = Math.min(size, tailBytes)
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length)
    const lines = buffer.toString('utf8', 0, bytesRead).split('\n')
    // The first one is cut where reading began.
    return (size > length ? lines.slice(1) : lines).filter((line) => line !== '')
  } finally {
    await file.close()
  }
}
