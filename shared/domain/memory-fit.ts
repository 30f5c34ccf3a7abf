/** Weights and what else a workflow needs of a card's memory come close to this share of what the catalogue says. */
const tightFit = 0.95

/**
 * Whether what a workflow needs by the catalogue (gigabytes of 10^9) fits into a card's memory (bytes): a card of 24 GB says a little less.
 */
export function fitsMemory(vramGb: number, totalBytes: number): boolean {
  return totalBytes >= vramGb * 1e9 * tightFit
}
