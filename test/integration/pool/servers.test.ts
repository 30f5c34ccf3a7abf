import { rmSync } from 'node:fs'
import { copyFile, readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { App } from '#core/app'
import { openLog } from '#core/diagnostics/log'
import { AppError } from '#shared/domain/error'
import { bundle } from '../bundle'
import { cipherVault } from '../cipher-vault'
import { openApp, startFake, submit, temporaryFolder, until, untilState, writePhoto } from '../comfyui/harness'

const secret = 'Bearer s3cret-of-the-studio'
const headers = { authorization: secret }

/** Every file of a folder and below, as text. */
async function textOf(folder: string, wanted: (name: string) => boolean): Promise<string> {
  const names = (await readdir(folder, { recursive: true })).filter(wanted)
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'latin1').catch(() => '')))
  return texts.join('\n')
}

describe('the login of a saved server', () => {
  it('is sealed by the keychain, opened by the next start, and out of reach of a Recast without it, which says so', async () => {
    const fake = await startFake({ headers })
    const dataDir = join(await temporaryFolder(), 'data')
    const vault = cipherVault()
    const states = (app: App) => async () => {
      const { engines } = await app.call('engines.list', { probe: true })
      return engines.map(({ state, error }) => error?.code ?? state)
    }
    const isOnDisk = async () => (await textOf(dataDir, (name) => name.startsWith('recast.db'))).includes(secret)

    // Left open by a Recast without a keychain: the next start with one seals it.
    const before = await openApp(dataDir)
    await before.call('engines.add', { address: fake.url, name: 'Studio', headers })
    await before.close()
    expect(await isOnDisk()).toBe(true)
    // Also in the copy that a migration has made.
    await copyFile(join(dataDir, 'recast.db'), join(dataDir, 'recast.db.v12.backup'))
    const first = await openApp(dataDir, { vault })
    await expect.poll(isOnDisk).toBe(false)
    expect(await states(first)()).toEqual(['ready'])
    await first.close()

    const second = await openApp(dataDir, { vault })
    await expect.poll(states(second)).toEqual(['ready'])
    await second.call('engines.update', { id: fake.url, weight: 3 })
    await second.call('engines.add', { address: fake.url, headers })
    await second.close()
    expect(await isOnDisk()).toBe(false)

    const garbage = (text: string) => ({ ...vault, reveal: () => Promise.resolve({ text, renew: true }) })
    for (const other of [undefined, cipherVault(), garbage('"a"'), garbage('{"x-key":"other"}')]) {
      const stranger = await openApp(dataDir, other ? { vault: other } : {})
      await expect.poll(states(stranger)).toEqual(['secrets.unavailable'])
      // What has nothing to do with the login can be changed, and loses none of it.
      await stranger.call('engines.update', { id: fake.url, name: 'Cellar' })
      await stranger.close()
    }
    vault.renew = true
    const third = await openApp(dataDir, { vault })
    await expect.poll(states(third)).toEqual(['ready'])
    expect((await third.call('engines.list', {})).engines).toMatchObject([{ name: 'Cellar', server: { weight: 3 } }])
    await third.close()

    const stranger = await openApp(dataDir)
    const { engine } = await stranger.call('engines.add', { address: fake.url, headers })
    expect(engine.state).toBe('ready')
  })

  it('is given late, by a user who unlocks the keychain then: what ran at the server goes on and is not run twice', async () => {
    const fake = await startFake({ headers, stepMs: 300 })
    const folder = await temporaryFolder()
    const dataDir = join(folder, 'data')
    const vault = cipherVault()
    const first = await openApp(dataDir, { vault })
    await first.call('engines.add', { address: fake.url, headers })
    const [job] = await submit(first, await writePhoto(join(folder, 'photo.png')), { engine: 'auto' })
    await until(() => fake.executions.size === 1, 'it runs there')
    await first.close()

    let unlock = (): void => undefined
    const unlocked = new Promise<void>((resolve) => (unlock = resolve))
    const reveal = (sealed: string) => unlocked.then(() => vault.reveal(sealed))
    const logger = { debug() {}, info() {}, warn: vi.fn(), error() {} }
    const second = await openApp(dataDir, { vault: { ...vault, reveal }, logger })
    await until(
      () => logger.warn.mock.calls.some(([, words]) => /could not be asked for its job/.test(String(words))),
      'it was asked',
    )
    unlock()
    expect(await untilState(second, job, 'done', 'failed')).toMatchObject({ state: 'done', attempt: 1 })
    expect([...fake.executions.values()]).toEqual([1])
  })

  it('is not kept at all where the keychain refuses', async () => {
    const fake = await startFake({ headers })
    const dataDir = join(await temporaryFolder(), 'data')
    const refuse = () => Promise.reject(new AppError('secrets.unavailable', 'Unlock it.'))
    const app = await openApp(dataDir, { vault: { seal: refuse, reveal: refuse } })
    await expect(app.call('engines.add', { address: fake.url, headers })).rejects.toMatchObject({ code: 'secrets.unavailable' })
    await expect(app.call('models.setToken', { token: 'hf_secret' })).rejects.toMatchObject({ code: 'secrets.unavailable' })
    expect((await app.call('engines.list', {})).engines).toEqual([])
    await app.close()
    expect(new RegExp(`${secret}|hf_secret`).test(await textOf(dataDir, () => true))).toBe(false)

    // One that a Recast without a keychain has left open is used and changed all the same.
    const before = await openApp(dataDir)
    await before.call('engines.add', { address: fake.url, headers })
    await before.close()
    const after = await openApp(dataDir, { vault: { seal: refuse, reveal: refuse } })
    const { engine } = await after.call('engines.update', { id: fake.url, name: 'Cellar' })
    expect(engine).toMatchObject({ state: 'ready', name: 'Cellar', server: { headerNames: ['authorization'] } })
    // Asked once more with the same login, nothing is to be sealed either.
    expect((await after.call('engines.add', { address: fake.url, headers })).engine.state).toBe('ready')
  })
})

describe('a saved server', () => {
  it('is there after a restart, with its headers on HTTP and socket, and its secret is nowhere but in the database', async () => {
    const fake = await startFake({ headers })
    const folder = await temporaryFolder()
    const dataDir = join(folder, 'data')
    const log = openLog({ dataDir, version: '0', level: 'debug' })
    const first = await openApp(dataDir, { logger: log })
    const said: string[] = []
    first.events.onEvent((event) => said.push(JSON.stringify(event)))
    const stranger = await first.call('engines.add', { address: fake.url })
    expect(stranger).toMatchObject({ created: true, engine: { state: 'failed', error: { code: 'auth.denied' } } })
    const added = await first.call('engines.add', {
      address: `${fake.url}/`,
      name: 'Studio',
      weight: 2,
      tags: ['fast', 'fast'],
      headers: { Authorization: secret },
    })
    expect(added).toMatchObject({
      created: false,
      engine: {
        id: fake.url,
        name: 'Studio',
        state: 'ready',
        version: '0.8.0',
        server: {
          name: 'Studio',
          weight: 2,
          tags: ['fast'],
          drained: false,
          headerNames: ['Authorization'],
          hasCertificate: false,
        },
        queue: { ours: 0, others: 0 },
      },
    })
    await first.close()

    const app = await openApp(dataDir, { logger: log })
    app.events.onEvent((event) => said.push(JSON.stringify(event)))
    const [job] = await submit(app, await writePhoto(join(folder, 'photo.png')), { engine: 'auto' })
    const previews: unknown[] = []
    app.events.onPreview((preview) => previews.push(preview))
    expect((await untilState(app, job, 'done', 'failed')).error).toBeUndefined()
    // Previews come over the socket alone.
    expect(previews.length).toBeGreaterThan(0)
    said.push(JSON.stringify(await app.call('app.snapshot', {})), JSON.stringify(await app.call('engines.list', { probe: true })))
    said.push(JSON.stringify(await app.call('app.doctor', {})), (await app.call('app.diagnostics', {})).text)
    await app.close()
    await log.close()

    const logged = await textOf(join(dataDir, 'logs'), () => true)
    expect(logged).toContain('job done')
    for (const text of [logged, said.join('\n')]) expect(text).not.toContain('s3cret')
    for (const name of (await readdir(dataDir)).filter((file) => file.startsWith('recast.db'))) {
      expect([name, (await stat(join(dataDir, name))).mode & 0o777]).toEqual([name, 0o600])
    }
    expect(await textOf(dataDir, (name) => !name.startsWith('recast.db'))).not.toContain('s3cret')
  })

  it.each([
    ['header', secret, (sent: string) => sent],
    [
      'password',
      `Basic ${Buffer.from('studio:s3cret-word').toString('base64')}`,
      (sent: string) => Buffer.from(sent.slice(6), 'base64').toString('utf8'),
    ],
  ])(
    'a server that sends our %s back in its error does not bring it into errors, events or logs',
    async (_, authorization, told) => {
      const folder = await temporaryFolder()
      const { createServer } = await import('node:http')
      const echo = createServer((request, response) =>
        response.writeHead(500).end(`you sent ${told(request.headers.authorization ?? '')}`),
      )
      await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve))
      try {
        const address = `http://127.0.0.1:${(echo.address() as { port: number }).port}`
        const app = await openApp(join(folder, 'data'))
        const { engine } = await app.call('engines.add', { address, headers: { authorization } })
        expect(engine.error?.code).toBe('engine.offline')
        expect(JSON.stringify(engine)).not.toContain('s3cret')
        const tested = await app.call('engines.test', { address })
        expect(JSON.stringify(tested.error)).toContain('[redacted]')
        expect(JSON.stringify(tested)).not.toContain('s3cret')
      } finally {
        echo.closeAllConnections()
        echo.close()
      }
    },
  )

  it('is removed, but not while a job runs there or waits for it, unless these are to be cancelled', async () => {
    const fake = await startFake({ stepMs: 400 })
    const folder = await temporaryFolder()
    let app = await openApp(join(folder, 'data'))
    await app.call('engines.add', { address: fake.url })
    const removed: string[] = []
    const [job] = await submit(app, await writePhoto(join(folder, 'photo.png')), { engine: 'auto' })
    await untilState(app, job, 'running')
    await expect(app.call('engines.remove', { id: fake.url })).rejects.toMatchObject({
      code: 'input.conflict',
      message: expect.stringContaining('one job runs there') as string,
    })
    await until(() => fake.executions.size === 1, 'it runs there')
    await app.close()

    // Begun by a former start, it is not driven by this one; another waits for the server, by its name.
    const data = join(folder, 'data')
    const looking = await openApp(data, { takeJobs: false })
    await looking.call('engines.update', { id: fake.url, name: 'Studio' })
    const [waiting] = await submit(looking, join(folder, 'photo.png'), { engine: 'name:Studio' })
    const work = { code: 'input.conflict', detail: { jobs: 2, running: 1, waiting: 1 } }
    await expect(looking.call('engines.remove', { id: fake.url })).rejects.toMatchObject(work)
    // It cannot be asked now: what may go on there is told.
    fake.faults.errors500 = 100_000
    expect(await looking.call('engines.remove', { id: fake.url, cancelJobs: true })).toEqual({ id: fake.url, goesOn: 1 })
    for (const one of [job, waiting]) await untilState(looking, one, 'canceled')
    fake.faults.errors500 = 0
    await looking.close()
    app = await openApp(data)
    app.events.onEvent(({ body }) => body.type === 'engine.removed' && removed.push(body.id))

    await app.call('engines.add', { address: fake.url })
    const [last] = await submit(app, join(folder, 'photo.png'), { engine: fake.url, seed: 2 })
    await until(() => fake.executions.size === 2, 'it runs there')
    expect(await app.call('engines.remove', { id: fake.url, cancelJobs: true })).toEqual({ id: fake.url, goesOn: 0 })
    await untilState(app, last, 'canceled')
    expect(fake.requests).toContain('POST /interrupt')
    expect(removed).toEqual([fake.url])
    expect((await app.call('engines.list', {})).engines).toEqual([])
    await expect(app.call('engines.remove', { id: fake.url })).rejects.toMatchObject({ code: 'input.not_found' })
  })

  it.each([
    [{ 'Bad Name': 'x' }, 'letters, digits and dashes'],
    [{ Host: 'other' }, 'set by the connection'],
    [{ 'X-Key': 's3cret\r\nHost: evil' }, 'characters that no header may have'],
    [{ 'X-Key': '' }, 'has no value'],
  ])('refuses the headers %j without repeating a value', async (given, words) => {
    const app = await openApp(join(await temporaryFolder(), 'data'))
    const error = (await app
      .call('engines.add', { address: 'http://127.0.0.1:9', headers: given })
      .catch((e: unknown) => e)) as Error
    expect(error).toMatchObject({ code: 'input.invalid' })
    expect(error.message).toContain(words)
    expect(error.message).not.toContain('s3cret')
    expect((await app.call('engines.list', {})).engines).toEqual([])
  })

  it('is tested before it is added, and nothing is kept of the test', async () => {
    const fake = await startFake({ headers })
    const app = await openApp(join(await temporaryFolder(), 'data'))
    const right = await app.call('engines.test', { address: fake.url, headers })
    expect(right.found).toMatchObject({ address: fake.url, version: '0.8.0', added: false })
    const wrong = await app.call('engines.test', { address: fake.url, headers: { authorization: 'Bearer wrong-one' } })
    expect(wrong).toMatchObject({ error: { code: 'auth.denied' } })
    expect((await app.call('engines.list', {})).engines).toEqual([])
  })

  it('a ComfyUI of this computer is found and offered, not used', async () => {
    const fake = await startFake()
    const port = Number(new URL(fake.url).port)
    const folder = await temporaryFolder()
    const app = await openApp(join(folder, 'data'), { discoveryPorts: [port, 9] })
    expect(await app.call('engines.discover', {})).toMatchObject({
      found: [{ address: fake.url, version: '0.8.0', added: false }],
    })
    await expect(submit(app, await writePhoto(join(folder, 'photo.png')), { engine: 'auto' })).rejects.toMatchObject({
      code: 'input.unknown_engine',
    })
    await app.call('engines.add', { address: `http://localhost:${port}` })
    expect(await app.call('engines.discover', {})).toMatchObject({ found: [{ added: true }] })
    // Under another name it would be a second server, and get twice its jobs.
    await expect(app.call('engines.add', { address: fake.url })).rejects.toThrow(`added as http://localhost:${port}.`)
    await app.call('engines.add', { address: `localhost:${port}`, weight: 2 })
    expect((await app.call('engines.list', {})).engines.filter(({ server }) => server)).toHaveLength(1)
  })
})

describe('recast engines', () => {
  let built: string
  beforeAll(async () => {
    built = await bundle({}, ['cli'])
  }, 120_000)
  afterAll(() => rmSync(built, { recursive: true, force: true, maxRetries: 5 }))

  it('adds, lists, drains and removes, in words and in JSON, without the secret', async () => {
    const fake = await startFake({ headers: { 'x-key': 's3cret-key' } })
    const dataDir = join(await temporaryFolder(), 'data')
    // The double lives in this process: it must be able to answer while the command runs.
    const { execFile } = await import('node:child_process')
    const recast = (...args: string[]): Promise<{ code: number | string; out: string; err: string }> =>
      new Promise((resolve) =>
        execFile(process.execPath, [join(built, 'cli.cjs'), '--data', dataDir, ...args], (error, out, err) =>
          resolve({ code: error?.code ?? 0, out, err }),
        ),
      )
    const add = [
      'engines',
      'add',
      fake.url,
      '--header',
      'X-Key: s3cret-key',
      '--name',
      'Studio',
      '--weight',
      '2',
      '--tag',
      'fast',
    ]
    const added = await recast('--json', ...add)
    expect([added.code, added.err]).toEqual([0, ''])
    expect(JSON.parse(added.out)).toMatchObject({
      event: 'engine',
      id: fake.url,
      state: 'ready',
      server: { weight: 2, headerNames: ['X-Key'] },
    })
    const listed = await recast('engines')
    expect(listed.out).toMatch(/Studio \(http.*\) {2}ready {2}ComfyUI 0\.8\.0 .* of \d+ workflows {2}weight 2 {2}#fast/)
    expect((await recast('engines', 'drain', 'Studio')).out).toContain('ready, drained')
    expect((await recast('engines', 'undrain', fake.url)).out).not.toContain('drained')
    const json = await recast('engines', '--json')
    const report = join(dataDir, '..', 'report.txt')
    const doctor = await recast('doctor', '--report', report)
    const reported = await readFile(report, 'utf8')
    expect(reported).toContain(fake.url)
    expect([added.out, listed.out, json.out, listed.err, json.err, doctor.out, doctor.err, reported].join('\n')).not.toContain(
      's3cret',
    )
    expect((await recast('engines', 'remove', 'Studio')).code).toBe(0)
    expect((await recast('engines', 'remove', 'Studio')).code).not.toBe(0)
    expect((await recast('engines', 'ad')).code).toBe(2)
    expect((await recast('engines', 'add', fake.url, '--header', 'nonsense s3cret')).err).not.toContain('s3cret')
  }, 60_000)
})
