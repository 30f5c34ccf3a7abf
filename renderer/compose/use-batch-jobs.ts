import { useEffect, useMemo } from 'react'
import type { Job } from '#shared/domain/job'
import { useActions, useStudio } from '../state/context'

/** The jobs of these batches, the oldest first; those that no list has are fetched. */
export function useBatchJobs(batchIds: readonly string[]): readonly Job[] {
  const { knowBatches } = useActions()
  const ready = useStudio((state) => state.ready)
  const byId = useStudio((state) => state.jobs.byId)
  useEffect(() => {
    if (ready && batchIds.length > 0) void knowBatches(batchIds)
  }, [ready, batchIds, knowBatches])
  return useMemo(() => {
    const wanted = new Set(batchIds)
    return Object.values(byId)
      .filter((job) => wanted.has(job.batchId))
      .sort((a, b) => a.seq - b.seq)
  }, [byId, batchIds])
}
