import { afterEach, describe, expect, test, vi } from 'vitest'
import type { PreviewFrame } from '#shared/contract/preview-frame'
import { createEventHub, previewIntervalMs } from './event-hub'

const frame = (jobId: string, n: number): PreviewFrame => ({
  header: { jobId, attemptId: jobId, mime: 'image/png', width: 1, height: 1, progress: 0 },
  image: new Uint8Array([n]),
})

afterEach(() => void vi.useRealTimers())

describe('events', () => {
  test('are numbered without gaps within an epoch of their own', () => {
    const hub = createEventHub(() => {})
    const seen: number[] = []
    hub.onEvent((event) => seen.push(event.seq))
    for (let n = 0; n < 3; n++) hub.emit({ type: 'jobs.cleared', ids: [] })
    expect(seen).toEqual([1, 2, 3])
    expect(hub.seq).toBe(3)
    expect(createEventHub(() => {}).epoch).not.toBe(hub.epoch)
  })

  test('a listener that throws harms nobody, not even when the one who is told throws too', () => {
    const told: unknown[] = []
    const hub = createEventHub((error) => {
      told.push(error)
      throw new Error('the log is full')
    })
    const seen: string[] = []
    hub.onEvent(() => seen.push('first'))
    hub.onEvent(() => {
      throw new Error('bad')
    })
    hub.onEvent(() => seen.push('third'))
    hub.emit({ type: 'jobs.cleared', ids: [] })
    expect(seen).toEqual(['first', 'third'])
    expect(told).toHaveLength(1)
  })

  test('a listener may leave while it is told, and one function may listen twice', () => {
    const hub = createEventHub(() => {})
    let calls = 0
    const listener = (): void => void (calls += 1)
    const offOne = hub.onEvent(listener)
    const offTwo = hub.onEvent(listener)
    hub.onEvent(() => offOne())
    hub.emit({ type: 'jobs.cleared', ids: [] })
    expect(calls).toBe(2)
    hub.emit({ type: 'jobs.cleared', ids: [] })
    expect(calls).toBe(3)
    offTwo()
    hub.close()
    hub.emit({ type: 'jobs.cleared', ids: [] })
    expect(calls).toBe(3)
  })
})

describe('previews', () => {
  test('the first goes at once, then the latest every tenth of a second, each job for itself', () => {
    vi.useFakeTimers()
    const hub = createEventHub(() => {})
    const seen: [string, number][] = []
    hub.onPreview(({ header, image }) => seen.push([header.jobId, image[0] ?? -1]))
    for (let n = 0; n < 5; n++) hub.preview(frame('a', n))
    hub.preview(frame('b', 9))
    expect(seen).toEqual([
      ['a', 0],
      ['b', 9],
    ])
    vi.advanceTimersByTime(previewIntervalMs)
    expect(seen.slice(2)).toEqual([['a', 4]])
    vi.advanceTimersByTime(10 * previewIntervalMs)
    expect(seen).toHaveLength(3)
    hub.close()
  })

  test('what waits for a job that ended is dropped', () => {
    vi.useFakeTimers()
    const hub = createEventHub(() => {})
    let seen = 0
    hub.onPreview(() => (seen += 1))
    hub.preview(frame('a', 1))
    hub.preview(frame('a', 2))
    hub.dropPreviews('a')
    vi.advanceTimersByTime(1000)
    expect(seen).toBe(1)
    hub.close()
  })
})
