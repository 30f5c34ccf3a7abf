import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { graphProgress } from './graph-work'
import { readBinary, readText, type ServerMessage } from './messages'
import type { Graph } from '../../workflows/graph'
import { beginWatch, onMessage, onPosted, onReading, type PromptWatch } from './prompt-watch'
import { readHistory, readPost, readQueue, readStats } from './readings'

const folder = join(import.meta.dirname, '../../../../test/fakes/comfyui/recordings')

interface Line {
  t?: number
  dir?: 'send' | 'recv' | 'open' | 'close'
  via?: 'http' | 'ws'
  client?: string
  path?: string
  status?: number
  body?: { prompt?: Graph }
  json?: unknown
  text?: string
  base64?: string
}

function recording(name: string): Line[] {
  return readFileSync(join(folder, name), 'utf8')
    .split('\n')
    .filter(Boolean)
    .slice(1)
    .map((line) => JSON.parse(line) as Line)
}

function messageOf(line: Line): ServerMessage | undefined {
  if (line.dir !== 'recv' || line.via !== 'ws') return undefined
  if (line.base64 !== undefined) return readBinary(Buffer.from(line.base64, 'base64'))
  return readText(line.text ?? JSON.stringify(line.json))
}

/** Every prompt that the recording's client posted and the server took. */
function prompts(lines: Line[]): { id: string; graph: Graph }[] {
  return lines.flatMap((line, index) => {
    if (line.dir !== 'recv' || line.path !== '/prompt' || line.status !== 200) return []
    const id = (line.json as { prompt_id?: string }).prompt_id
    const sent = lines.slice(0, index).findLast((earlier) => earlier.dir === 'send' && earlier.path === '/prompt')
    return id ? [{ id, graph: sent?.body?.prompt ?? {} }] : []
  })
}

function replay(
  name: string,
  prompt: { id: string; graph: Graph },
): { watch: PromptWatch; progress: number[]; previews: number } {
  let watch = beginWatch(prompt.id, 0)
  const progress: number[] = []
  let previews = 0
  for (const line of recording(name)) {
    const message = messageOf(line)
    if (message?.type === 'preview') previews += 1
    if (message) watch = onMessage(watch, message, line.t ?? 0)
    if (line.dir === 'recv' && line.path === `/history/${prompt.id}`) {
      const end = readHistory(line.json, prompt.id)
      if (end) watch = onReading(watch, { place: 'history', end }, line.t ?? 0)
    }
    progress.push(graphProgress(prompt.graph, watch))
  }
  return { watch, progress, previews }
}

describe('recordings of a real server', () => {
  it('hold no message that is taken for garbage', () => {
    const garbage = readdirSync(folder)
      .filter((name) => name.endsWith('.jsonl'))
      .flatMap((name) => recording(name).map((line) => ({ name, message: messageOf(line) })))
      .filter(({ message }) => message?.type === 'garbage')
    expect(garbage).toEqual([])
  })

  it.each(['text2img.jsonl', 'own_prompt_id.jsonl', 'batch_of_three.jsonl', 'finished_while_away.jsonl', 'qwen_edit_2511.jsonl'])(
    '%s ends well, with pictures, and progress never goes back',
    (name) => {
      const [prompt] = prompts(recording(name))
      expect(prompt).toBeDefined()
      const { watch, progress } = replay(name, prompt ?? { id: '', graph: {} })
      expect(watch.end?.type).toBe('success')
      expect(watch.end?.type === 'success' && watch.end.images.length).toBe(name === 'batch_of_three.jsonl' ? 3 : 1)
      expect(progress.every((value, index) => index === 0 || value >= (progress[index - 1] ?? 0))).toBe(true)
    },
  )

  it('previews come as event 4 to a client that asks for metadata, else as event 1', () => {
    const withMetadata = recording('text2img.jsonl')
      .map(messageOf)
      .filter((message) => message?.type === 'preview')
    const legacy = recording('text2img_legacy_previews.jsonl')
      .map(messageOf)
      .filter((message) => message?.type === 'preview')
    expect(withMetadata.length).toBeGreaterThan(0)
    expect(withMetadata.every((message) => message?.type === 'preview' && message.promptId !== undefined)).toBe(true)
    expect(legacy.length).toBeGreaterThan(0)
    expect(
      legacy.every((message) => message?.type === 'preview' && message.promptId === undefined && message.image[0] === 0xff),
    ).toBe(true)
  })

  it('a failed and an interrupted prompt end as what they are, by socket and by history alike', () => {
    const [failed] = prompts(recording('execution_error.jsonl'))
    const failure = replay('execution_error.jsonl', failed ?? { id: '', graph: {} }).watch.end
    expect(failure).toMatchObject({ type: 'error', error: { nodeType: 'CheckpointLoaderSimple', nodeId: '4' } })
    const history = recording('execution_error.jsonl').find(
      (line) => line.dir === 'recv' && line.path === `/history/${failed?.id}`,
    )
    expect(readHistory(history?.json, failed?.id ?? '')).toMatchObject({
      type: 'error',
      error: { nodeType: 'CheckpointLoaderSimple' },
    })
    const [stopped] = prompts(recording('interrupt.jsonl'))
    expect(replay('interrupt.jsonl', stopped ?? { id: '', graph: {} }).watch.end).toEqual({ type: 'interrupted' })
    const stoppedHistory = recording('interrupt.jsonl').find(
      (line) => line.dir === 'recv' && line.path === `/history/${stopped?.id}`,
    )
    expect(readHistory(stoppedHistory?.json, stopped?.id ?? '')).toEqual({ type: 'interrupted' })
  })

  it('success on the socket alone is no end: the history is written after it (hazard 1)', () => {
    const watch = onMessage(beginWatch('a', 0), { type: 'execution_success', promptId: 'a' }, 1)
    expect(watch.phase).toBe('finishing')
    expect(watch.end).toBeUndefined()
  })

  it('success and the pictures of every wanted node are an end, in whatever order they come and however often', () => {
    const image = { filename: 'a.png', subfolder: '', type: 'output' }
    const told = (node: string): ServerMessage => ({ type: 'executed', promptId: 'a', node, images: [image] })
    const success: ServerMessage = { type: 'execution_success', promptId: 'a' }
    for (const order of [
      [told('9'), told('8'), success],
      [told('9'), told('9'), told('7'), success, told('8')],
      [success, told('8'), success, told('9')],
    ]) {
      let watch = onPosted(beginWatch('a', 0, ['8', '9']))
      for (const [at, message] of order.entries()) {
        expect(watch.end).toBeUndefined()
        watch = onMessage(watch, message, at)
      }
      expect(watch.end).toEqual({
        type: 'success',
        images: [
          { node: '8', ...image },
          { node: '9', ...image },
        ],
      })
    }
    const without = [success, told('8')].reduce((watch, message) => onMessage(watch, message, 1), beginWatch('a', 0, ['8', '9']))
    expect(without).toMatchObject({ phase: 'finishing', end: undefined })
    const empty: ServerMessage = { type: 'executed', promptId: 'a', node: '8', images: [] }
    expect(
      [empty, success].reduce((watch, message) => onMessage(watch, message, 1), beginWatch('a', 0, ['8'])).end,
    ).toBeUndefined()
  })

  it.each([
    ['text2img.jsonl', 1],
    ['cached.jsonl', 1],
    ['batch_of_three.jsonl', 3],
    ['qwen_edit_2511.jsonl', 1],
    ['upload_img2img.jsonl', 1],
  ] as const)('%s: the socket says the same pictures as the history, without asking', (name, count) => {
    const ends = prompts(recording(name)).flatMap((prompt) => {
      const wanted = Object.entries(prompt.graph).flatMap(([id, node]) => (node.class_type === 'SaveImage' ? [id] : []))
      let watch = beginWatch(prompt.id, 0, wanted)
      for (const line of recording(name)) {
        const message = messageOf(line)
        if (message) watch = onMessage(watch, message, line.t ?? 0)
      }
      const { end } = watch
      if (end?.type !== 'success') return []
      const asked = recording(name).findLast((line) => line.dir === 'recv' && line.path === `/history/${prompt.id}` && line.json)
      const history = asked && readHistory(asked.json, prompt.id)
      const same = history?.type === 'success' && history.images.filter(({ node }) => wanted.includes(node))
      return [{ said: end.images, history: same || end.images }]
    })
    expect(ends.map(({ said }) => said)).toEqual(ends.map(({ history }) => history))
    expect(ends[0]?.said).toHaveLength(count)
  })

  it('refusals become errors that name what to do; a dropped output is a failure (hazard 9)', () => {
    const answers = recording('rejected_prompts.jsonl').filter(
      (line) => line.dir === 'recv' && line.path === '/prompt' && line.json,
    )
    const readings = answers.map((line) => readPost(line.status ?? 0, line.json))
    const refused = readings.flatMap((reading) => (reading.accepted ? [] : [reading.error.code]))
    expect(refused).toContain('engine.missing_node')
    expect(refused).toContain('engine.missing_model')
    expect(refused).toContain('engine.rejected')
    const dropped = readings.filter((reading) => reading.accepted && reading.dropped !== undefined)
    expect(dropped).toHaveLength(1)
  })

  it('queue and facts are read', () => {
    const queues = recording('queue_two_clients.jsonl')
      .filter((line) => line.dir === 'recv' && line.path === '/queue' && line.json)
      .map((line) => readQueue(line.json))
    expect(queues.some((queue) => queue.running.length === 1 && queue.pending.length > 0)).toBe(true)
    const stats = recording('server_facts.jsonl').find((line) => line.dir === 'recv' && line.path === '/system_stats')
    expect(readStats(stats?.json)).toMatchObject({ version: '0.8.0', devices: [{ type: 'cpu' }] })
  })
})

describe('a prompt that is nowhere', () => {
  it('is forgotten only after being missed three times in a row and for some seconds', () => {
    let watch = onPosted(beginWatch('a', 0))
    watch = onReading(onReading(watch, { place: 'nowhere' }, 1), { place: 'nowhere' }, 2)
    watch = onReading(watch, { place: 'pending' }, 3)
    expect(watch.missing).toBe(0)
    for (const now of [4, 5, 6, 5_000]) watch = onReading(watch, { place: 'nowhere' }, now)
    expect(watch.end).toBeUndefined()
    watch = onReading(watch, { place: 'nowhere' }, 5_600)
    expect(watch.end).toEqual({ type: 'forgotten' })
  })
})

describe('whatever a server sends', () => {
  it('reading never throws', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => readBinary(bytes) !== undefined))
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => readText(text) !== undefined))
    fc.assert(
      fc.property(
        fc.constantFrom('status', 'progress', 'progress_state', 'executing', 'execution_error', '__proto__', 'constructor'),
        fc.jsonValue(),
        (type, data) => readText(JSON.stringify({ type, data })) !== undefined,
      ),
    )
  })

  it('messages of other prompts and after the end change nothing', () => {
    const ended = onReading(onPosted(beginWatch('a', 0)), { place: 'history', end: { type: 'interrupted' } }, 1)
    expect(onMessage(ended, { type: 'execution_start', promptId: 'a' }, 2)).toBe(ended)
    const waiting = onPosted(beginWatch('a', 0))
    expect(
      onMessage(
        waiting,
        {
          type: 'execution_error',
          promptId: 'b',
          error: { nodeId: undefined, nodeType: undefined, exceptionType: 'x', message: '' },
        },
        2,
      ),
    ).toBe(waiting)
  })
})
