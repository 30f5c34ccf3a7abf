import { createHash } from 'node:crypto'
import { chmod, lstat, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Database } from '#core/database/database'
import { openDatabase } from '#core/database/open'
import { modelTable } from '#core/database/tables/models'
import { createDownloader } from '#core/download/downloader'
import { loadLicences } from '#core/models/licences'
import { createModels, type Models } from '#core/models/models'
import { workflowFolder } from '#core/resources'
import type { SecretVault } from '#core/secrets/vault'
import type { WorkflowLibrary } from '#core/workflows/load'
import type { Model } from '#core/workflows/workflow-schema'
import type { EventBody } from '#shared/contract/events'
import { toAppError, type AppError } from '#shared/domain/error'
import type { ModelView } from '#shared/domain/model'
import { settingsSchema, type Settings } from '#shared/domain/settings'
import { startFileServer, type FileServer, type ServedFile } from '../../fakes/file-server/file-server'
import { cipherVault } from '../cipher-vault'

/** A file that begins as safetensors do. */
function weights(size: number, seed: string): Buffer {
  const header = Buffer.from(JSON.stringify({ __metadata__: { seed } }))
  const start = Buffer.alloc(8)
  start.writeBigUInt64LE(BigInt(header.length))
  return Buffer.concat([start, header, Buffer.alloc(size - 8 - header.length, seed)])
}
const served = (bytes: Buffer): ServedFile => ({
  size: bytes.length,
  read: (start, end) => bytes.subarray(start, end),
  etag: '"1"',
})
const hashOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

const lora = weights(300_000, 'lora')
const vae = weights(200_000, 'vae')
const gated = weights(100_000, 'gated')
const entry = (file: string, folder: string, bytes: Buffer | null, licence: string): Model => ({
  file,
  folder,
  source: { repo: 'maker/repo', path: file },
  bytes: bytes?.length ?? null,
  sha256: bytes && hashOf(bytes),
  licence: { id: licence, commercial: true },
  evidence: 'this test',
  alternatives: [],
})
const catalogue = [
  entry('lora.safetensors', 'loras', lora, 'Apache-2.0'),
  entry('vae.safetensors', 'vae', vae, 'MIT'),
  entry('gated.safetensors', 'vae', gated, 'FLUX.1 [dev] Non-Commercial'),
  entry('unknown.safetensors', 'vae', null, 'Apache-2.0'),
  { ...entry('bring.safetensors', 'vae', null, 'Apache-2.0'), source: null },
]
const library: WorkflowLibrary = {
  workflows: new Map(),
  models: new Map(catalogue.map((model) => [model.file, model])),
  packages: new Map(),
}

let dir: string
let db: Database
let hub: FileServer
let settings: Settings
let models: Models
let heard: EventBody[]
let environment: Record<string, string | undefined>
let vault: SecretVault | undefined

function open(): Models {
  return createModels({
    dataDir: dir,
    table: modelTable(db),
    settings: () => settings,
    events: { emit: (body) => void heard.push(body) },
    library: async () => library,
    licences: () => loadLicences(workflowFolder()),
    // Patient: a machine that stalls is no server that does, and requests are counted here.
    downloader: createDownloader({ retryMs: 5, idleMs: 20_000, connectMs: 20_000, environment: {} }),
    environment,
    vault,
    onReady() {},
    logger: { debug() {}, info() {}, warn() {}, error() {} },
  })
}

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'recast-models-'))
  db = await openDatabase({ path: join(dir, 'recast.db') })
  hub = await startFileServer()
  vault = undefined
  for (const [name, bytes] of Object.entries({ lora, vae, gated, unknown: vae })) {
    hub.put(`/maker/repo/resolve/main/${name}.safetensors`, served(bytes))
  }
  settings = settingsSchema.parse({ modelEndpoint: hub.url })
  heard = []
  environment = {}
  models = open()
})

afterEach(async () => {
  await models.close()
  db.close()
  await hub.close()
  await rm(dir, { recursive: true, force: true, maxRetries: 5 })
})

const view = async (file: string): Promise<ModelView> => {
  const found = (await models.list()).models.find((model) => model.file === file)
  if (!found) throw new Error(`no ${file}`)
  return found
}
const pull = (files: string[], accept: string[] = []) => models.pull({ files, accept, ignoreSpace: false })
async function settled(file: string): Promise<ModelView> {
  const state = async (): Promise<string> => (await view(file)).download?.state ?? 'none'
  await expect.poll(state).toMatch(/none|failed|paused/)
  return await view(file)
}
const failure = (work: Promise<unknown>): Promise<AppError> =>
  work.then(
    () => {
      throw new Error('it succeeded')
    },
    (error: unknown) => error as AppError,
  )

describe('getting what is missing', () => {
  it('brings it into its folder, checked, with events on the way', async () => {
    expect(await view('lora.safetensors')).toMatchObject({ state: 'missing', page: `${hub.url}/maker/repo` })
    await pull(['lora.safetensors', 'vae.safetensors'])
    expect(await settled('lora.safetensors')).toMatchObject({ state: 'ready', verified: true, bytesOnDisk: lora.length })
    expect(await settled('vae.safetensors')).toMatchObject({ state: 'ready', verified: true })
    expect(hashOf(await readFile(join(dir, 'models', 'loras', 'lora.safetensors')))).toBe(hashOf(lora))
    await expect.poll(() => heard.some((body) => body.type === 'model' && body.model.state === 'ready')).toBe(true)
    expect(heard.some((body) => body.type === 'model.progress')).toBe(true)
  })

  it('asks for the licence where it wants to be accepted, once', async () => {
    const refused = await failure(pull(['gated.safetensors']))
    expect(refused).toMatchObject({ code: 'input.conflict', detail: { licences: ['FLUX.1 [dev] Non-Commercial'] } })
    expect(hub.asked).toHaveLength(0)
    await pull(['gated.safetensors'], ['FLUX.1 [dev] Non-Commercial'])
    expect(await settled('gated.safetensors')).toMatchObject({ state: 'ready', licence: { ask: true, accepted: true } })
    await rm(join(dir, 'models', 'vae', 'gated.safetensors'))
    await pull(['gated.safetensors'])
    expect((await settled('gated.safetensors')).state).toBe('ready')
  })

  it.each([
    ['gated', { status: 403, headers: { 'x-error-code': 'GatedRepo' } }, 'download.gated'],
    ['missing', { status: 404 }, 'download.missing'],
    ['refused', { status: 403 }, 'download.denied'],
  ])('tells %s', async (_name, answer, code) => {
    hub.faults(() => ({ kind: 'status', ...answer }))
    await pull(['lora.safetensors'])
    expect((await settled('lora.safetensors')).download).toMatchObject({ state: 'failed', error: { code } })
  })

  it('tells changed (another size) and corrupt (other bytes) apart', async () => {
    hub.put('/maker/repo/resolve/main/lora.safetensors', served(weights(300_001, 'lora')))
    hub.put('/maker/repo/resolve/main/vae.safetensors', served(weights(vae.length, 'eav')))
    await pull(['lora.safetensors', 'vae.safetensors'])
    expect((await settled('lora.safetensors')).download?.error?.code).toBe('download.changed')
    expect((await settled('vae.safetensors')).download?.error?.code).toBe('download.corrupt')
    expect((await view('vae.safetensors')).state).toBe('missing')
  })

  it('says that a file can only be brought by hand', async () => {
    expect((await failure(pull(['bring.safetensors']))).code).toBe('download.missing')
  })

  it('asks mirrors after the endpoint, and never with the token', async () => {
    const mirror = await startFileServer()
    mirror.put('/maker/repo/resolve/main/lora.safetensors', served(lora))
    settings = { ...settings, modelMirrors: [mirror.url] }
    await models.setToken('hf_secret')
    hub.faults(() => ({ kind: 'status', status: 404 }))
    await pull(['lora.safetensors'])
    expect((await settled('lora.safetensors')).state).toBe('ready')
    expect(hub.asked.map((one) => one.authorization)).toEqual(['Bearer hf_secret'])
    expect(mirror.asked.map((one) => one.authorization)).toEqual([undefined])
    expect((await stat(join(dir, 'model-token.json'))).mode & 0o077).toBe(0)
    await mirror.close()
  })

  it('has the keychain seal the token, and goes on without it where that does not give it', async () => {
    await models.close()
    const isOpen = async () => (await readFile(join(dir, 'model-token.json'), 'utf8')).includes('hf_secret')
    // Left open by a Recast without a keychain.
    models = open()
    await models.setToken('hf_secret')
    expect(await isOpen()).toBe(true)
    await models.close()
    vault = cipherVault()
    models = open()
    expect((await models.list()).tokenFor).toHaveLength(1)
    await expect.poll(isOpen).toBe(false)
    await models.setToken('hf_secret')
    expect(await isOpen()).toBe(false)
    await models.close()
    models = open()
    await pull(['lora.safetensors'])
    await settled('lora.safetensors')
    expect(hub.asked.map((one) => one.authorization)).toEqual(['Bearer hf_secret'])
    await models.close()
    vault = undefined
    models = open()
    expect((await models.list()).tokenFor).toEqual([])
  })

  it("keeps the environment's token from an endpoint that was set in Recast", async () => {
    await models.close()
    environment = { HF_TOKEN: 'hf_secret' }
    models = open()
    await pull(['lora.safetensors'])
    await settled('lora.safetensors')
    expect(hub.asked.map((one) => one.authorization)).toEqual([undefined])
  })
})

describe('the queue', () => {
  it('pauses, survives a restart, and goes on where it stopped', async () => {
    hub.faults(() => ({ kind: 'slow', bytesPerSecond: 100_000 }))
    await pull(['lora.safetensors'])
    await expect.poll(() => heard.some((body) => body.type === 'model.progress' && body.download.bytes > 30_000)).toBe(true)
    await models.pause(undefined)
    const paused = await view('lora.safetensors')
    expect(paused.download?.state).toBe('paused')
    expect(paused.download?.bytes).toBeGreaterThan(30_000)
    await models.close()
    models = open()
    models.start()
    expect((await view('lora.safetensors')).download?.state).toBe('paused')
    hub.faults(() => null)
    await models.resume(undefined)
    expect((await settled('lora.safetensors')).state).toBe('ready')
    expect(hub.asked.at(-1)?.range).toBe(`bytes=${paused.download?.bytes}-`)
  })

  it('goes on by itself when Recast was closed in the middle', async () => {
    hub.faults(() => ({ kind: 'slow', bytesPerSecond: 100_000 }))
    await pull(['lora.safetensors'])
    await expect.poll(() => heard.some((body) => body.type === 'model.progress' && body.download.bytes > 30_000)).toBe(true)
    await models.close()
    hub.faults(() => null)
    models = open()
    models.start()
    expect((await settled('lora.safetensors')).state).toBe('ready')
    expect(hub.asked.at(-1)?.range).toMatch(/^bytes=\d{5,}-$/)
  })

  it('throws away what came when it is cancelled', async () => {
    hub.faults(() => ({ kind: 'slow', bytesPerSecond: 100_000 }))
    await pull(['lora.safetensors'])
    await expect.poll(() => heard.some((body) => body.type === 'model.progress' && body.download.bytes > 30_000)).toBe(true)
    await models.cancel(['lora.safetensors'])
    expect((await view('lora.safetensors')).download).toBeUndefined()
    await expect(stat(join(dir, 'models', 'loras', 'lora.safetensors.part'))).rejects.toThrow('ENOENT')
  })
})

describe('what is on the disk already', () => {
  it('is linked, not copied and not fetched', async () => {
    const comfy = join(dir, 'ComfyUI')
    await mkdir(join(comfy, 'models', 'loras', 'mine'), { recursive: true })
    await writeFile(join(comfy, 'main.py'), '')
    // Under another name: its size finds it, its hash proves it.
    const own = join(comfy, 'models', 'loras', 'mine', 'renamed.safetensors')
    await writeFile(own, lora)
    settings = { ...settings, modelFolders: [comfy] }
    expect(await view('lora.safetensors')).toMatchObject({ state: 'elsewhere', path: own })
    await pull(['lora.safetensors'])
    expect((await settled('lora.safetensors')).state).toBe('ready')
    expect(hub.asked).toHaveLength(0)
    const [linked, first] = await Promise.all([stat(join(dir, 'models', 'loras', 'lora.safetensors')), stat(own)])
    expect(linked.ino).toBe(first.ino)
  })

  it('with the same name and size but other bytes is not taken', async () => {
    const other = join(dir, 'others')
    await mkdir(join(other, 'loras'), { recursive: true })
    await writeFile(join(other, 'loras', 'lora.safetensors'), weights(lora.length, 'fake'))
    settings = { ...settings, modelFolders: [other] }
    await pull(['lora.safetensors'])
    expect((await settled('lora.safetensors')).state).toBe('ready')
    expect(hashOf(await readFile(join(dir, 'models', 'loras', 'lora.safetensors')))).toBe(hashOf(lora))
  })

  it('under its name with another size is damaged, and is put aside when it is fetched again', async () => {
    const path = join(dir, 'models', 'loras', 'lora.safetensors')
    await mkdir(join(dir, 'models', 'loras'), { recursive: true })
    await writeFile(path, 'half')
    expect((await view('lora.safetensors')).state).toBe('damaged')
    await pull(['lora.safetensors'])
    expect((await settled('lora.safetensors')).state).toBe('ready')
    expect(await readFile(`${path}.damaged`, 'utf8')).toBe('half')
  })
})

describe('importing by hand', () => {
  it('knows a file by its hash, whatever its name', async () => {
    const path = join(dir, 'download (3).safetensors')
    await writeFile(path, vae)
    const done = await models.importFile({ path })
    expect(done).toMatchObject({ path: join(dir, 'models', 'vae', 'vae.safetensors'), model: { state: 'ready', verified: true } })
    expect((await lstat(done.path)).isFile()).toBe(true)
  })

  it('refuses a pickle, a half file, a false name, and what it does not know without a folder', async () => {
    const put = async (name: string, bytes: Buffer | string): Promise<string> => {
      await writeFile(join(dir, name), bytes)
      return join(dir, name)
    }
    expect((await failure(models.importFile({ path: await put('a.ckpt', 'x') }))).code).toBe('input.unsupported_format')
    expect(toAppError(await failure(models.importFile({ path: join(dir, 'mistyped.ckpt') }))).code).toBe('input.not_found')
    expect((await failure(models.importFile({ path: await put('b.safetensors', 'x') }))).code).toBe('input.damaged')
    expect((await failure(models.importFile({ path: await put('lora.safetensors', vae.subarray(0, 1000)) }))).code).toBe(
      'download.corrupt',
    )
    const mine = await put('mine.safetensors', weights(5_000, 'mine'))
    expect((await failure(models.importFile({ path: mine }))).code).toBe('input.not_found')
    expect((await models.importFile({ path: mine, folder: 'loras' })).path).toBe(join(dir, 'models', 'loras', 'mine.safetensors'))
    expect((await models.unused()).files.map((file) => file.name)).toEqual(['mine.safetensors'])
  })
})

describe('verifying', () => {
  it('finds a file that rotted on the disk', async () => {
    await pull(['lora.safetensors', 'vae.safetensors', 'unknown.safetensors'])
    for (const file of ['lora', 'vae', 'unknown']) await settled(`${file}.safetensors`)
    const path = join(dir, 'models', 'loras', 'lora.safetensors')
    const rotten = Buffer.from(lora)
    rotten[200_000] = 1
    await writeFile(path, rotten)
    const { results } = await models.verify(undefined)
    expect(Object.fromEntries(results.map((one) => [one.file, one.result]))).toEqual({
      'lora.safetensors': 'damaged',
      'vae.safetensors': 'ok',
      'unknown.safetensors': 'ok',
    })
    expect((await view('lora.safetensors')).state).toBe('damaged')
  })
})

describe('a folder that may not be written', () => {
  it.skipIf(process.getuid?.() === 0)('is said', async () => {
    await mkdir(join(dir, 'models'), { mode: 0o555 })
    await pull(['lora.safetensors'])
    expect((await settled('lora.safetensors')).download?.error?.code).toBe('io.permission')
    await chmod(join(dir, 'models'), 0o755)
  })
})
