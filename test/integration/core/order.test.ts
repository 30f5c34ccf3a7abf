import { execFile, execFileSync } from 'node:child_process'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bundle } from '../bundle'
import { temporaryFolder, writePicture } from './harness'

/** Why the order of system calls cannot be watched here; undefined when it can. */
function hindrance(): string | undefined {
  if (process.platform !== 'linux') return 'strace is for Linux'
  try {
    execFileSync('strace', ['-o', '/dev/null', 'true'], { stdio: 'ignore' })
    return undefined
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'strace is not installed' : 'ptrace is not allowed here'
  }
}
const hindered = hindrance()

let built: string
beforeAll(async () => {
  if (!hindered) built = await bundle({ owner: 'test/torture/owner.ts' })
}, 120_000)
afterAll(async () => {
  if (built) await rm(built, { recursive: true, force: true, maxRetries: 5 })
})

test.skipIf(hindered)(
  `a batch is flushed before it is answered; its result's file before its name, its folder before the commit, and that${hindered ? ` (skipped: ${hindered})` : ''}`,
  async () => {
    const folder = await temporaryFolder()
    const photo = await writePicture(folder, 'photo', 3)
    const dataDir = join(folder, 'data')
    const order = {
      dataDir,
      photos: [photo],
      exportDir: join(folder, 'out'),
      jobs: 1,
      batches: 1,
      engine: 'tint',
      storing: 'durable',
    }
    const trace = join(folder, 'trace')
    const watched = 'trace=fsync,fdatasync,rename,renameat,renameat2,pwrite64,write'
    const options = ['-f', '-y', '-s', '4096', '-e', watched, '-o', trace]
    const command = [process.execPath, join(built, 'owner.js'), JSON.stringify(order)]
    await promisify(execFile)('strace', [...options, ...command])
    const lines = (await readFile(trace, 'utf8')).split('\n')
    const find = (what: string, is: (line: string) => boolean, from = 0): number => {
      const at = lines.findIndex((line, n) => n >= from && is(line))
      if (at < 0) throw new Error(`${what} is not in the trace`)
      return at
    }
    // Calls of several threads: a line may be split in "unfinished" and "resumed"; what counts is where a call began, and for
    // the flushes before another step also that it had ended.
    const ended = (at: number): number => {
      const line = lines[at] ?? ''
      if (!line.includes('<unfinished')) return at
      const [pid = ''] = line.split(' ')
      return find('the end of a call', (one) => one.startsWith(`${pid} `) && one.includes('resumed>'), at + 1)
    }
    const isLogWrite = (line: string): boolean => /pwrite64\(/.test(line) && /recast\.db-wal>/.test(line)
    const renamed = find(
      'the rename',
      (line) => /rename/.test(line) && /staging\/[0-9a-f-]{36}\/result\.png/.test(line) && /\/blobs\//.test(line),
    )
    const fileSynced = lines.findLastIndex((line, n) => n < renamed && /fsync\(/.test(line) && /result\.png>/.test(line))
    expect(fileSynced).toBeGreaterThanOrEqual(0)
    const folderSynced = find(
      'the fsync of the folder',
      (line) => /fsync\(/.test(line) && /\/blobs\/[0-9a-f]{2}>/.test(line),
      renamed,
    )
    expect(ended(fileSynced)).toBeLessThan(renamed)
    expect(ended(renamed)).toBeLessThan(folderSynced)

    const answered = find('the answer', (line) => /write\(1</.test(line) && line.includes('submitted'))
    const batchId = /submitted[^a-z]+batchId[^0-9a-f]+([0-9a-f-]{36})/.exec(lines[answered] ?? '')?.[1] ?? '-'
    const queued = find('the frames of the batch', (line) => isLogWrite(line) && line.includes(batchId))
    // By another thread than the one that wrote: that one goes on.
    const writer = lines[queued]?.split(' ')[0] ?? '-'
    const isLogFlush = (line: string): boolean => /f(data)?sync\(/.test(line) && /recast\.db-wal>/.test(line)
    const flushed = find('the flush of the batch', (line) => isLogFlush(line) && !line.startsWith(`${writer} `), queued)
    expect(ended(flushed)).toBeLessThan(answered)

    // The commit that holds the result: the first frames written to the log after the folder was flushed, and their flush.
    // Between file and folder nothing that names the result may reach the log.
    const sha256 = /blobs\/[0-9a-f]{2}\/([0-9a-f]{64})/.exec(lines[renamed] ?? '')?.[1] ?? '-'
    const written = find('the frames of the commit', (line) => isLogWrite(line) && line.includes(sha256))
    const committed = find('the fsync of the commit', isLogFlush, written)
    expect(ended(folderSynced)).toBeLessThan(written)
    expect(written).toBeLessThan(committed)
  },
  120_000,
)
