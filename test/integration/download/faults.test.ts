import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  createDownloader,
  discardDownload,
  downloadedSoFar,
  type Downloader,
  type DownloaderOptions,
  type DownloadProgress,
} from '#core/download/downloader'
import type { AppError } from '#shared/domain/error'
import { seededFile, sha256Of, startFileServer, type Fault, type FileServer } from '../../fakes/file-server/file-server'

const size = 3_000_000
const file = seededFile(size)
const sha256 = sha256Of(file)
/** Quick to try again, and so patient that a machine that stalls is not taken for a server that does. */
const patient: DownloaderOptions = {
  retryMs: 5,
  idleMs: 20_000,
  connectMs: 20_000,
  slowAfterMs: 20_000,
  slowBytesPerSecond: 50_000,
  environment: {},
}
/** For servers that are silent or slow. */
const hasty: DownloaderOptions = { ...patient, idleMs: 300, slowAfterMs: 300 }
const isSlow = ({ kind }: Fault): boolean => kind === 'silent' || kind === 'slow'

let folder: string
let target: string
let server: FileServer
let mirror: FileServer
let downloader: Downloader

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recast-download-'))
  target = join(folder, 'models', 'a.safetensors')
  server = await startFileServer()
  mirror = await startFileServer()
  server.put('/a.safetensors', file)
  mirror.put('/a.safetensors', file)
  downloader = createDownloader(patient)
})

afterEach(async () => {
  await downloader.close()
  await server.close()
  await mirror.close()
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
})

/** Has the rest of the test done in haste. */
async function beHasty(): Promise<void> {
  await downloader.close()
  downloader = createDownloader(hasty)
}

const at = (from: FileServer): string => `${from.url}/a.safetensors`
const first = (): Promise<unknown> => downloader.download({ urls: [at(server)], target, size, sha256 })
const failure = (work: Promise<unknown>): Promise<AppError> =>
  work.then(
    () => {
      throw new Error('it succeeded')
    },
    (error: unknown) => error as AppError,
  )

/** What a download fails with that is stopped as soon as its progress is so far. */
function stoppedWhen(reached: (progress: DownloadProgress) => boolean): Promise<AppError> {
  const stop = new AbortController()
  const onProgress = (progress: DownloadProgress): void => void (reached(progress) && stop.abort())
  return failure(downloader.download({ urls: [at(server)], target, size, sha256, signal: stop.signal, onProgress }))
}

async function hashOf(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex')
}

async function nothingThere(): Promise<void> {
  const names = await readdir(join(folder, 'models')).catch(() => [])
  expect(names.filter((name) => !name.includes('.part'))).toEqual([])
}

describe('a server that does its work', () => {
  it('gives the file, whole and checked, and leaves nothing else', async () => {
    const done = await downloader.download({ urls: [at(server)], target, size, sha256 })
    expect(done).toMatchObject({ path: target, bytes: size, sha256, checkedBy: 'caller', fetched: size, url: at(server) })
    expect(await hashOf(target)).toBe(sha256)
    expect(await readdir(join(folder, 'models'))).toEqual(['a.safetensors'])
  })

  it('is not asked for a file that is there already', async () => {
    await first()
    const again = await downloader.download({ urls: [at(server)], target, size, sha256 })
    expect(again).toMatchObject({ fetched: 0, sha256 })
    expect(server.asked).toHaveLength(1)
  })

  it('does not get a file of the user overwritten', async () => {
    await first()
    await writeFile(target, 'mine')
    expect((await failure(first())).code).toBe('input.conflict')
    expect(await readFile(target, 'utf8')).toBe('mine')
  })
})

describe('a fault that passes ends in success, without fetching anything twice', () => {
  const passing: [string, Fault][] = [
    ['cut', { kind: 'cut', after: 1_000_000 }],
    ['silence', { kind: 'silent', after: 1_000_000 }],
    ['slowness', { kind: 'slow', bytesPerSecond: 2_000 }],
    ['500', { kind: 'status', status: 500 }],
    ['502', { kind: 'status', status: 502 }],
    ['429 with Retry-After', { kind: 'status', status: 429, headers: { 'retry-after': '0' } }],
  ]
  it.each(passing)('%s', async (_name, fault) => {
    if (isSlow(fault)) await beHasty()
    server.faults((_asked, nth) => (nth === 1 ? fault : null))
    await first()
    expect(await hashOf(target)).toBe(sha256)
    const sent = server.asked.reduce((sum, one) => sum + one.sent, 0)
    // What lay in the sockets' buffers when the connection was given up may come again; all that reached us may not.
    expect(sent).toBeLessThan(size + 300_000)
  })

  it('a cut every 400 kB', async () => {
    server.faults(() => ({ kind: 'cut', after: 400_000 }))
    await first()
    expect(await hashOf(target)).toBe(sha256)
    expect(server.asked.length).toBeGreaterThan(6)
  })

  it('ranges that are not served: begins again', async () => {
    server.faults((_asked, nth) => (nth === 1 ? { kind: 'cut', after: 1_000_000 } : { kind: 'no-ranges' }))
    await first()
    expect(await hashOf(target)).toBe(sha256)
  })

  it('a range that begins elsewhere: begins again', async () => {
    server.faults((_asked, nth) => (nth === 1 ? { kind: 'cut', after: 1_000_000 } : { kind: 'wrong-range' }))
    await first()
    expect(await hashOf(target)).toBe(sha256)
  })

  it('416 with the beginning of a longer file: begins again', async () => {
    server.faults((asked, nth) =>
      nth === 1 ? { kind: 'cut', after: 1_000_000 } : asked.range ? { kind: 'status', status: 416 } : null,
    )
    await first()
    expect(await hashOf(target)).toBe(sha256)
  })

  it('other bytes in the first half only: begins again once', async () => {
    const unnamed = { etag: undefined, lastModified: undefined }
    server.put('/a.safetensors', { ...seededFile(size, 'other'), ...unnamed })
    server.faults((_asked, nth) => {
      if (nth === 1) return { kind: 'cut', after: 1_000_000 }
      server.put('/a.safetensors', { ...file, ...unnamed })
      return null
    })
    await first()
    expect(await hashOf(target)).toBe(sha256)
    expect(server.asked.map((one) => one.range === undefined)).toEqual([true, false, true])
  })

  it('a file that changed between two tries, with no hash known: the new one, not a mixture', async () => {
    const newer = seededFile(size, 'newer')
    server.faults((_asked, nth) => {
      if (nth === 1) return { kind: 'cut', after: 1_000_000 }
      server.put('/a.safetensors', newer)
      return null
    })
    await downloader.download({ urls: [at(server)], target })
    expect(await hashOf(target)).toBe(sha256Of(newer))
  })
})

describe('a fault that stays', () => {
  const staying: [string, Fault, string][] = [
    ['slow', { kind: 'slow', bytesPerSecond: 2_000 }, 'download.offline'],
    ['silent', { kind: 'silent', after: 0 }, 'download.offline'],
    ['cut at once', { kind: 'cut', after: 0 }, 'download.offline'],
    ['promises more than it has', { kind: 'lying-length', by: 5_000 }, 'download.changed'],
    ['has less than wanted', { kind: 'lying-length', by: -5_000 }, 'download.changed'],
    ['other bytes', { kind: 'other-bytes' }, 'download.corrupt'],
    ['401', { kind: 'status', status: 401 }, 'download.denied'],
    ['403', { kind: 'status', status: 403 }, 'download.denied'],
    ['gated', { kind: 'status', status: 403, headers: { 'x-error-code': 'GatedRepo' } }, 'download.gated'],
    ['404', { kind: 'status', status: 404 }, 'download.missing'],
    ['no such repository', { kind: 'status', status: 401, headers: { 'x-error-code': 'RepoNotFound' } }, 'download.missing'],
    ['416', { kind: 'status', status: 416 }, 'download.denied'],
    ['429', { kind: 'status', status: 429, headers: { 'retry-after': '3600' } }, 'download.busy'],
    ['500', { kind: 'status', status: 500 }, 'download.busy'],
    ['a redirect to plain http elsewhere', { kind: 'redirect', to: 'http://models.example.org/a' }, 'download.unsafe'],
    ['a redirect to a file', { kind: 'redirect', to: 'file:///etc/passwd' }, 'download.unsafe'],
    ['a redirect in a circle', { kind: 'redirect', to: '/a.safetensors' }, 'download.unsafe'],
  ]

  it.each(staying)('%s: its own error, and nothing at the target', async (_name, fault, code) => {
    if (isSlow(fault)) await beHasty()
    server.faults(() => fault)
    const error = await failure(first())
    expect(error.code).toBe(code)
    expect(error.message).toMatch(/[a-z].*\. ?.*(again|resume|mirror|update|by hand|choose)/i)
    await nothingThere()
  })

  // A slow source is left as a silent one is, and as late.
  it.each(staying.filter(([name]) => name !== 'slow'))('%s: the next mirror takes over', async (_name, fault) => {
    if (isSlow(fault)) await beHasty()
    server.faults(() => fault)
    const done = await downloader.download({ urls: [at(server), at(mirror)], target, size, sha256 })
    expect(done.url).toBe(at(mirror))
    expect(await hashOf(target)).toBe(sha256)
  })

  it('goes on at the mirror where the first source was cut', async () => {
    server.faults((_asked, nth) => (nth === 1 ? { kind: 'cut', after: 1_000_000 } : { kind: 'status', status: 403 }))
    const done = await downloader.download({ urls: [at(server), at(mirror)], target, size, sha256 })
    expect(done.sha256).toBe(sha256)
    expect(mirror.asked[0]?.range).toMatch(/^bytes=\d{5,}-$/)
  })

  it('no server at all', async () => {
    const gone = at(server)
    await server.close()
    expect((await failure(downloader.download({ urls: [gone], target, size, sha256 }))).code).toBe('download.offline')
    server = await startFileServer()
  })
})

describe('tokens', () => {
  it('go to their origin, and never to another host', async () => {
    server.faults(() => ({ kind: 'redirect', to: at(mirror) }))
    await downloader.download({ urls: [at(server)], target, size, sha256, tokens: { [server.url]: 'secret' } })
    expect(server.asked.map((one) => one.authorization)).toEqual(['Bearer secret'])
    expect(mirror.asked.map((one) => one.authorization)).toEqual([undefined])
  })

  it('that no header can hold are said at once, and leave no connection open', async () => {
    const asked = { target, size, sha256, tokens: { [server.url]: 'two\nlines' } }
    const error = await failure(downloader.download({ ...asked, urls: [at(server)] }))
    expect(error.code).toBe('download.denied')
    expect(error.message).toMatch(/line break/)
    expect(server.asked).toEqual([])
    await downloader.download({ ...asked, urls: [at(server), at(mirror)] })
    expect(server.asked).toEqual([])
    await expect.poll(() => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap')).toEqual([])
  })
})

describe('a hub that promises', () => {
  it('a hash: the bytes are held against it', async () => {
    server.faults(() => ({
      kind: 'redirect',
      to: at(mirror),
      headers: { 'x-linked-etag': `"${sha256}"`, 'x-linked-size': String(size) },
    }))
    const done = await downloader.download({ urls: [at(server)], target })
    expect(done).toMatchObject({ checkedBy: 'source', sha256 })
  })

  it('a hash, and the store behind it sends other bytes', async () => {
    server.faults(() => ({ kind: 'redirect', to: at(mirror), headers: { 'x-linked-etag': `"${sha256}"` } }))
    mirror.faults(() => ({ kind: 'other-bytes' }))
    expect((await failure(downloader.download({ urls: [at(server)], target }))).code).toBe('download.corrupt')
    await nothingThere()
  })

  it('another hash than ours: said before the first byte', async () => {
    server.faults(() => ({ kind: 'redirect', to: at(mirror), headers: { 'x-linked-etag': `"${'0'.repeat(64)}"` } }))
    expect((await failure(first())).code).toBe('download.changed')
    await nothingThere()
  })
})

describe('stopping', () => {
  it('keeps what came, and goes on from there', async () => {
    server.faults(() => ({ kind: 'slow', bytesPerSecond: 4_000_000 }))
    const error = await stoppedWhen(({ bytes }) => bytes > 500_000)
    expect(error.code).toBe('canceled')
    server.faults(() => null)
    const done = await downloader.download({ urls: [at(server)], target, size, sha256 })
    expect(done.fetched).toBeLessThan(size - 400_000)
    expect(await hashOf(target)).toBe(sha256)
  })
})

describe('limits', () => {
  // A rejection that nobody hears ends the process, and this test.
  it('let a source be stopped that is too slow even for them', async () => {
    await beHasty()
    downloader.setRate(10_000)
    server.faults(() => ({ kind: 'slow', bytesPerSecond: 2_000 }))
    const error = await stoppedWhen(({ phase }) => phase === 'waiting')
    expect(error.code).toBe('canceled')
  })

  it('holds all files together to the rate', async () => {
    downloader.setRate(4_000_000)
    server.put('/b', file)
    const began = performance.now()
    await Promise.all([first(), downloader.download({ urls: [`${server.url}/b`], target: join(folder, 'b'), size, sha256 })])
    // Each by itself would be there in 0.75 s.
    expect((performance.now() - began) / 1000).toBeGreaterThan(1.3)
  })

  it('says before the first byte that a file does not fit', async () => {
    server.put('/huge', { ...file, size: 9e15 })
    const error = await failure(downloader.download({ urls: [`${server.url}/huge`], target, size: 9e15 }))
    expect(error.code).toBe('io.disk_full')
    await nothingThere()
  })
})

describe('two processes with one models folder', () => {
  // Each downloader has its own locks, as a process of its own has; that they hold between processes is SQLite's work.
  it('fetch a file once: the second waits and takes the first one’s', async () => {
    const second = createDownloader(patient)
    server.faults(() => ({ kind: 'slow', bytesPerSecond: 4_000_000 }))
    const waited: (string | undefined)[] = []
    try {
      const running = first()
      await expect.poll(() => server.asked.length).toBe(1)
      const done = await second.download({
        urls: [at(mirror)],
        target,
        size,
        sha256,
        onProgress: ({ phase, problem }) => phase === 'waiting' && waited.push(problem?.code),
      })
      await running
      expect(done).toMatchObject({ sha256, fetched: 0, url: undefined })
      expect(waited).toEqual(['input.conflict'])
      expect(mirror.asked).toEqual([])
      expect(await hashOf(target)).toBe(sha256)
      expect(await readdir(join(folder, 'models'))).toEqual(['a.safetensors'])
    } finally {
      await second.close()
    }
  })

  it('go on with what the other left when it stopped, and do not throw it away while it runs', async () => {
    const second = createDownloader(patient)
    server.faults(() => ({ kind: 'slow', bytesPerSecond: 3_000_000 }))
    const stop = new AbortController()
    try {
      let came = 0
      const running = downloader.download({
        urls: [at(server)],
        target,
        size,
        sha256,
        signal: stop.signal,
        onProgress: ({ bytes }) => (came = bytes),
      })
      running.catch(() => undefined)
      await expect.poll(() => came).toBeGreaterThan(500_000)
      await discardDownload(target)
      expect((await downloadedSoFar(target))?.bytes).toBeGreaterThan(400_000)
      const waiting = second.download({ urls: [at(mirror)], target, size, sha256 })
      stop.abort()
      expect((await failure(running)).code).toBe('canceled')
      const done = await waiting
      expect(done.fetched).toBeLessThan(size - 400_000)
      expect(await hashOf(target)).toBe(sha256)
      expect(mirror.asked.map(({ range }) => range)).toEqual([expect.stringMatching(/^bytes=\d{6,}-$/)])
    } finally {
      await second.close()
    }
  })
})
