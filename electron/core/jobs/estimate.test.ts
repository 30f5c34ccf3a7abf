import { describe, expect, test } from 'vitest'
import { expectedMs, remainingMs, sizeBucket, workOf } from './estimate'

describe('what is learned about', () => {
  test('work is named by what makes its time: style, picture as style, view, workflow, steps', () => {
    const style = { kind: 'style', strength: 1, structure: 0, keepColours: false } as const
    const base = { workflowId: undefined, sampling: {} }
    expect(workOf({ ...base, edit: { ...style, styleId: 'clay' } })).toBe('style/clay')
    expect(workOf({ ...base, edit: { ...style, styleAssetId: 'a' } })).toBe('style/picture')
    const view = { id: 'front', name: 'Front', pose: { azimuth: 0, elevation: 0, distance: 1 } }
    expect(workOf({ workflowId: 'qwen', sampling: { steps: 4 }, edit: { kind: 'perspective', view } })).toBe(
      'qwen/perspective/4 steps',
    )
  })

  test('a bucket is half an octave', () => {
    expect(sizeBucket(1024 * 1024)).toBe(40)
    expect(sizeBucket(2 * 1024 * 1024)).toBe(42)
    expect(sizeBucket(1)).toBe(0)
  })
})

describe('expected time', () => {
  const timings = [
    { work: 'a', sizeBucket: 40, cold: false, meanMs: 1000, samples: 5 },
    { work: 'a', sizeBucket: 40, cold: true, meanMs: 5000, samples: 1 },
  ]
  test('the same work first, warm and cold told apart', () => {
    expect(expectedMs(timings, { work: 'a', sizeBucket: 40, cold: false })).toBe(1000)
    expect(expectedMs(timings, { work: 'a', sizeBucket: 40, cold: true })).toBe(5000)
  })
  test('another size is scaled by its pixels, other work is better than nothing, a new engine says nothing', () => {
    expect(expectedMs(timings, { work: 'a', sizeBucket: 44, cold: false })).toBe(4000)
    expect(expectedMs(timings, { work: 'b', sizeBucket: 40, cold: false })).toBe(1000)
    expect(expectedMs([], { work: 'a', sizeBucket: 40, cold: false })).toBeUndefined()
  })
})

describe('time left', () => {
  test('unknown work begins without one and then goes by its own pace', () => {
    expect(remainingMs(0, 100, undefined)).toBeUndefined()
    expect(remainingMs(0.5, 1000, undefined)).toBe(1000)
  })
  test('known work begins with what was learned and ends by its own pace', () => {
    expect(remainingMs(0, 0, 2000)).toBe(2000)
    expect(remainingMs(0.9, 9000, 2000)).toBeGreaterThan(800)
    expect(remainingMs(1, 5000, 2000)).toBe(0)
  })
})
