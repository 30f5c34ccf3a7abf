import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { readInstanceFile, type InstanceRecord } from '#core/instance/instance-file'
import { bundle } from '../bundle'

interface Line {
  event: string
  role?: string
  pid?: number
  code?: string
  message?: string
  state?: string
  jobs?: number
  type?: string
}

/** One process on the data folder. */
class Member {
  readonly lines: Line[] = []
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
  private readonly waiting = new Set<() => void>()

  constructor(readonly child: ChildProcessWithoutNullStreams) {
    createInterface({ input: child.stdout }).on('line', (text) => {
      this.lines.push(JSON.parse(text) as Line)
      for (const look of this.waiting) look()
    })
    child.stderr.resume()
    child.stdin.on('error', () => {})
    this.exited = new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })))
  }

  tell(word: string): void {
    this.child.stdin.write(`${word}\n`)
  }

  /** The first line (from `from` on) that fits; waits for it. */
  async line(fits: (line: Line) => boolean, from = 0): Promise<Line> {
    return await new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.delete(look)
        reject(new Error(`no such line in ${JSON.stringify(this.lines)}`))
      }, 60_000)
      const look = (): void => {
        const found = this.lines.slice(from).find(fits)
        if (!found) return
        clearTimeout(timer)
        this.waiting.delete(look)
        resolve(found)
      }
      this.waiting.add(look)
      look()
    })
  }

  /** Asks which process owns the folder. */
  async ownerPid(): Promise<number | undefined> {
    const from = this.lines.length
    this.tell('owner')
    return (await this.line((line) => line.event === 'owner', from)).pid
  }
}

let built = ''
const dirs: string[] = []
const members: Member[] = []

function dataDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'recast-instance-'))
  dirs.push(dir)
  return dir
}

function start(dir: string, ...args: string[]): Member {
  const member = new Member(spawn(process.execPath, [join(built, 'member.js'), dir, ...args]))
  members.push(member)
  return member
}

async function opened(member: Member): Promise<string | undefined> {
  return (await member.line((line) => line.event === 'open' || line.event === 'error')).role
}

async function instanceRecord(dir: string): Promise<InstanceRecord> {
  for (let i = 0; i < 300; i++) {
    const record = readInstanceFile(dir)
    if (record) return record
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error('no instance file')
}

beforeAll(async () => {
  built = await bundle({ member: 'test/integration/instance/member.ts' })
}, 60_000)

afterEach(async () => {
  for (const { child } of members) child.kill('SIGKILL')
  await Promise.all(members.splice(0).map((member) => member.exited))
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true, maxRetries: 5 })
})

afterAll(() => rmSync(built, { recursive: true, force: true, maxRetries: 5 }))

describe('one owner per data folder', () => {
  it('lets ten racing processes agree on one owner, five times over', async () => {
    for (let round = 0; round < 5; round++) {
      const dir = dataDir()
      const racers = Array.from({ length: 10 }, () => start(dir))
      const roles = await Promise.all(racers.map(opened))
      expect(roles.filter((role) => role === 'owner')).toHaveLength(1)
      expect(roles.filter((role) => role === 'client')).toHaveLength(9)
      const owner = racers[roles.indexOf('owner')]
      const pids = await Promise.all(racers.map((racer) => racer.ownerPid()))
      expect(new Set(pids)).toEqual(new Set([owner?.child.pid]))
      for (const { child } of racers) child.kill('SIGKILL')
      await Promise.all(racers.map((racer) => racer.exited))
    }
  }, 120_000)

  it('goes on when the owner is killed: exactly one client takes over, and the others work through it', async () => {
    const dir = dataDir()
    const owner = start(dir)
    expect(await opened(owner)).toBe('owner')
    const clients = [start(dir), start(dir), start(dir)]
    expect(await Promise.all(clients.map(opened))).toEqual(['client', 'client', 'client'])

    owner.child.kill('SIGKILL')
    expect((await owner.exited).signal).toBe('SIGKILL')
    const began = performance.now()
    const pids = await Promise.all(clients.map((client) => client.ownerPid()))
    // Nobody waits for a time to pass: the folder is free as soon as its owner is dead.
    expect(performance.now() - began).toBeLessThan(20_000)
    expect(new Set(pids).size).toBe(1)
    const heirs = clients.filter((client) => client.lines.some((line) => line.event === 'role' && line.role === 'owner'))
    expect(heirs).toHaveLength(1)
    expect(pids[0]).toBe(heirs[0]?.child.pid)
    expect((await instanceRecord(dir)).pid).toBe(heirs[0]?.child.pid)

    // Events come from the new owner.
    const [other] = clients.filter((client) => client !== heirs[0])
    heirs[0]?.tell('submit')
    await other?.line((line) => line.event === 'event' && line.type === 'job')
  })

  it('takes a folder whose owner was killed, and does not trust the file that it left', async () => {
    const dir = dataDir()
    const first = start(dir)
    await opened(first)
    const stale = await instanceRecord(dir)
    first.child.kill('SIGKILL')
    await first.exited
    expect(existsSync(join(dir, 'instance.json'))).toBe(true)
    const second = start(dir)
    expect(await opened(second)).toBe('owner')
    const fresh = await instanceRecord(dir)
    expect(fresh.pid).toBe(second.child.pid)
    expect(fresh.token).not.toBe(stale.token)
  })

  it.each([
    ['half a file', '{"pid":1,"po'],
    ['another format', '{"pid":"x"}'],
    [
      'a process that is gone',
      JSON.stringify({ pid: 4_000_000, port: 1, token: 'a'.repeat(43), version: '1.0.0', startedAt: 1 }),
    ],
  ])('starts over %s', async (_what, text) => {
    const dir = dataDir()
    writeFileSync(join(dir, 'instance.json'), text)
    const member = start(dir)
    expect(await opened(member)).toBe('owner')
    expect((await instanceRecord(dir)).pid).toBe(member.child.pid)
  })

  it('waits for an owner that is still starting', async () => {
    const dir = dataDir()
    const slow = start(dir, '1.0.0', '1500')
    await slow.line((line) => line.event === 'starting')
    const second = start(dir)
    expect(await opened(second)).toBe('client')
    expect(await opened(slow)).toBe('owner')
    expect(await second.ownerPid()).toBe(slow.child.pid)
  })

  it('says so in words when the owner does not answer', async () => {
    const dir = dataDir()
    const owner = start(dir)
    await opened(owner)
    await instanceRecord(dir)
    owner.child.kill('SIGSTOP')
    try {
      const second = start(dir, '1.0.0', '0', '1000')
      const error = await second.line((line) => line.event === 'error')
      expect(error.code).toBe('instance.unreachable')
      expect(error.message).toContain(String(owner.child.pid))
      expect(error.message).toMatch(/end it, then try again/)
    } finally {
      owner.child.kill('SIGCONT')
    }
  })

  it('refuses an owner of another version in words, at once', async () => {
    const dir = dataDir()
    const owner = start(dir, '1.0.0')
    await opened(owner)
    await instanceRecord(dir)
    const newer = start(dir, '1.1.0')
    const error = await newer.line((line) => line.event === 'error')
    expect(error.code).toBe('instance.unreachable')
    expect(error.message).toContain('1.0.0')
    expect(error.message).toContain('1.1.0')
    expect(error.message).toContain('Quit that one')
  })

  it('stays until the jobs of its clients have ended, then closes the app before it frees the folder', async () => {
    const dir = dataDir()
    const owner = start(dir)
    await opened(owner)
    const client = start(dir)
    expect(await opened(client)).toBe('client')
    client.tell('submit')
    await client.line((line) => line.event === 'submitted')
    owner.tell('leave')
    expect((await owner.line((line) => line.event === 'waiting')).jobs).toBe(1)
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(owner.lines.some((line) => line.event === 'left')).toBe(false)
    client.tell('cancel')
    await owner.line((line) => line.event === 'left')
    expect((await owner.exited).code).toBe(0)
    await client.line((line) => line.event === 'role' && line.role === 'owner')
    expect(await client.ownerPid()).toBe(client.child.pid)
  })

  it('does not wait for a client that has gone', async () => {
    const dir = dataDir()
    const owner = start(dir)
    await opened(owner)
    const client = start(dir)
    await opened(client)
    client.tell('submit')
    await client.line((line) => line.event === 'submitted')
    owner.tell('leave')
    await owner.line((line) => line.event === 'waiting')
    client.child.kill('SIGKILL')
    await owner.line((line) => line.event === 'left')
    expect(existsSync(join(dir, 'instance.json'))).toBe(false)
  })

  it.skipIf(process.platform === 'win32')('keeps the file for its user alone', async () => {
    const dir = dataDir()
    chmodSync(dir, 0o755)
    await opened(start(dir))
    await instanceRecord(dir)
    expect(statSync(join(dir, 'instance.json')).mode & 0o777).toBe(0o600)
    expect(JSON.parse(readFileSync(join(dir, 'instance.json'), 'utf8'))).toMatchObject({ version: '1.0.0' })
  })
})

describe('the listener', () => {
  /** Asks for a socket and answers what came of it: `open` or the HTTP status. */
  async function knock(port: number, protocols: string[], headers: Record<string, string> = {}, path = '/'): Promise<string> {
    return await new Promise((resolve) => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, protocols, { headers })
      socket.once('open', () => {
        socket.terminate()
        resolve('open')
      })
      socket.once('unexpected-response', (_request, response) => {
        resolve(String(response.statusCode))
        socket.terminate()
      })
      socket.once('error', (error) => resolve(error.message))
    })
  }

  it('opens to the token alone, and never to a browser', async () => {
    const dir = dataDir()
    await opened(start(dir))
    const { port, token } = await instanceRecord(dir)
    const right = ['recast.v1', `recast.token.${token}`]
    expect(await knock(port, right)).toBe('open')
    expect(await knock(port, ['recast.v1', `recast.token.${'a'.repeat(43)}`])).toBe('403')
    expect(await knock(port, ['recast.v1', 'recast.token.'])).toBe('403')
    expect(await knock(port, ['recast.v1'])).toBe('403')
    expect(await knock(port, right, { origin: `http://127.0.0.1:${port}` })).toBe('403')
    expect(await knock(port, right, { origin: 'https://evil.example' })).toBe('403')
    expect(await knock(port, right, { origin: 'null' })).toBe('403')
    expect(await knock(port, right, { host: `evil.example:${port}` })).toBe('403')
    expect(await knock(port, right, { host: 'localhost' })).toBe('403')
    expect(await knock(port, ['recast.v1'], {}, `/?token=${token}`)).toBe('403')
  })

  it('has no pages', async () => {
    const dir = dataDir()
    await opened(start(dir))
    const { port } = await instanceRecord(dir)
    const status = await new Promise((resolve) => {
      request({ host: '127.0.0.1', port, path: '/', method: 'GET' }, (response) => resolve(response.statusCode)).end()
    })
    expect(status).toBe(404)
  })

  it('is not mistaken for another program that listens where a stale file points', async () => {
    const dir = dataDir()
    const stranger = createServer((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\nhello'))
    await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve))
    const { port } = stranger.address() as { port: number }
    const record = { pid: 1, port, token: 'a'.repeat(43), version: '1.0.0', startedAt: 1 }
    writeFileSync(join(dir, 'instance.json'), JSON.stringify(record))
    const member = start(dir)
    expect(await opened(member)).toBe('owner')
    expect((await instanceRecord(dir)).port).not.toBe(port)
    stranger.close()
  })
})
