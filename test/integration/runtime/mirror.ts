import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { create } from 'tar'
import { unpackArchive } from '#core/runtime/install/archive'
import type { Recipe } from '#core/runtime/recipe'

const root = join(import.meta.dirname, '..', '..', '..')
export const toolsFolder = join(root, 'resources', 'runtime')

/** A loopback forge and package index with the stand-in on it. */
export interface Mirror {
  url: string
  index: string
  /** Bytes sent of each path. */
  sent: Map<string, number>
  requests: string[]
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

/** Makes the stand-in's archives, wheel and recipe in a folder; the hash and tree ids are those of what was made. */
export async function makeStandIn(folder: string, { brokenNode = false } = {}): Promise<StandIn> {
  const source = join(folder, 'source')
  const program = join(source, 'ComfyUI-pinned')
  cpSync(join(root, 'test', 'fakes', 'managed-comfyui'), program, {
    recursive: true,
    filter: (path) => !path.includes('__pycache__'),
  })
  cpSync(join(root, 'test', 'fakes', 'comfyui', 'object_info.json'), join(program, 'object_info.json'))
  const archive = join(folder, 'ComfyUI.tar.gz')
  await create({ gzip: { level: 1 }, file: archive, cwd: source, portable: true }, ['ComfyUI-pinned'])
  const node = join(source, 'StandinNode-pinned')
  mkdirSync(node)
  writeFileSync(
    join(node, '__init__.py'),
    `${brokenNode ? 'import recast_missing\n' : ''}NODE_CLASS_MAPPINGS = {"StandinNode": object}\n`,
  )
  const nodeArchive = join(folder, 'StandinNode.tar.gz')
  await create({ gzip: true, file: nodeArchive, cwd: source, portable: true }, ['StandinNode-pinned'])
  const [program1, node1] = await Promise.all([
    unpackArchive(archive, join(folder, 'looked-at-1')),
    unpackArchive(nodeArchive, join(folder, 'looked-at-2')),
  ])
  const [name = '', sha256 = ''] = execFileSync('python3', [join(program, 'make_wheel.py'), folder], { encoding: 'utf8' })
    .trim()
    .split(' ')
  const commit = 'c'.repeat(40)
  return {
    archive,
    wheel: join(folder, name),
    recipe: {
      python: '3',
      comfyui: {
        id: 'ComfyUI',
        repository: 'standin/ComfyUI',
        commit,
        tree: program1.tree,
        licence: 'MIT',
        sentinels: ['KSampler', 'SaveImage'],
        version: '0.0.7',
      },
      nodes: [
        {
          id: 'StandinNode',
          repository: 'standin/StandinNode',
          commit,
          tree: node1.tree,
          licence: 'MIT',
          sentinels: ['StandinNode'],
        },
      ],
      imports: ['recast_standin'],
      lock: { name: 'standin.txt', text: `recast-standin==1.0.0 --hash=sha256:${sha256}\n` },
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
  const server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? ''
    requests.push(`${request.method} ${path} ${request.headers.range ?? ''}`.trim())
    if (mirror.status !== undefined) return void response.writeHead(mirror.status).end()
    const archive = /\/standin\/(\w+)\/archive\/c{40}\.tar\.gz$/.exec(path)?.[1]
    const wheel = /\/files\/([\w.-]+\.whl)$/.exec(path)?.[1]
    if (path === '/simple/recast-standin/') {
      const name = 'recast_standin-1.0.0-py3-none-any.whl'
      return void response
        .setHeader('content-type', 'text/html')
        .end(`<html><body><a href="/files/${name}">${name}</a></body></html>`)
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
  })
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
