import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { FakeClients } from './clients'
import { type Faults, noFaults } from './faults'
import { type FakeObjectInfo, refusalOf, withoutFiles } from './validate'
import { answerView } from './view-answers'
import { type Colour, type FakeGraph, type FakeValue, isOutputClass, runNode, runOrder, signatureOf } from './graph-run'

/** A double of ComfyUI 0.8.0 over real HTTP and sockets: its answers have the shapes and the order of the recordings beside it. */
export interface FakeComfyUi {
  readonly url: string
  readonly faults: Faults
  /** How often each prompt id was executed. */
  readonly executions: ReadonlyMap<string, number>
  /** Every request: method and path. */
  readonly requests: readonly string[]
  /** Node ids taken from the cache, by prompt id. */
  readonly cached: ReadonlyMap<string, readonly string[]>
  readonly uploads: readonly string[]
  /** Every graph that was taken, in order. */
  readonly graphs: readonly FakeGraph[]
  /** Files on its disk, by `output/NAME` and `input/NAME`. */
  readonly files: ReadonlyMap<string, Buffer>
  /** Puts these model files there, or takes others away; the lists say so at once. */
  lacks(files: readonly string[]): void
  /** Deletes what was uploaded. */
  forgetUploads(): void
  /** Cuts every open socket and connection. */
  cut(): void
  /** Ends and starts again on the same port, with queue, history and cache forgotten; uploads stay on its disk. */
  restart(downMs: number): Promise<void>
  close(): Promise<void>
}

export interface FakeOptions {
  /** Milliseconds for a sampler step. */
  stepMs?: number
  /** Milliseconds for each node that saves a picture. */
  saveMs?: number
  headers?: Record<string, string>
  faults?: Partial<Faults>
  /** Its port on the loopback; absent: a free one. Rejects when it is taken. */
  port?: number
  /** Bytes of its card; absent: a CPU, as in the recordings. */
  vram?: { total: number; free: number }
  /** Model files that it does not have. */
  without?: string[]
  /** What each prompt paints, so that a test can tell whose result a picture is; absent: the photo as it came, or the seed's colours. */
  colourOf?: (graph: FakeGraph) => Colour
}

interface Prompt {
  number: number
  id: string
  graph: FakeGraph
  clientId: string | undefined
}

const objectInfo = JSON.parse(readFileSync(join(import.meta.dirname, 'object_info.json'), 'utf8')) as FakeObjectInfo

/** A device as `/system_stats` lists it: the recordings' CPU, or a card of so many bytes in the same fields. */
function device(vram: FakeOptions['vram']): object {
  const { total, free } = vram ?? { total: 2e10, free: 1e10 }
  const which = vram
    ? { name: 'cuda:0 NVIDIA GeForce RTX 4090 : cudaMallocAsync', type: 'cuda', index: 0 }
    : { name: 'cpu', type: 'cpu', index: null }
  return { ...which, vram_total: total, vram_free: free, torch_vram_total: total, torch_vram_free: free }
}

/** Starts a double on a free loopback port. */
export async function startFakeComfyUi(options: FakeOptions = {}): Promise<FakeComfyUi> {
  const faults: Faults = { ...noFaults, ...options.faults }
  let info = withoutFiles(objectInfo, options.without ?? [])
  const files = new Map<string, Buffer>()
  const requests: string[] = []
  const executions = new Map<string, number>()
  const cachedNodes = new Map<string, string[]>()
  const uploads: string[] = []
  const graphs: FakeGraph[] = []
  let pending: Prompt[] = []
  let running: Prompt | undefined
  let interrupted = new Set<string>()
  let history = new Map<string, object>()
  let cache = new Map<string, FakeValue & { images?: object[] }>()
  let number = 0
  /** How many pictures there are under a prefix. */
  const saved = new Map<string, number>()
  let generation = 0
  const clients = new FakeClients(faults)
  const connections = new Set<Socket>()

  const queueLength = (): number => pending.length + (running ? 1 : 0)
  function status(): void {
    clients.tellAll({ type: 'status', data: { status: { exec_info: { queue_remaining: queueLength() } } } })
  }

  async function sample(prompt: Prompt, id: string): Promise<void> {
    const steps = Number(prompt.graph[id]?.inputs.steps ?? 1)
    for (let value = 1; value <= steps; value++) {
      await sleep(options.stepMs ?? 2)
      if (interrupted.has(prompt.id)) throw new Interrupted(id)
      await clients.preview(prompt.clientId, prompt.id, id)
      clients.tell(prompt.clientId, { type: 'progress', data: { value, max: steps, prompt_id: prompt.id, node: id } })
    }
    if (faults.outOfMemory)
      throw Object.assign(new Error('CUDA out of memory. Tried to allocate 2.00 GiB'), {
        exceptionType: 'torch.OutOfMemoryError',
      })
  }

  async function execute(prompt: Prompt): Promise<void> {
    const { id, clientId, graph } = prompt
    const own = generation
    const order = runOrder(graph)
    const values = new Map<string, FakeValue>()
    const outputs: Record<string, object> = {}
    const cachedHere = order.filter((node) => cache.has(signatureOf(graph, node)))
    cachedNodes.set(id, cachedHere)
    executions.set(id, (executions.get(id) ?? 0) + 1)
    const messages: [string, object][] = []
    const say = (type: string, data: object): void => {
      const full = { ...data, prompt_id: id, timestamp: Date.now() }
      messages.push([type, full])
      clients.tell(clientId, { type, data: full })
    }
    let end: { status_str: string; completed: boolean } = { status_str: 'success', completed: true }
    const endAttack = clients.attack(clientId)
    say('execution_start', {})
    say('execution_cached', { nodes: cachedHere })
    try {
      for (const node of order) {
        if (own !== generation) return
        const key = signatureOf(graph, node)
        const known = cache.get(key)
        const classType = graph[node]?.class_type ?? ''
        if (known) {
          values.set(node, known)
        } else {
          if (interrupted.has(id)) throw new Interrupted(node)
          clients.tell(clientId, { type: 'executing', data: { node, display_node: node, prompt_id: id } })
          if (options.saveMs && isOutputClass(classType)) await sleep(options.saveMs)
          if (/KSampler|SamplerCustom/.test(classType) && !classType.endsWith('Select')) await sample(prompt, node)
          values.set(node, await runNode(graph, node, values, (name) => files.get(`input/${name}`), options.colourOf))
        }
        const value = values.get(node)
        let images = known?.images
        if (isOutputClass(classType) && !images && value?.picture) {
          const prefix =
            String(graph[node]?.inputs.filename_prefix ?? 'ComfyUI')
              .split('/')
              .pop() ?? ''
          images = [value.picture, ...(value.more ?? [])].map((picture) => {
            const count = (saved.get(prefix) ?? 0) + 1
            saved.set(prefix, count)
            const filename = faults.lyingName ?? `${prefix}_${String(count).padStart(5, '0')}_.png`
            files.set(`output/${filename}`, picture)
            return { filename, subfolder: '', type: 'output' }
          })
        }
        if (images) {
          outputs[node] = { images }
          clients.tell(clientId, { type: 'executed', data: { node, display_node: node, output: { images }, prompt_id: id } })
        }
        if (value) cache.set(key, images ? { ...value, images } : value)
      }
      say('execution_success', {})
    } catch (thrown) {
      end = { status_str: 'error', completed: false }
      const error = thrown as Error & { exceptionType?: string; node?: string }
      if (thrown instanceof Interrupted)
        say('execution_interrupted', { node_id: thrown.node, node_type: graph[thrown.node]?.class_type, executed: [] })
      else
        say('execution_error', {
          node_id: '3',
          node_type: 'KSampler',
          executed: [],
          exception_message: error.message,
          exception_type: error.exceptionType ?? 'RuntimeError',
          traceback: [],
        })
    }
    endAttack()
    const write = (): void =>
      void (
        own === generation &&
        history.set(id, {
          prompt: [prompt.number, id, graph, { client_id: clientId }, []],
          outputs,
          status: { ...end, messages },
          meta: {},
        })
      )
    if (faults.historyLateMs > 0) setTimeout(write, faults.historyLateMs)
    else setImmediate(write)
  }

  async function work(): Promise<void> {
    if (running) return
    for (let next = pending.shift(); next; next = pending.shift()) {
      running = next
      status()
      const own = generation
      await execute(next)
      if (own !== generation) return
      running = undefined
      status()
      clients.tell(next.clientId, { type: 'executing', data: { node: null, prompt_id: next.id } })
    }
  }

  const queueItem = (prompt: Prompt): unknown[] => [prompt.number, prompt.id, prompt.graph, { client_id: prompt.clientId }, []]

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://x')
    const path = url.pathname.replace(/^\/api(?=\/)/, '')
    requests.push(`${request.method} ${url.pathname}`)
    const body = await buffer(request)
    if (faults.delayMs > 0) await sleep(faults.delayMs)
    const json = (value: unknown, code = 200): void => {
      const text = JSON.stringify(value)
      if (faults.halfAnswers > 0) {
        faults.halfAnswers -= 1
        response.writeHead(code, { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(text) })
        response.write(text.slice(0, text.length >> 1))
        return void setTimeout(() => request.socket.destroy(), 5)
      }
      response
        .writeHead(code, { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(text) })
        .end(text)
    }
    const empty = (code: number): void => void response.writeHead(code, { 'content-length': '0' }).end()
    for (const [name, value] of Object.entries(options.headers ?? {}))
      if (request.headers[name.toLowerCase()] !== value) return empty(401)
    if (faults.errors500 > 0) {
      faults.errors500 -= 1
      return empty(500)
    }
    if (faults.endlessJson && request.method === 'GET' && /^\/(?:queue|history)/.test(path)) {
      return answerView('endless', Buffer.alloc(0), request, response)
    }
    const route = `${request.method} ${path.split('/')[1] ?? ''}`
    switch (route) {
      case 'GET system_stats':
        return json({
          system: {
            os: 'linux',
            ram_total: 2e10,
            ram_free: 1e10,
            comfyui_version: '0.8.0',
            python_version: '3.11',
            pytorch_version: '2.9',
            argv: ['main.py', '--cpu'],
          },
          devices: [device(options.vram)],
        })
      case 'GET object_info':
        return json(info)
      case 'GET features':
        return json({ supports_preview_metadata: true, max_upload_size: 104857600 })
      case 'GET prompt':
        return json({ exec_info: { queue_remaining: queueLength() } })
      case 'GET embeddings':
        return json([])
      case 'GET queue':
        return json({ queue_running: running ? [queueItem(running)] : [], queue_pending: pending.map(queueItem) })
      case 'POST queue': {
        const { delete: ids } = JSON.parse(body.toString()) as { delete?: string[] }
        pending = pending.filter((prompt) => !ids?.includes(prompt.id))
        return empty(200)
      }
      case 'GET history': {
        const id = path.split('/')[2]
        return json(id === undefined ? Object.fromEntries(history) : history.has(id) ? { [id]: history.get(id) } : {})
      }
      case 'POST interrupt': {
        const { prompt_id: id } = JSON.parse(body.toString() || '{}') as { prompt_id?: string }
        if (running && (id === undefined || id === running.id)) interrupted.add(running.id)
        return empty(200)
      }
      case 'POST free':
        cache = new Map()
        return empty(200)
      case 'POST prompt': {
        if (faults.redirectPosts) return answerView('redirect', body, request, response)
        if (faults.losePosts > 0) {
          faults.losePosts -= 1
          return void request.socket.destroy()
        }
        const { prompt, client_id, prompt_id } = JSON.parse(body.toString()) as {
          prompt: FakeGraph
          client_id?: string
          prompt_id?: string
        }
        const refusal = refusalOf(prompt, info, (name) => files.has(`input/${name}`))
        if (refusal) return json(refusal, 400)
        const id = prompt_id ?? randomUUID()
        graphs.push(prompt)
        pending.push({ number: number++, id, graph: prompt, clientId: client_id })
        void work()
        if (faults.loseAnswers > 0) {
          faults.loseAnswers -= 1
          return void request.socket.destroy()
        }
        return json({ prompt_id: id, number: number - 1, node_errors: {} })
      }
      case 'POST upload': {
        const form = await new Response(new Uint8Array(body), {
          headers: { 'content-type': request.headers['content-type'] ?? '' },
        }).formData()
        const image = form.get('image')
        if (!(image instanceof File)) return empty(400)
        files.set(`input/${image.name}`, Buffer.from(await image.arrayBuffer()))
        uploads.push(image.name)
        return json({ name: image.name, subfolder: '', type: 'input' })
      }
      case 'GET view': {
        const file = files.get(`${url.searchParams.get('type') ?? 'output'}/${url.searchParams.get('filename') ?? ''}`)
        return file ? answerView(faults.view, file, request, response) : empty(404)
      }
      default:
        return empty(404)
    }
  }

  function listen(port: number): Promise<Server> {
    const http = createServer((request, response) => {
      answer(request, response).catch(() => response.destroyed || response.writeHead(500).end())
    })
    http.on('connection', (socket) => {
      connections.add(socket)
      socket.on('close', () => connections.delete(socket))
    })
    http.on('upgrade', (request, socket, head) => {
      const refused = Object.entries(options.headers ?? {}).some(([name, value]) => request.headers[name.toLowerCase()] !== value)
      if (refused) return void socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n')
      clients.take(request, socket, head, queueLength())
    })
    return new Promise((resolve, reject) => {
      http.once('error', reject)
      http.listen(port, '127.0.0.1', () => resolve(http))
    })
  }

  let http = await listen(options.port ?? 0)
  const { port } = http.address() as AddressInfo
  const cut = (): void => {
    clients.cut()
    for (const socket of connections) socket.destroy()
  }
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      generation += 1
      cut()
      http.close(() => resolve())
    })

  return {
    url: `http://127.0.0.1:${port}`,
    faults,
    executions,
    requests,
    cached: cachedNodes,
    uploads,
    graphs,
    files,
    lacks(missing) {
      info = withoutFiles(objectInfo, missing)
    },
    forgetUploads() {
      for (const name of files.keys()) if (name.startsWith('input/')) files.delete(name)
    },
    cut,
    async restart(downMs) {
      await stop()
      pending = []
      running = undefined
      interrupted = new Set()
      history = new Map()
      cache = new Map()
      await sleep(downMs)
      http = await listen(port)
    },
    close: stop,
  }
}

class Interrupted extends Error {
  constructor(readonly node: string) {
    super('interrupted')
  }
}
