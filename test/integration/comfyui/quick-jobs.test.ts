import { join } from 'node:path'
import { expect, it } from 'vitest'
import { sampleGraph } from '../../bench/client/graph.mjs'
import { openRecast } from '../../bench/client/recast'
import { startFake, temporaryFolder, writePhoto } from './harness'

// A client that begins to listen after its post is answered never hears the end of such a job. The bench does a thousand.
it('100 jobs that a server does in no time: none hangs, none is lost, none is executed twice', async () => {
  const fake = await startFake({ stepMs: 0 })
  const photo = await writePhoto(join(await temporaryFolder(), 'photo.png'))
  const recast = await openRecast(fake.url, photo, sampleGraph(0, '', { steps: 1 }))
  try {
    const jobs = await Promise.all((await recast.submit(100)).map((id) => recast.ended(id)))
    expect(jobs.map(({ state, outputs }) => [state, outputs.length])).toEqual(jobs.map(() => ['done', 1]))
    expect([...fake.executions.values()]).toEqual(Array.from({ length: 100 }, () => 1))
  } finally {
    await recast.close()
  }
}, 60_000)
