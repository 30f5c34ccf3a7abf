import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { graphSchema } from '../../workflows/graph'
import { graphProgress, loadsModels } from './graph-work'
import { beginWatch, onMessage, onPosted } from './prompt-watch'

const graph = graphSchema.parse(
  JSON.parse(readFileSync(join(import.meta.dirname, '../../../../workflows/qwen-edit-2511-style/graph.json'), 'utf8')),
)

describe('the main editing graph', () => {
  it('loads models in its loaders and nowhere else', () => {
    const loaders = Object.keys(graph).filter((node) => loadsModels(graph, node))
    expect(loaders.map((node) => graph[node]?.class_type).sort()).toEqual([
      'CLIPLoader',
      'LoraLoaderModelOnly',
      'UNETLoader',
      'VAELoader',
    ])
    expect(loadsModels(graph, undefined)).toBe(false)
    expect(loadsModels(graph, 'constructor')).toBe(false)
  })

  it('spends most of its progress in the sampler, and goes to nearly one', () => {
    const sampler = Object.keys(graph).find((node) => graph[node]?.class_type === 'KSampler') ?? ''
    let watch = onPosted(beginWatch('a', 0))
    watch = onMessage(watch, { type: 'execution_cached', promptId: 'a', nodes: [] }, 1)
    expect(graphProgress(graph, watch)).toBe(0)
    watch = onMessage(watch, { type: 'executing', promptId: 'a', node: sampler }, 2)
    const before = graphProgress(graph, watch)
    watch = onMessage(watch, { type: 'progress', promptId: 'a', node: sampler, value: 4, max: 4 }, 3)
    expect(graphProgress(graph, watch) - before).toBeGreaterThan(0.35)
    watch = onMessage(watch, { type: 'execution_cached', promptId: 'a', nodes: Object.keys(graph) }, 4)
    expect(graphProgress(graph, watch)).toBe(0.97)
    expect(graphProgress({}, watch)).toBe(0)
  })
})
