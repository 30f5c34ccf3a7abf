import type { Workflow } from '../../workflows/load'
import type { KnownServer } from './facts'

/** Where a workflow says nothing of its silence, seconds: encoders of large models are silent for minutes. */
const defaultSilenceSeconds = 600
/**
 * Workflows' own times are for graphics cards. On a processor a sampler is silent for a whole step: 110 s on two cores for SD 1.5 at
 * 0.4 megapixels, some twenty times that for SDXL at its own size.
 */
const processorFactor = 12
/** Times in a row that patience is doubled: more than a job has tries. */
const maxDoublings = 3

/** How long a running prompt of a workflow may usually give no sign on a server before its worker counts as dead, milliseconds. */
export function usualSilenceMs(
  { silenceSeconds = defaultSilenceSeconds }: Pick<Workflow, 'silenceSeconds'>,
  { memory }: Pick<KnownServer, 'memory'>,
): number {
  return 1_000 * silenceSeconds * (memory ? 1 : processorFactor)
}

/**
 * The patience with a prompt after its workflow was given up for its silence so many times in a row: a server that is only slow must
 * come to an end, and no other sign tells it from a dead one.
 */
export function grownPatienceMs(usualMs: number, silences: number): number {
  return usualMs * 2 ** Math.min(maxDoublings, silences)
}
