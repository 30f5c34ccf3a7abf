import { describe, expect, it } from 'vitest'
import { sampleGraph } from '../../bench/client/graph.mjs'
import { faultedSteps, openFaultyServer, recastClient, underFault, wayFaults } from '../../torture/faults'

describe('a job on a faulty way', () => {
  it.concurrent.each(wayFaults)('comes out right and once soon after the end of %s', async (fault) => {
    const server = await openFaultyServer()
    const graph = sampleGraph(0, '', { steps: faultedSteps })
    const { client, close } = await recastClient(server.proxy.url, graph)
    try {
      const job = await underFault(server, fault, 0, client)
      expect(job).toEqual({ right: true, afterMs: expect.any(Number) as number })
      // Within 10 s on a quiet machine, as `npm run torture -- faults` demands: 7 of them are waited on purpose. A fault that is not
      // noticed is waited out for a minute.
      expect(job.afterMs).toBeLessThan(40_000)
    } finally {
      await close()
      await server.close()
    }
  })
})
