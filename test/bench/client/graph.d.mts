import type { Graph } from '#core/workflows/graph'

export function invertGraph(seed: number, photo: string, prefix: string): Graph
export function sampleGraph(seed: number, prefix: string, options?: { checkpoint?: string; steps?: number; side?: number }): Graph
