import { describe, expect, it } from 'vitest'
import { canvasView, editBase, type CanvasParts, viewBase } from './canvas-view'
import { exampleJob, examplePicture, exampleVersion, id } from './examples.test-data'
import { jobsFromSnapshot } from './jobs'
import { noPictures, picturesFromPage, versionsLoaded } from './pictures'
import { liveJobOf, shownAfterJobs } from './shown'

const picture = examplePicture(1, { versionCount: 2 })
const made = exampleVersion(id(30_001), { jobId: id(10_001), fromAssetId: id(1001), label: 'clay' })
const pictures = versionsLoaded(picturesFromPage(noPictures, { items: [picture], total: 1 }), picture, [
  exampleVersion(id(1001)),
  made,
])
const parts = (change: Partial<CanvasParts>): CanvasParts => ({
  selection: { openId: picture.id, selected: [] },
  shown: {},
  pictures,
  jobs: jobsFromSnapshot([]),
  ...change,
})

describe('the canvas', () => {
  it('shows nothing while nothing is open', () => {
    expect(canvasView(parts({ selection: { openId: undefined, selected: [] } }))).toBeUndefined()
  })

  it('shows the original alone, with nothing to apply', () => {
    expect(canvasView(parts({}))).toMatchObject({ before: { assetId: id(1001) }, after: undefined, applicable: undefined })
  })

  it('shows a running job over the version that it works on', () => {
    const job = exampleJob(2, 'running')
    const view = canvasView(parts({ jobs: jobsFromSnapshot([job]) }))
    expect(view).toMatchObject({
      before: { assetId: job.inputAssetId },
      after: { kind: 'live', key: job.id },
      applicable: undefined,
    })
  })

  it('goes from the live preview to the result under the same key, so that nothing flickers', () => {
    const running = exampleJob(1, 'running')
    const done = exampleJob(1, 'done')
    const live = canvasView(parts({ jobs: jobsFromSnapshot([running]) }))
    const shown = shownAfterJobs({}, { [running.id]: running }, [done])
    const after = canvasView(parts({ shown, jobs: jobsFromSnapshot([done]) }))
    expect(after?.after?.key).toBe(live?.after?.key)
    expect(after?.applicable).toBe(id(30_001))
  })

  it('knows the size of a result before its version is loaded', () => {
    const done = exampleJob(5, 'done', { outputs: [{ index: 0, assetId: id(30_005), width: 1200, height: 900 }] })
    const shown = shownAfterJobs({}, { [done.id]: exampleJob(5, 'running') }, [done])
    const view = canvasView(parts({ shown, jobs: jobsFromSnapshot([done]) }))
    expect(view?.after).toMatchObject({ asset: { width: 1200, height: 900, version: undefined } })
  })

  it('compares an applied version with what it was made from, and has nothing to apply', () => {
    const applied = picturesFromPage(pictures, { items: [{ ...picture, currentAssetId: id(30_001) }], total: 1 })
    expect(canvasView(parts({ pictures: applied }))).toMatchObject({
      before: { assetId: id(1001) },
      after: { kind: 'version', asset: { assetId: id(30_001) } },
      applicable: undefined,
    })
  })
})

describe('results', () => {
  const running = exampleJob(1, 'running')

  it('of one batch do not push each other off the canvas; those of another batch do', () => {
    const sibling = exampleJob(2, 'running', { batchId: running.batchId })
    const before = { [running.id]: running, [sibling.id]: sibling }
    const one = shownAfterJobs({}, before, [exampleJob(1, 'done')])
    expect(shownAfterJobs(one, before, [exampleJob(2, 'done', { batchId: running.batchId })])).toBe(one)
    const other = exampleJob(3, 'running')
    expect(shownAfterJobs(one, { [other.id]: other }, [exampleJob(3, 'done')])[id(1)]?.assetId).toBe(id(30_003))
  })

  it('that were done before this window knew of them are not shown as new', () => {
    expect(shownAfterJobs({}, {}, [exampleJob(1, 'done')])).toEqual({})
    expect(shownAfterJobs({}, { [running.id]: exampleJob(1, 'done') }, [exampleJob(1, 'done')])).toEqual({})
  })

  it('give way to the live preview of the next batch, but not to one of their own, and a picked version gives way to none', () => {
    const job = exampleJob(4, 'running')
    expect(liveJobOf([job], id(1), { assetId: 'a', batchId: job.batchId })).toBeUndefined()
    expect(liveJobOf([job], id(1), { assetId: 'a', batchId: 'other' })).toBe(job)
    expect(liveJobOf([job], id(1), { assetId: 'a' })).toBeUndefined()
    expect(liveJobOf([job], id(2), undefined)).toBeUndefined()
  })
})

describe('the base of views', () => {
  it('is what would be edited, but never itself a view', () => {
    const painted = exampleVersion(id(30_001), { jobId: id(10_001), fromAssetId: id(1001), label: 'clay' })
    const left = exampleVersion(id(30_002), { jobId: id(10_002), fromAssetId: id(30_001), label: 'left' })
    const words = exampleVersion(id(30_003), { jobId: id(10_003), fromAssetId: id(30_002), label: 'own-words' })
    const view = { kind: 'perspective', view: { id: 'own-words', name: 'top', prompt: 'top' } } as const
    const jobs = { byId: { [id(10_003)]: exampleJob(3, 'done', { edit: view }) } }
    const versions = { [picture.id]: [exampleVersion(id(1001)), painted, left, words] }
    const base = (assetId: string): string | undefined =>
      viewBase({ pictures: { ...pictures, versions }, shown: { [picture.id]: { assetId } }, jobs }, picture.id)
    expect(base(id(1001))).toBe(id(1001))
    expect(base(id(30_001))).toBe(id(30_001))
    expect(base(id(30_002))).toBe(id(30_001))
    expect(base(id(30_003))).toBe(id(30_001))
  })
})

describe('the base of the next edit', () => {
  it('is the current version, whatever fresh result is on the canvas; a version that was picked is itself the base', () => {
    expect(editBase({ pictures, shown: {} }, picture.id)).toBe(id(1001))
    expect(editBase({ pictures, shown: { [picture.id]: { assetId: id(30_001), batchId: 'b' } } }, picture.id)).toBe(id(1001))
    expect(editBase({ pictures, shown: { [picture.id]: { assetId: id(30_001) } } }, picture.id)).toBe(id(30_001))
  })
})
