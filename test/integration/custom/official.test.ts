import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { convertEditorFile } from '#core/workflows/custom/convert'
import { readEditorFile } from '#core/workflows/custom/editor-file'
import type { Graph } from '#core/workflows/graph'
import { objectInfoSchema } from '#core/workflows/object-info'
import { ownGraphs } from '../../bench/graph-to-prompt/own-graphs.mjs'

const info = objectInfoSchema.parse(
  JSON.parse(readFileSync(new URL('../../fakes/comfyui/object_info.json', import.meta.url), 'utf8')),
)
/** What the official frontend 1.58.1 made of them: `npm run bench -- graph-to-prompt --record`. */
const official = JSON.parse(readFileSync(new URL('official-graphs.json', import.meta.url), 'utf8')) as Record<string, Graph>

describe("a file of ComfyUI's editor is sent as its own frontend sends it", () => {
  it('has a recorded answer for each graph', () => {
    expect(Object.keys(official)).toEqual(Object.keys(ownGraphs))
  })

  it.each(Object.keys(ownGraphs))('%s', (name) => {
    const { graph } = convertEditorFile(readEditorFile(ownGraphs[name]?.() ?? {}), info)
    const plain = (all: Graph): unknown =>
      Object.fromEntries(Object.entries(all).map(([id, node]) => [id, { class_type: node.class_type, inputs: node.inputs }]))
    expect(plain(graph)).toEqual(plain(official[name] ?? {}))
  })
})
