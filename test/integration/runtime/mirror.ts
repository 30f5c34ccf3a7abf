import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { create } from 'tar'
import { unpackArchive } from '#core/runtime/install/archive'
import type { Pin, Recipe } from '#core/runtime/recipe'

const root = join(import.meta.dirname, '..', '..', '..')
export const toolsFolder = join(root, 'resources', 'runtime')

/** A loopback forge and package index with the stand-in on it. */
export interface Mirror {
  url: string
  index: string
  /** Bytes sent of each path. */
  sent: Map<string, number>
  requests: string[]
  /** Requests for these paths are taken and not answered, while set; {@link Mirror.letGo} answers them. */
  hold: RegExp | undefined
  letGo(): void
  /** Milliseconds between pieces of 16 KB; 0 sends at once. */
  pace: number
  /** Answers everything so, while set. */
  status: number | undefined
  /** Sends these bytes instead of archives, while set. */
  instead: Buffer | undefined
  close(): Promise<void>
}

/** Everything that an installation of the stand-in is made from. */
export interface StandIn {
  recipe: Recipe
  archive: string
  wheel: string
}

/** Makes a wheel of one module in a folder that a mirror serves; answers its line for a lock. */
export function makeWheel(
  folder: string,
  name: string,
  version: string,
  module: string,
  text: string,
): { path: string; lock: string } {
  const script = join(root, 'test', 'fakes', 'managed-comfyui', 'make_wheel.py')
  const [file = '', sha256 = ''] = execFileSync('python3', [script, folder, name, version, module, text], { encoding: 'utf8' })
    .trim()
    .split(' ')
  return { path: join(folder, file), lock: `${name}==${version} --hash=sha256:${sha256}\n` }
}

/** Makes the stand-in's archives, wheel and recipe in a folder; the hash and tree ids are those of what was made. */
export async function makeStandIn(
  folder: string,
  { nodes = { StandinNode: [] } }: { /** Modules that each custom node imports. */ nodes?: Record<string, string[]> } = {},
): Promise<StandIn> {
  const source = join(folder, 'source')
  const program = join(source, 'ComfyUI-pinned')
  cpSync(join(root, 'test', 'fakes', 'managed-comfyui'), program, {
    recursive: true,
    filter: (path) => !path.includes('__pycache__'),
  })
  cpSync(join(root, 'test', 'fakes', 'comfyui', 'object_info.json'), join(program, 'object_info.json'))
  const archive = join(folder, 'ComfyUI.tar.gz')
  await create({ gzip: { level: 1 }, file: archive, cwd: source, portable: true }, ['ComfyUI-pinned'])
  const commit = 'c'.repeat(40)
  const pins: Pin[] = []
  for (const [id, imports] of Object.entries(nodes)) {
    mkdirSync(join(source, `${id}-pinned`))
    const lines = [...imports.map((module) => `import ${module}`), `NODE_CLASS_MAPPINGS = {"${id}": object}`, '']
    writeFileSync(join(source, `${id}-pinned`, '__init__.py'), lines.join('\n'))
    const packed = join(folder, `${id}.tar.gz`)
    await create({ gzip: true, file: packed, cwd: source, portable: true }, [`${id}-pinned`])
    const { tree } = await unpackArchive(packed, join(folder, `looked-at-${id}`))
    pins.push({ id, repository: `standin/${id}`, commit, tree, licence: 'MIT', sentinels: [id] })
  }
  const { tree } = await unpackArchive(archive, join(folder, 'looked-at'))
  const wheel = makeWheel(folder, 'recast-standin', '1.0.0', 'recast_standin', 'GREETING = "recast-standin 1.0.0"\n')
  return {
    archive,
    wheel: wheel.path,
    recipe: {
      python: '3',
      comfyui: {
        id: 'ComfyUI',
        repository: 'standin/ComfyUI',
        commit,
        tree,
        licence: 'MIT',
        sentinels: ['KSampler', 'SaveImage'],
        version: '0.0.7',
      },
      nodes: pins,
      imports: ['recast_standin'],
      lock: { name: 'standin.txt', text: wheel.lock },
      device: 'cpu',
      generation: undefined,
      index: 'default',
      sources: { archives: 'http://127.0.0.1:9', torch: 'http://127.0.0.1:9' },
      tools: toolsFolder,
    },
  }
}

/** Serves the stand-in: archives with ranges and an ETag, and a simple index. */
export async function startMirror(folder: string): Promise<Mirror> {
  const sent = new Map<string, number>()
  const requests: string[] = []
  const held: (() => void)[] = []
  const server = createServer((request, response) => answer(request, response))
  function answer(request: IncomingMessage, response: ServerResponse): void {
    const path = (request.url ?? '').split('?')[0] ?? ''
    requests.push(`${request.method} ${path} ${request.headers.range ?? ''}`.trim())
    if (mirror.hold?.test(path)) return void held.push(() => answer(request, response))
    if (mirror.status !== undefined) return void response.writeHead(mirror.status).end()
    const archive = /\/standin\/(\w+)\/archive\/c{40}\.tar\.gz$/.exec(path)?.[1]
    const wheel = /\/files\/([\w.-]+\.whl)$/.exec(path)?.[1]
    const wanted = /^\/simple\/([\w-]+)\/$/.exec(path)?.[1]?.replaceAll('-', '_')
    const wheels = wanted === undefined ? [] : readdirSync(folder).filter((name) => name.startsWith(`${wanted}-`))
    if (wheels.length > 0) {
      const links = wheels.map((name) => `<a href="/files/${name}">${name}</a>`).join('')
      return void response.setHeader('content-type', 'text/html').end(`<html><body>${links}</body></html>`)
    }
    const file = archive ? join(folder, `${archive}.tar.gz`) : wheel ? join(folder, wheel) : undefined
    if (!file) return void response.writeHead(404).end()
    const body = archive && mirror.instead ? mirror.instead : readFileSync(file)
    const from =
      request.headers['if-range'] === undefined || request.headers['if-range'] === '"v1"'
        ? Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0)
        : 0
    const part = body.subarray(from)
    response.writeHead(from > 0 ? 206 : 200, {
      etag: '"v1"',
      'accept-ranges': 'bytes',
      'content-length': part.length,
      ...(from > 0 ? { 'content-range': `bytes ${from}-${body.length - 1}/${body.length}` } : {}),
    })
    if (request.method === 'HEAD') return void response.end()
    void drip(path, part, response)
  }
  async function drip(path: string, body: Buffer, response: ServerResponse): Promise<void> {
    for (let at = 0; at < body.length && !response.destroyed; at += 16_384) {
      const piece = body.subarray(at, at + 16_384)
      sent.set(path, (sent.get(path) ?? 0) + piece.length)
      response.write(piece)
      if (mirror.pace > 0) await sleep(mirror.pace)
    }
    response.end()
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const mirror: Mirror = {
    url,
    index: `${url}/simple`,
    sent,
    requests,
    hold: undefined,
    letGo() {
      mirror.hold = undefined
      for (const go of held.splice(0)) go()
    },
    pace: 0,
    status: undefined,
    instead: undefined,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
  return mirror
}
