import type { Graph } from '../../workflows/graph'
import type { PromptWatch } from './prompt-watch'

/** Classes that read weights from disk: silent for minutes, and each run of one is a cold one. */
const loaderClass = /Loader/
const samplerClass = /^KSampler(?!Select)|^SamplerCustom|_KSampler$/
const heavyClass = /TextEncode|^VAE(Encode|Decode)|ImageUpscaleWithModel|CannyE?|^Canny$/

/** Whether a node of a graph loads weights. */
export function loadsModels(graph: Graph, node: string | undefined): boolean {
  return node !== undefined && Object.hasOwn(graph, node) && loaderClass.test(graph[node]?.class_type ?? '')
}

/** Shares of a run's time, roughly as in a recorded run of the main editing graph: sampling most, encoders and loaders some. */
function weightOf(classType: string): number {
  if (samplerClass.test(classType)) return 12
  if (loaderClass.test(classType)) return 2
  return heavyClass.test(classType) ? 2 : 0.2
}

/** 0..1 over a whole graph, its nodes weighed by what they usually cost. Room is left for fetching the results. */
export function graphProgress(graph: Graph, watch: PromptWatch): number {
  let total = 0
  let done = 0
  for (const [id, node] of Object.entries(graph)) {
    const weight = weightOf(node.class_type)
    total += weight
    if (watch.finished.has(id)) done += weight
    else if (watch.currentNode === id) done += weight * watch.nodeProgress
  }
  return total === 0 ? 0 : Math.min(0.97, done / total)
}
