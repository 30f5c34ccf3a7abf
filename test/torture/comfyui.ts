import { startFakeComfyUi } from '../fakes/comfyui/fake-comfyui'
import { torture, type TortureOptions, type TortureReport } from './torture'

/** What came of it, and what the server counted. */
export interface ServerTortureReport extends TortureReport {
  /** Prompts that the server executed: one for each job when nothing was posted twice or in vain. */
  executed: number
}

/** Milliseconds of the double's sampler step: a job of twenty takes a tenth of a second, a batch of 40 outlives several kills. */
const stepMs = 4

/**
 * Kills Recast at random moments while a ComfyUI server works for it, which lives on. Beside what {@link torture} looks for: each job
 * has been one prompt, and each prompt was executed once.
 */
export async function tortureOnServer(
  options: Omit<TortureOptions, 'engine' | 'engineUrl' | 'storing'>,
): Promise<ServerTortureReport> {
  const fake = await startFakeComfyUi({ stepMs })
  try {
    const report = await torture({ ...options, engine: 'comfyui', engineUrl: fake.url, storing: 'durable' })
    const faults = [...report.faults]
    for (const [promptId, times] of fake.executions) {
      if (times !== 1) faults.push(`doubled: prompt ${promptId} was executed ${times} times`)
    }
    const wanted = options.jobs * report.batches
    if (fake.executions.size !== wanted) faults.push(`${fake.executions.size} prompts were executed for ${wanted} jobs`)
    return { ...report, faults, executed: fake.executions.size }
  } finally {
    await fake.close()
  }
}
