import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { seededFile, sha256Of, startFileServer, type FileServer } from '../../fakes/file-server/file-server'
import { openBench, type Outcome, type Running } from '../cli/support'

const bench = openBench()
let hub: FileServer
let data: string

/** Catalogued without size and hash, so that any bytes are it. */
const open = 'next-scene_lora-v2-3000.safetensors'
const file = seededFile(2_000_000)

beforeEach(async () => {
  hub = await startFileServer()
  hub.put(`/lovis93/next-scene-qwen-image-lora-2509/resolve/main/${open}`, file)
  data = bench.dir()
})
afterEach(async () => await hub.close())

const models = (...args: string[]): Promise<Outcome> =>
  bench.run(['models', ...args, '--data', data], { env: { HF_ENDPOINT: hub.url, HF_TOKEN: '' } })

it('lists what each workflow needs, and downloads nothing by it', async () => {
  const { code, stdout } = await models()
  expect(code).toBe(0)
  expect(stdout).toContain('qwen-edit-2511-style')
  expect(stdout).toMatch(/✗ clip_l\.safetensors {2}246 MB · text_encoders · Apache-2\.0/)
  expect(hub.asked).toEqual([])
})

it('pulls a file to where it belongs, says where, and is done at once the second time', async () => {
  const first = await models('pull', open)
  expect(first).toMatchObject({ code: 0, stdout: `${join(data, 'models', 'loras', open)}\n` })
  expect(createHash('sha256').update(readFileSync(first.stdout.trim())).digest('hex')).toBe(sha256Of(file))
  const second = await models('pull', open, '--json')
  expect(second.lines()).toEqual([{ event: 'summary', done: 0, failed: 0, canceled: 0 }])
  expect(hub.asked).toHaveLength(1)
})

it('tells a failure with its code and what to do', async () => {
  const outcome = await models('pull', 'clip_l.safetensors', '--json')
  expect(outcome.code).toBe(1)
  expect(outcome.lines().find((line) => line.event === 'error')).toMatchObject({
    code: 'download.missing',
    file: 'clip_l.safetensors',
  })
})

it('asks for a licence that wants to be accepted, before the first byte', async () => {
  const outcome = await models('pull', 'flux-kontext-reference')
  expect(outcome.code).not.toBe(0)
  expect(outcome.stderr).toContain('FLUX.1 [dev] Non-Commercial')
  expect(outcome.stderr).toContain('--yes')
  expect(hub.asked).toEqual([])
})

it('gets what is missing from a mirror that is named', async () => {
  const mirror = await startFileServer()
  mirror.put(`/lovis93/next-scene-qwen-image-lora-2509/resolve/main/${open}`, file)
  expect((await models('pull', open, '--mirror', mirror.url)).code).toBe(0)
  expect(hub.asked).toEqual([])
  await mirror.close()
})

it('keeps models where --folder says, verifies, imports, and lists what nothing uses', async () => {
  const elsewhere = bench.dir('weights')
  expect((await models('pull', open, '--folder', elsewhere)).stdout).toBe(`${join(elsewhere, 'loras', open)}\n`)
  expect((await models('verify')).stdout).toBe(`✓ ${open}\n`)
  writeFileSync(join(elsewhere, 'loras', open), Buffer.alloc(2_000_000))
  const changed = { code: 1, stdout: expect.stringContaining(`✗ ${open}  changed since it was fetched`) as string }
  expect(await models('verify')).toMatchObject(changed)
  // Having been looked at does not make it right.
  expect(await models('verify')).toMatchObject(changed)
  const own = join(bench.dir('mine'), 'own.gguf')
  writeFileSync(own, `GGUF${'x'.repeat(1000)}`)
  expect((await models('import', own)).stderr).toContain('Say which folder it belongs to')
  expect((await models('import', own, '--into', 'loras')).stdout).toBe(`${join(elsewhere, 'loras', 'own.gguf')}\n`)
  const unused = (await models('unused', '--json')).lines()
  expect(unused).toEqual([
    { event: 'unused', path: join(elsewhere, 'loras', 'own.gguf'), folder: 'loras', name: 'own.gguf', bytes: 1004 },
    { event: 'summary', files: 1, bytes: 1004 },
  ])
})

it('stops at Ctrl-C with what came, and goes on from there', async () => {
  // It would take twenty seconds.
  hub.faults(() => ({ kind: 'slow', bytesPerSecond: 100_000 }))
  const running = bench.start(['models', 'pull', open, '--json', '--data', data], { env: { HF_ENDPOINT: hub.url, HF_TOKEN: '' } })
  await running.said('"phase":"receiving"', 3)
  running.interrupt()
  expect((await running.ended).code).toBe(130)
  hub.faults(() => null)
  expect((await models('pull', open)).code).toBe(0)
  expect(hub.asked.at(-1)?.range).toMatch(/^bytes=\d{5,}-$/)
})

it('shares a models folder with another Recast: one fetches, and the other goes on with it when that one is killed', async () => {
  const shared = bench.dir('shared')
  const part = join(shared, 'loras', `${open}.part`)
  const partSize = (): number => statSync(part, { throwIfNoEntry: false })?.size ?? 0
  const pull = (dataDir: string): Running =>
    bench.start(['models', 'pull', open, '--folder', shared, '--data', dataDir], { env: { HF_ENDPOINT: hub.url, HF_TOKEN: '' } })
  // So slow that the other one is there long before it ends.
  hub.faults(() => ({ kind: 'slow', bytesPerSecond: 40_000 }))
  const first = pull(data)
  await expect.poll(partSize).toBeGreaterThan(20_000)
  const other = bench.dir('other-data')
  const second = pull(other)
  await expect.poll(() => existsSync(join(other, 'recast.db'))).toBe(true)
  expect(hub.asked).toHaveLength(1)
  hub.faults(() => null)
  const had = partSize()
  first.child.kill('SIGKILL')
  await first.ended
  expect(await second.ended).toMatchObject({ code: 0, stdout: `${join(shared, 'loras', open)}\n` })
  // It began where the dead one had stopped.
  expect(hub.asked).toHaveLength(2)
  expect(Number(/^bytes=(\d+)-$/.exec(hub.asked[1]?.range ?? '')?.[1])).toBeGreaterThanOrEqual(had)
  expect(
    createHash('sha256')
      .update(readFileSync(join(shared, 'loras', open)))
      .digest('hex'),
  ).toBe(sha256Of(file))
  expect(readdirSync(join(shared, 'loras'))).toEqual([open])
}, 120_000)
