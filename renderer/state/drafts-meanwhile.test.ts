import { describe, expect, it } from 'vitest'
import { draftsMeanwhile } from './drafts-meanwhile'
import { exampleJob } from './examples.test-data'

describe('drafts for jobs that wait', () => {
  const clay = exampleJob(1, 'queued')
  const other = exampleJob(2, 'queued', { pictureId: '00000000-0000-4000-8000-000000000002', pictureName: 'cup-2' })

  it('are asked for together where edit and seed are the same, of the very version that waits', () => {
    const [wish, ...more] = draftsMeanwhile([clay, other, exampleJob(3, 'queued', { seed: 8 })], [])
    expect(wish).toMatchObject({ edits: [clay.edit], seed: 7 })
    expect(wish?.pictures).toEqual([
      { pictureId: clay.pictureId, assetId: clay.inputAssetId, name: 'cup-1' },
      { pictureId: other.pictureId, assetId: other.inputAssetId, name: 'cup-2' },
    ])
    expect(more.map(({ seed }) => seed)).toEqual([8])
  })

  it('are not asked for twice; one that failed is', () => {
    expect(draftsMeanwhile([clay, exampleJob(4, 'queued')], [])[0]?.pictures).toHaveLength(1)
    for (const state of ['queued', 'running', 'done'] as const)
      expect(draftsMeanwhile([clay], [exampleJob(5, state, { engine: 'draft' })])).toEqual([])
    for (const state of ['failed', 'canceled'] as const)
      expect(draftsMeanwhile([clay], [exampleJob(5, state, { engine: 'draft' })])).toHaveLength(1)
  })

  it('are only of what the draft engine understands', () => {
    const view = { id: 'front-right', name: 'Front right' }
    const pose = { azimuth: 45, elevation: 0, distance: 1 }
    const edits = [
      { kind: 'style', prompt: 'as a woodcut' },
      { kind: 'perspective', view: { ...view, prompt: 'Next Scene' } },
      { kind: 'remix', prompt: 'a red cup' },
      { kind: 'perspective', view: { ...view, pose } },
    ] as const
    const jobs = edits.map((edit, n) => exampleJob(n, 'queued', { edit }))
    expect(draftsMeanwhile(jobs, []).map((wish) => wish.edits)).toEqual([[edits[3]]])
    expect(draftsMeanwhile([exampleJob(1, 'queued', { engine: 'draft' })], [])).toEqual([])
  })
})
