import { describe, expect, it } from 'vitest'
import type { EngineView } from '#shared/domain/engine'
import type { WorkflowView } from '#shared/domain/workflow'
import { composeEngine, composeReadiness } from './compose-engine'

const engine = (id: string, kind: EngineView['kind'], state: EngineView['state'] = 'ready'): EngineView => ({
  id,
  kind,
  name: id,
  state,
  edits: [],
  device: '',
})
const draft = engine('draft', 'draft')
const studio = engine('http://studio', 'remote')
const cloud = engine('http://cloud', 'remote')
const workflow = (id: string, missing: number, edit = 'generate'): WorkflowView => ({
  id,
  title: { en: id, zh: id },
  summary: { en: '', zh: '' },
  edit,
  licence: { id: 'MIT', commercial: true },
  minimumVersion: '0.8.0',
  vramGb: 8,
  ready: missing === 0,
  missing: Array.from({ length: missing }, (_, n) => ({ kind: 'model', words: `file ${n}` })),
})

describe('which engine composes', () => {
  it('is the chosen one, else that of the settings; drafts never', () => {
    const engines = [draft, studio, cloud]
    expect(composeEngine('http://cloud', 'auto', engines)).toEqual({ wish: 'http://cloud', engine: cloud })
    expect(composeEngine('auto', 'http://cloud', engines)).toEqual({ wish: 'http://cloud', engine: cloud })
    expect(composeEngine('auto', 'draft', engines)).toEqual({ wish: 'auto', engine: studio })
    // A server that was removed since.
    expect(composeEngine('http://gone', 'auto', engines).engine).toBe(studio)
    expect(composeEngine('auto', 'auto', [draft]).engine).toBeUndefined()
  })
})

describe('whether it can', () => {
  it('says that there is nobody, that nobody answers, or that it is not known yet', () => {
    expect(composeReadiness(undefined, undefined, 'generate', undefined).state).toBe('none')
    expect(composeReadiness(engine('x', 'remote', 'offline'), [], 'generate', undefined).state).toBe('away')
    expect(composeReadiness(engine('x', 'remote', 'waking'), [], 'generate', undefined).state).toBe('away')
    expect(composeReadiness(studio, undefined, 'generate', undefined).state).toBe('asking')
  })

  it('is content with one workflow that is ready, unless another one was chosen', () => {
    const workflows = [workflow('good', 0), workflow('poor', 2), workflow('other', 1, 'remix')]
    expect(composeReadiness(studio, workflows, 'generate', undefined).state).toBe('ready')
    expect(composeReadiness(studio, workflows, 'generate', 'poor')).toMatchObject({ state: 'lacking', workflow: { id: 'poor' } })
  })

  it('says before it is queued that nothing of it fits into the memory of the card; of drafts it wants nothing', () => {
    const small = { ...studio, vram: { total: 6e9, free: 6e9 } }
    const readiness = composeReadiness(small, [workflow('heavy', 0)], 'generate', undefined)
    expect(readiness).toMatchObject({ state: 'tight', workflow: { id: 'heavy' }, totalGb: 6 })
    const light = { ...workflow('light', 0), vramGb: 4 }
    expect(composeReadiness(small, [workflow('heavy', 0), light], 'generate', undefined).state).toBe('ready')
    expect(composeReadiness(small, [workflow('heavy', 0), light], 'generate', 'heavy').state).toBe('tight')
    expect(composeReadiness(draft, undefined, 'style', undefined).state).toBe('ready')
    // A card that does not say how much it has; none at all.
    const silent = { ...studio, device: 'Arc A770' }
    expect(composeReadiness(silent, [workflow('heavy', 0), light], 'generate', undefined)).toMatchObject({
      state: 'unmeasured',
      workflow: { id: 'light' },
    })
    for (const device of ['CPU', 'CPU · 9.3 / 18.6 GB'])
      expect(composeReadiness({ ...studio, device }, [light], 'generate', undefined).state).toBe('ready')
  })

  it('names what is nearest to being ready', () => {
    const workflows = [workflow('far', 3), workflow('near', 1)]
    const readiness = composeReadiness(studio, workflows, 'generate', undefined)
    expect(readiness).toMatchObject({ state: 'lacking', workflow: { id: 'near' }, missing: [{ words: 'file 0' }] })
  })
})
