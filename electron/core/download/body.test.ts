import { createHash, randomBytes } from 'node:crypto'
import { createServer as createHttp, type RequestListener } from 'node:http'
import { createServer as createPlain, type AddressInfo, type Server } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import type { SourceBody } from './body'
import { HttpSources } from './http-source'
import type { Intake } from './intake-ring'

const file = randomBytes(6_000_011)
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

let server: Server
afterEach(() => new Promise((done) => server.close(done)))

async function bodyFrom(made: Server): Promise<SourceBody> {
  server = made
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/file`
  const sources = new HttpSources({ connectMs: 5_000, idleMs: 5_000 }, {})
  return (await sources.get({ url, offset: 0, signal: new AbortController().signal })).body
}
const bodyOf = (serve: RequestListener): Promise<SourceBody> => bodyFrom(createHttp(serve))
/** Sends these bytes to whoever asks, and hangs up. */
const speaking = (...said: (string | Uint8Array)[]): Server =>
  createPlain((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => {
      for (const one of said) socket.write(one)
      socket.end()
    })
  })

/** Keeps what comes, in places of odd sizes; every third time the source has to wait, and must not go on meanwhile. */
function keeper(): Intake & { bytes(): Buffer; sinned: boolean } {
  const kept: Buffer[] = []
  let place = Buffer.alloc(0)
  let takes = 0
  let waiting = false
  return {
    sinned: false,
    place: () => (place = Buffer.alloc(70_001)),
    took(count) {
      this.sinned ||= waiting
      kept.push(Buffer.from(place.subarray(0, count)))
      takes += 1
      if (takes % 3 !== 0) return undefined
      waiting = true
      return nextTurn().then(() => void (waiting = false))
    },
    bytes: () => Buffer.concat(kept),
  }
}

describe('a body', () => {
  it('of a known length comes to its last byte, and waits when it has to', async () => {
    const intake = keeper()
    const body = await bodyOf((_asked, answer) => answer.writeHead(200, { 'content-length': file.length }).end(file))
    await body.pour(intake)
    body.destroy()
    expect(sha256(intake.bytes())).toBe(sha256(file))
    expect(intake.sinned).toBe(false)
  })

  it('of unknown length comes to its last byte', async () => {
    const intake = keeper()
    const body = await bodyOf((_asked, answer) => {
      for (let at = 0; at < file.length; at += 500_000) answer.write(file.subarray(at, at + 500_000))
      answer.end()
    })
    await body.pour(intake)
    body.destroy()
    expect(sha256(intake.bytes())).toBe(sha256(file))
  })

  it('that comes in one piece with its head, or behind early hints, is whole', async () => {
    for (const before of ['', 'HTTP/1.1 103 Early Hints\r\nlink: </a>; rel=preload\r\n\r\n']) {
      const intake = keeper()
      const body = await bodyFrom(speaking(`${before}HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nwhole`))
      await body.pour(intake)
      body.destroy()
      expect(intake.bytes().toString()).toBe('whole')
      if (before === '') await new Promise((done) => server.close(done))
    }
  })

  it('ends at the length that was said, whatever follows', async () => {
    const intake = keeper()
    const body = await bodyFrom(speaking('HTTP/1.1 200 OK\r\ncontent-length: 3000000\r\n\r\n', file))
    await body.pour(intake)
    body.destroy()
    expect(sha256(intake.bytes())).toBe(sha256(file.subarray(0, 3_000_000)))
  })

  it('that is cut off rejects, with all that came taken', async () => {
    const intake = keeper()
    const body = await bodyFrom(speaking('HTTP/1.1 200 OK\r\ncontent-length: 7000000\r\n\r\n', file))
    await expect(body.pour(intake)).rejects.toMatchObject({ code: 'ECONNRESET' })
    expect(sha256(intake.bytes())).toBe(sha256(file))
  })

  it('that is given up rejects with why, also while it waits; what an intake throws comes as it is', async () => {
    const serve: RequestListener = (_asked, answer) => answer.writeHead(200, { 'content-length': file.length }).end(file)
    const given = await bodyOf(serve)
    const why = new Error('enough')
    let waits = 0
    const slow: Intake = {
      place: () => Buffer.alloc(70_001),
      took: () => nextTurn().then(() => void (++waits === 9 && given.destroy(why))),
    }
    await expect(given.pour(slow)).rejects.toBe(why)
    await new Promise((done) => server.close(done))
    const taken = await bodyOf(serve)
    const full: Intake = {
      place: () => Buffer.alloc(70_001),
      took: () => {
        throw why
      },
    }
    await expect(taken.pour(full)).rejects.toBe(why)
    taken.destroy()
  })

  it('whose intake gives up leaves no wait unheard', async () => {
    let takes = 0
    const intake: Intake = {
      place: () => Buffer.alloc(2),
      took() {
        if (takes++ === 0) return nextTurn().then(() => Promise.reject(new Error('the disk is full')))
        throw new Error('enough')
      },
    }
    const body = await bodyFrom(speaking('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nwhole'))
    await expect(body.pour(intake)).rejects.toThrow('enough')
    body.destroy()
  })
})
