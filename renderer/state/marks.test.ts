import { expect, it } from 'vitest'
import { exampleJob, examplePicture, exampleVersion, id } from './examples.test-data'
import { jobsFromSnapshot } from './jobs'
import { marksTaken } from './marks'
import { noPictures, versionsLoaded } from './pictures'

it('puts marks on outputs and versions alike, takes them away again, and touches nothing else', () => {
  const state = {
    jobs: jobsFromSnapshot([exampleJob(1, 'done'), exampleJob(2, 'done'), exampleJob(3, 'running')]),
    pictures: versionsLoaded(noPictures, examplePicture(1), [
      exampleVersion(id(1001)),
      exampleVersion(id(30_001), { jobId: id(10_001) }),
    ]),
  }
  const marked = marksTaken(state, [{ assetId: id(30_001), star: 3, rejected: false }])
  const mark = { star: 3, rejected: false }
  expect(marked.jobs.byId[id(10_001)]?.outputs[0]?.mark).toEqual(mark)
  expect(marked.pictures.versions[id(1)]?.map((version) => version.mark)).toEqual([undefined, mark])
  expect(marked.jobs.byId[id(10_002)]).toBe(state.jobs.byId[id(10_002)])
  expect(marksTaken(marked, [{ assetId: id(30_001), star: 0, rejected: false }])).toEqual(state)
  const stranger = marksTaken(state, [{ assetId: id(9), star: 1, rejected: false }])
  expect(stranger.jobs).toBe(state.jobs)
  expect(stranger.pictures).toBe(state.pictures)
})
