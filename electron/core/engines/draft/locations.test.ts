import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { modelsCandidates, nearestAbove, processCandidates } from './locations'
import { processEnvironment } from './spawn'

describe('where things are', () => {
  it('looks for the process beside, above a chunk, and in the build', () => {
    const root = join('/', 'app')
    const chunks = join(root, 'out', 'main', 'chunks')
    expect(processCandidates(chunks, root)).toContain(join(root, 'out', 'main', 'draft-process.cjs'))
    expect(processCandidates(join(root, 'electron', 'core'), root).at(-1)).toBe(join(root, 'out', 'main', 'draft-process.cjs'))
  })
  it('prefers the packed app’s networks', () => {
    expect(modelsCandidates(join('/', 'r'), join('/', 'app'))[0]).toBe(join('/', 'r', 'models'))
    expect(modelsCandidates(undefined, undefined)).toEqual([])
  })
  it('climbs to the nearest folder that fits, and stops at the root', () => {
    expect(nearestAbove(join('/', 'a', 'b', 'c'), (folder) => folder.endsWith('b'))).toBe(join('/', 'a', 'b'))
    expect(nearestAbove(join('/', 'a'), () => false)).toBeUndefined()
  })
  it('silences the network library everywhere and bounds the arenas on Linux', () => {
    expect(processEnvironment({ A: 'b' }, 'linux')).toEqual({ A: 'b', MALLOC_ARENA_MAX: '2', ORT_DISABLE_TELEMETRY: '1' })
    expect(processEnvironment({ A: 'b' }, 'win32')).toEqual({ A: 'b', ORT_DISABLE_TELEMETRY: '1' })
  })
})
