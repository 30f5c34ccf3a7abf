import { describe, expect, it } from 'vitest'
import { noUndo, stepDone, takeRedo, takeUndo, type UndoStep } from './undo'

const step = (n: number): UndoStep => ({
  undo: { type: 'apply', pictureId: 'p', assetId: `before-${n}` },
  redo: { type: 'apply', pictureId: 'p', assetId: `after-${n}` },
  name: { type: 'apply', label: String(n) },
})

describe('undo', () => {
  it('goes back in order and forth again', () => {
    const two = stepDone(stepDone(noUndo, step(1)), step(2))
    const back = takeUndo(two)
    expect(back?.step).toEqual(step(2))
    const further = takeUndo(back?.state ?? noUndo)
    expect(further?.step).toEqual(step(1))
    expect(takeUndo(further?.state ?? noUndo)).toBeUndefined()
    const forth = takeRedo(further?.state ?? noUndo)
    expect(forth?.step).toEqual(step(1))
    expect(takeRedo(forth?.state ?? noUndo)?.state).toEqual(two)
  })

  it('forgets what was undone once something new is done', () => {
    const undone = takeUndo(stepDone(noUndo, step(1)))?.state ?? noUndo
    expect(takeRedo(stepDone(undone, step(2)))).toBeUndefined()
  })

  it('keeps the last hundred steps', () => {
    let state = noUndo
    for (let n = 1; n <= 130; n++) state = stepDone(state, step(n))
    expect(state.done).toHaveLength(100)
    expect(takeUndo(state)?.step).toEqual(step(130))
    expect(state.done[0]).toEqual(step(31))
  })

  it('has nothing to give at the start', () => {
    expect(takeUndo(noUndo)).toBeUndefined()
    expect(takeRedo(noUndo)).toBeUndefined()
  })
})
