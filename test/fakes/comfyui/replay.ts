import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { WebSocketServer, type WebSocket } from 'ws'

/** A line of a recording (see recordings/NOTICE.md). */
export interface RecordedLine {
  dir: 'send' | 'recv' | 'open' | 'close'
  via: 'http' | 'ws'
  client?: string
  method?: string
  path?: string
  status?: number
  body?: { prompt?: Record<string, { class_type: string; inputs: Record<string, unknown> }> }
  json?: unknown
  text?: string
  base64?: string
}

/** A prompt of a recording that the server took. */
export interface RecordedPrompt {
  id: string
  graph: NonNullable<NonNullable<RecordedLine['body']>['prompt']>
  /** What was said on its client's socket from its post to its end. */
  messages: RecordedLine[]
  /** What the history answered for it in the end; absent where nobody asked. */
  history: unknown
}

/** The lines of a recording, without the one that says what it is about. */
export function readRecording(name: string): RecordedLine[] {
  return readFileSync(join(import.meta.dirname, 'recordings', name), 'utf8')
    .split('\n')
    .filter(Boolean)
    .slice(1)
    .map((line) => JSON.parse(line) as RecordedLine)
}

/** Every prompt that a recording's client posted and the server took. */
export function recordedPrompts(lines: readonly RecordedLine[]): RecordedPrompt[] {
  return lines.flatMap((line, index) => {
    if (line.dir !== 'recv' || line.path !== '/prompt' || line.status !== 200) return []
    const { prompt_id: id } = line.json as { prompt_id?: string }
    const sentAt = lines.findLastIndex((earlier, at) => at < index && earlier.dir === 'send' && earlier.path === '/prompt')
    const graph = lines[sentAt]?.body?.prompt
    if (id === undefined || !graph) return []
    const messages = lines.slice(sentAt).filter(({ dir, via }) => dir === 'recv' && via === 'ws')
    const answers = lines.flatMap(({ dir, via, json }) => {
      const entry = dir === 'recv' && via === 'http' ? (json as Record<string, unknown> | undefined)?.[id] : undefined
      return entry === undefined ? [] : [{ [id]: entry }]
    })
    return [{ id, graph, messages, history: answers.at(-1) }]
  })
}

/** A server that says on demand exactly what was recorded of one prompt, byte for byte on the socket. */
export async function startReplay(
  prompt: RecordedPrompt,
): Promise<{ url: string; posted: string[]; close: () => Promise<void> }> {
  const posted: string[] = []
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false })
  const state: { socket?: WebSocket; said: boolean } = { said: false }

  function sayAll(): void {
    for (const { base64, text, json } of prompt.messages) {
      state.socket?.send(base64 === undefined ? (text ?? JSON.stringify(json)) : Buffer.from(base64, 'base64'))
    }
    state.said = true
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request)
    const { pathname } = new URL(request.url ?? '/', 'http://x')
    const json = (value: unknown): void =>
      void response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(value))
    if (pathname === '/prompt') {
      const { prompt_id } = JSON.parse(body.toString()) as { prompt_id: string }
      posted.push(prompt_id)
      json({ prompt_id, number: 0, node_errors: {} })
      return sayAll()
    }
    const item = [0, prompt.id, {}, {}, []]
    if (pathname === '/queue') return json({ queue_running: state.said ? [] : [item], queue_pending: [] })
    if (pathname.startsWith('/history/')) return json(state.said ? (prompt.history ?? {}) : {})
    response.writeHead(404).end()
  }

  const http = createServer((request, response) => void answer(request, response))
  http.on('upgrade', (request, stream, head) => {
    sockets.handleUpgrade(request, stream, head, (socket) => {
      state.socket = socket
      socket.on('error', () => {})
    })
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    posted,
    close() {
      state.socket?.terminate()
      http.closeAllConnections()
      return new Promise((resolve) => http.close(() => resolve()))
    },
  }
}
