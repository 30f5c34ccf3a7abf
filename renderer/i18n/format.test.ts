import { describe, expect, it } from 'vitest'
import type { EngineView } from '#shared/domain/engine'
import { bytes, duration, percent, seedDigits, took } from './format'
import { currentEngine, deviceLabel } from './labels'

describe('numbers', () => {
  it('read as people read them', () => {
    expect([0, 1, 6_000, 65_000, 3_725_000].map(duration)).toEqual(['0:00', '0:01', '0:06', '1:05', '1:02:05'])
    expect([-1, 0.999, 1, 2].map(percent)).toEqual([0, 99, 100, 100])
    expect([0, 1023, 1024, 5_000_000].map(bytes)).toEqual(['0 B', '1023 B', '1.0 KB', '4.8 MB'])
    expect(seedDigits(48213907)).toBe('48\u2009213\u2009907')
    expect([took(1240, 'en'), took(1240, 'zh'), took(61_000, 'en')]).toEqual(['1.2 s', '1.2 秒', '1:01'])
  })
})

describe('the engine', () => {
  const engine = (id: string, kind: 'draft' | 'local' | 'remote'): EngineView => ({
    id,
    kind,
    name: id,
    state: 'ready',
    edits: [],
    device: '',
  })
  const engines = [engine('draft', 'draft'), engine('http://gpu:8188', 'remote')]

  it('by auto is the best that is set up; a choice is kept', () => {
    expect(currentEngine('auto', engines)?.id).toBe('http://gpu:8188')
    expect(currentEngine('draft', engines)?.id).toBe('draft')
    expect(currentEngine('http://gpu:8188', engines)?.id).toBe('http://gpu:8188')
    expect(currentEngine('auto', [])).toBeUndefined()
  })

  it('has its device translated where the words are ours', () => {
    expect(deviceLabel('CPU, 2 threads', 'zh')).toBe('CPU，2 线程')
    expect(deviceLabel('RTX 4090 · 11.2 / 24 GB', 'zh')).toBe('RTX 4090 · 11.2 / 24 GB')
  })
})
