import { readdir } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { Faults } from '../../fakes/comfyui/faults'
import { openApp, quickEngine, startFake, submit, temporaryFolder, until, untilState, writePhoto } from './harness'

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

/** The most that this process's memory has grown beyond what it was, bytes; looked at every few milliseconds. */
function watchMemory(): () => number {
  const before = process.memoryUsage().rss
  let peak = before
  const timer = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 5)
  closers.push(() => clearInterval(timer))
  return () => peak - before
}

/** What lies beside the app's own data folder and the photo. */
async function strays(folder: string): Promise<string[]> {
  const names = await readdir(folder)
  return names.filter((name) => name !== 'photo.png' && name !== 'data')
}

async function attacked(faults: Partial<Faults>, more: Parameters<typeof quickEngine>[0] = {}) {
  const fake = await startFake({ stepMs: 5, faults })
  const folder = await temporaryFolder()
  const app = await openApp(join(folder, 'data'), { remoteEngine: quickEngine(more) })
  const photo = await writePhoto(join(folder, 'photo.png'))
  const grown = watchMemory()
  const [job] = await submit(app, photo, { engine: fake.url, workflowId: 'sd15-style' })
  return { fake, folder, app, photo, job, grown }
}

describe('a malicious server', () => {
  it.each([
    ['bytes without end', { view: 'endless' }, 'engine.execution'],
    ['two gigabytes by its own word', { view: 'huge' }, 'engine.execution'],
    ['a picture of 2.5 gigapixels', { view: 'bomb' }, 'engine.execution'],
    ['HTML for a picture', { view: 'html' }, 'engine.execution'],
    ['a picture of another shape', { view: 'wrong_size' }, 'engine.execution'],
    ['a redirect for a picture', { view: 'redirect' }, 'engine.rejected'],
    ['a redirect for the post', { redirectPosts: true }, 'engine.rejected'],
  ] satisfies [string, Partial<Faults>, string][])(
    'that sends %s gets a clear error, and fills neither memory nor disk',
    async (_name, faults, code) => {
      const { app, folder, job, grown } = await attacked(faults)
      const failed = await untilState(app, job, 'failed', 'done')
      expect(failed).toMatchObject({ state: 'failed', error: { code } })
      expect(failed.error?.message).toMatch(/[.] [A-Z]\w+ .*[.)]$|Retry|Check|Set/)
      expect(grown()).toBeLessThan(400e6)
      await until(async () => (await readdir(join(folder, 'data', 'staging'))).length === 0, 'the work folder is gone')
      expect(await strays(folder)).toEqual([])
    },
  )

  it('a text of 200 MB in a picture of some KB is never inflated: the picture counts, the text goes', async () => {
    const { app, job, grown } = await attacked({ view: 'text_bomb' })
    const ended = await untilState(app, job, 'done', 'failed')
    expect(grown()).toBeLessThan(150e6)
    expect(ended.state === 'done' || ended.error?.code === 'engine.execution').toBe(true)
  })

  it.each(['../../../climbed.png', '/etc/passwd', 'C:\\Windows\\win.ini', '..%2f..%2fclimbed.png', 'a\0b.png'])(
    'a result named %j is asked for under that name, and stored under none of it',
    async (lyingName) => {
      const { app, folder, job } = await attacked({ lyingName })
      await untilState(app, job, 'done', 'failed')
      expect(await strays(folder)).toEqual([])
    },
  )

  it('frames without end neither fill memory nor hide the end of the job', async () => {
    const { app, fake, job, grown } = await attacked({ floodFrames: true })
    expect(await untilState(app, job, 'done', 'failed')).toMatchObject({ state: 'done' })
    expect(grown()).toBeLessThan(300e6)
    expect([...fake.executions.values()]).toEqual([1])
  })

  it('a frame of 200 MB is cut off by its head, and the job ends by the history (hazard 17)', async () => {
    const { app, fake, job, grown } = await attacked({ giantFrameBytes: 200e6 })
    expect(await untilState(app, job, 'done', 'failed')).toMatchObject({ state: 'done' })
    expect([...fake.executions.values()]).toEqual([1])
    // The double lives in this process, too: the frame itself is its own, and nothing may come beside it.
    expect(grown()).toBeLessThan(200e6 + 120e6)
  })

  it('a result that drips a byte now and then is cut off with a clear error, and nothing of it stays', async () => {
    const { app, folder, job } = await attacked({ view: 'drip' }, { fetchMs: 400 })
    const timedOut = async () => {
      const { error } = await app.call('jobs.get', { id: job?.id ?? '' })
      return error?.code === 'engine.timeout' && error
    }
    expect((await until(timedOut, 'it was cut off')).message).toMatch(/too slowly.*Check the way/)
    await app.call('jobs.cancel', { ids: [job?.id ?? ''] })
    await until(async () => (await readdir(join(folder, 'data', 'staging'))).length === 0, 'the work folder is gone')
    expect(await strays(folder)).toEqual([])
  })

  it('a queue and a history without end are cut off, and the job is tried again when they are sound', async () => {
    const { app, fake, job, grown } = await attacked({ deafSocket: true, historyLateMs: 600 })
    await until(() => fake.executions.size === 1, 'it runs')
    fake.faults.endlessJson = true
    const asked = (): number => fake.requests.filter((request) => request.startsWith('GET /queue')).length
    const before = asked()
    await until(() => asked() > before + 1, 'it was asked')
    expect(grown()).toBeLessThan(500e6)
    Object.assign(fake.faults, { endlessJson: false, deafSocket: false })
    await until(async () => (await app.call('jobs.get', { id: job?.id ?? '' })).state === 'done', 'it is done', 80_000)
    expect([...fake.executions.values()].every((times) => times === 1)).toBe(true)
  }, 120_000)

  it('a redirect does not carry our header to another host', async () => {
    const heard: string[] = []
    const thief = createServer((request, response) => {
      heard.push(String(request.headers.authorization))
      response.end('{}')
    })
    await new Promise<void>((resolve) => thief.listen(0, '127.0.0.1', resolve))
    const there = `http://127.0.0.1:${(thief.address() as AddressInfo).port}`
    const liar = createServer((request, response) => {
      response.writeHead(307, { location: `${there}${request.url}` }).end()
    })
    await new Promise<void>((resolve) => liar.listen(0, '127.0.0.1', resolve))
    closers.push(
      () => thief.close(),
      () => liar.close(),
    )
    const url = `http://127.0.0.1:${(liar.address() as AddressInfo).port}`
    const folder = await temporaryFolder()
    const app = await openApp(join(folder, 'data'), {
      remoteEngine: quickEngine({ headers: { authorization: 'Bearer secret' } }),
    })
    const photo = await writePhoto(join(folder, 'photo.png'))
    await expect(submit(app, photo, { engine: url })).rejects.toMatchObject({ code: 'engine.rejected' })
    expect(heard).toEqual([])
  })
})
