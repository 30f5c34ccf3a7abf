import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { AppError } from '#shared/domain/error'
import type { EngineEvent } from '../engine'
import { follow } from './follow'
import { beginWatch, onMessage, onPosted, onReading, type PromptWatch } from './prompt-watch'
import type { PromptListener } from './server'

const graph = {
  1: { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: 'a' } },
  6: { class_type: 'CLIPTextEncode', inputs: { text: 'a', clip: ['1', 1] } },
  3: { class_type: 'KSampler', inputs: { positive: ['6', 0] } },
}
const silenceMs = 300_000

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout', 'performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

/** A prompt that is followed until its server falls silent; `hears` plays what the server says, and answers how the following ended so far. */
function followed() {
  let watch: PromptWatch = onPosted(beginWatch('p', performance.now()))
  let listener: PromptListener | undefined
  let error: AppError | undefined
  const told: string[] = []
  const onEvent = ({ type }: EngineEvent): void => void told.push(type)
  const options = { attemptId: 'p', signal: new AbortController().signal, onEvent, graph, letterbox: undefined }
  const end = follow({ ...options, label: 'server', silenceMs }, (own, signal) => {
    listener = own
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('stopped'))))
  }).catch((thrown: AppError) => (error = thrown))
  const change = (next: PromptWatch): void => {
    watch = next
    listener?.onChange(next)
  }
  return {
    end,
    told,
    error: () => error,
    enters: (node: string) => change(onMessage(watch, { type: 'executing', promptId: 'p', node }, performance.now())),
    steps: (value: number) =>
      change(onMessage(watch, { type: 'progress', promptId: 'p', node: '3', value, max: 20 }, performance.now())),
    isFound: (place: 'pending' | 'running') => change(onReading(watch, { place }, performance.now())),
    passes: (ms: number) => vi.advanceTimersByTimeAsync(ms),
  }
}

it('gives a running prompt up after its silence, and not before', async () => {
  const prompt = followed()
  prompt.enters('6')
  await prompt.passes(silenceMs - 1_000)
  expect(prompt.error()).toBeUndefined()
  await prompt.passes(2_500)
  await prompt.end
  expect(prompt.error()).toMatchObject({ code: 'engine.timeout', detail: { server: 'server', silenceMs } })
  expect(prompt.error()?.message).toContain('300 s')
})

it('counts from the last sign: a sampler that takes hours is left alone as long as it steps', async () => {
  const prompt = followed()
  for (let step = 1; step <= 20; step += 1) {
    prompt.steps(step)
    await prompt.passes(silenceMs - 2_000)
  }
  expect(prompt.error()).toBeUndefined()
  await prompt.passes(4_000)
  expect(prompt.error()?.code).toBe('engine.timeout')
})

it('leaves the loading of models out, and counts from its end', async () => {
  const prompt = followed()
  prompt.enters('1')
  await prompt.passes(20 * silenceMs)
  prompt.enters('6')
  await prompt.passes(silenceMs - 1_000)
  expect(prompt.error()).toBeUndefined()
  await prompt.passes(2_500)
  expect(prompt.error()?.code).toBe('engine.timeout')
})

it('leaves the time in the queue out', async () => {
  const prompt = followed()
  for (let look = 0; look < 100; look += 1) {
    prompt.isFound('pending')
    await prompt.passes(silenceMs / 2)
  }
  expect(prompt.error()).toBeUndefined()
  // And it is told once, not with each look.
  expect(prompt.told).toEqual(['pending'])
  prompt.enters('6')
  expect(prompt.told.slice(0, 2)).toEqual(['pending', 'begun'])
})

it('takes no word of the queue for a sign: a dead worker stays in it as running for ever', async () => {
  const prompt = followed()
  prompt.enters('6')
  for (let look = 0; look < 110 && !prompt.error(); look += 1) {
    await prompt.passes(3_000)
    prompt.isFound('running')
  }
  expect(prompt.error()?.code).toBe('engine.timeout')
})
