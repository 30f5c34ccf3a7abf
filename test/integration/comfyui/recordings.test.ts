import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { PromptEnd } from '#core/engines/comfyui/prompt-watch'
import { ComfyServer } from '#core/engines/comfyui/server'
import { readRecording, type RecordedPrompt, recordedPrompts, startReplay } from '../../fakes/comfyui/replay'

const recorded = readdirSync(join(import.meta.dirname, '../../fakes/comfyui/recordings'))
  .filter((name) => name.endsWith('.jsonl'))
  .flatMap((name) => recordedPrompts(readRecording(name)).map((prompt, n) => [name, n + 1, prompt] as const))
  // What nobody asked the history for has no end to compare with.
  .filter(([, , { history }]) => history !== undefined)

/** How a prompt ended, read from the recorded history alone. */
function endOf({ id, graph, history }: RecordedPrompt): { type: PromptEnd['type']; files: string[] } {
  const entry = (history as Record<string, { status: { messages: [string, object][] }; outputs: object }>)[id]
  const said = entry?.status.messages.map(([type]) => type) ?? []
  if (said.includes('execution_error')) return { type: 'error', files: [] }
  if (said.includes('execution_interrupted')) return { type: 'interrupted', files: [] }
  // What a preview node has made is no result.
  const outputs = saved({ graph }).flatMap((node) => (entry?.outputs as Outputs | undefined)?.[node]?.images ?? [])
  return { type: 'success', files: outputs.map(({ filename }) => filename).toSorted() }
}

type Outputs = Record<string, { images?: { filename: string }[] }>

const saved = ({ graph }: Pick<RecordedPrompt, 'graph'>): string[] =>
  Object.keys(graph).filter((node) => graph[node]?.class_type === 'SaveImage')

it('there are prompts that ended well, failed and were interrupted', () => {
  expect(new Set(recorded.map(([, , prompt]) => endOf(prompt).type))).toEqual(new Set(['success', 'error', 'interrupted']))
})

it.each(recorded)('%s, prompt %d: over HTTP and a socket it ends as it did, with the same files', async (_name, _n, prompt) => {
  const replay = await startReplay(prompt)
  const server = new ComfyServer({ address: replay.url, reconcileMs: 50, pingMs: 10_000 })
  try {
    const wanted = saved(prompt)
    let previews = 0
    let progress = 0
    const listener = {
      onChange: () => void (progress += 1),
      onPreview: () => void (previews += 1),
    }
    const end = await server.run(prompt.id, prompt.graph, listener, AbortSignal.timeout(15_000), wanted)
    const files =
      end.type === 'success'
        ? end.images
            .filter(({ node }) => wanted.includes(node))
            .map(({ filename }) => filename)
            .toSorted()
        : []
    expect({ type: end.type, files }).toEqual(endOf(prompt))
    expect(replay.posted).toEqual([prompt.id])
    expect(progress).toBeGreaterThan(1)
    const frames = prompt.messages.filter(({ base64 }) => base64 !== undefined && /^AAAA[AB][QAB]/.test(base64)).length
    // Those of others on the same socket may lie between its own.
    expect(recordedAlone(prompt) ? frames - previews : 0).toBe(0)
  } finally {
    await server.close()
    await replay.close()
  }
})

/** Whether all that its socket was told is of this one prompt. */
function recordedAlone({ id, messages }: RecordedPrompt): boolean {
  return messages.every(({ json }) => {
    const other = (json as { data?: { prompt_id?: string } } | undefined)?.data?.prompt_id
    return other === undefined || other === id
  })
}
