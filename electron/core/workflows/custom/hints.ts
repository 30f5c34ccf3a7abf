import { z } from 'zod'
import { lazily } from '#shared/lazily'
import { type EditorFile } from './editor-file'
import { listOf, recordOf } from './workflow-text'

/** What a file itself says about getting what it needs. It was written by others: shown, never followed by itself. */
export const hintsSchema = lazily(() =>
  z.object({
    /** By node class: the package in ComfyUI's registry or on GitHub, and its version when the file was saved. */
    packages: z.record(
      z.string(),
      z.object({ id: z.string(), repository: z.string().optional(), version: z.string().optional() }),
    ),
    /** By file name: the folder under `models` and where it can be had. */
    models: z.record(z.string(), z.object({ folder: z.string(), url: z.string().optional() })),
  }),
)
export type WorkflowHints = z.infer<ReturnType<typeof hintsSchema>>

/** Reads the packages and models that the nodes of an editor's file name. */
export function readHints(file: EditorFile): WorkflowHints {
  const packages = new Map<string, WorkflowHints['packages'][string]>()
  const models = new Map<string, WorkflowHints['models'][string]>()
  for (const graph of [file.root, ...file.subgraphs.values()]) {
    for (const { type, properties } of graph.nodes.values()) {
      const id = text(properties['cnr_id']) ?? text(properties['aux_id'])
      const repository = text(properties['aux_id'], /^[\w.-]+\/[\w.-]+$/)
      const version = text(properties['ver'], /^[\w.+-]+$/)
      if (id !== undefined && !file.subgraphs.has(type)) {
        packages.set(type, {
          id,
          ...(repository === undefined ? {} : { repository: `https://github.com/${repository}` }),
          ...(version === undefined ? {} : { version }),
        })
      }
      for (const raw of listOf(properties['models'])) {
        const { name, url, directory } = recordOf(raw)
        const named = text(name, /^[^/\\]+$/)
        const folder = text(directory, /^[\w.-]+(\/[\w.-]+)*$/)
        if (named === undefined || folder === undefined || folder.split('/').includes('..')) continue
        const link = text(url, /^https:\/\/\S+$/)
        models.set(named, { folder, ...(link === undefined ? {} : { url: link }) })
      }
    }
  }
  return { packages: Object.fromEntries(packages), models: Object.fromEntries(models) }
}

function text(value: unknown, form = /^[^\p{Cc}]+$/u): string | undefined {
  return typeof value === 'string' && value.length <= 400 && form.test(value) ? value : undefined
}
