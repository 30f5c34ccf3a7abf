import { describe, expect, it } from 'vitest'
import type { PreviewFrame } from '#shared/contract/preview-frame'
import { PreviewHub } from './preview-hub'

const frame = (jobId: string, progress: number): PreviewFrame => ({
  header: { jobId, attemptId: jobId, mime: 'image/jpeg', width: 1, height: 1, progress },
  image: new Uint8Array(1),
})

describe('PreviewHub', () => {
  it('gives a late view the newest frame, then each new one of its job only', () => {
    const hub = new PreviewHub()
    hub.push(frame('a', 0.1))
    hub.push(frame('a', 0.2))
    const seen: number[] = []
    const stop = hub.source('a').subscribe(({ header }) => seen.push(header.progress))
    hub.push(frame('b', 0.9))
    hub.push(frame('a', 0.3))
    stop()
    hub.push(frame('a', 0.4))
    expect(seen).toEqual([0.2, 0.3])
  })

  it('serves several views, and each may leave', () => {
    const hub = new PreviewHub()
    const seen: string[] = []
    const stop = hub.source('a').subscribe(() => seen.push('one'))
    hub.source('a').subscribe(() => seen.push('two'))
    stop()
    stop()
    hub.push(frame('a', 0.5))
    expect(seen).toEqual(['two'])
  })

  it('keeps the newest frame of the last jobs only, and forgets on demand', () => {
    const hub = new PreviewHub(2)
    for (const job of ['a', 'b', 'a', 'c']) hub.push(frame(job, 0.5))
    const has = (job: string): boolean => {
      let found = false
      hub.source(job).subscribe(() => (found = true))()
      return found
    }
    expect(['a', 'b', 'c'].map(has)).toEqual([true, false, true])
    hub.forget('a')
    expect(has('a')).toBe(false)
  })

  it('is the same source for the same job', () => {
    const hub = new PreviewHub()
    expect(hub.source('a')).toBe(hub.source('a'))
  })
})
