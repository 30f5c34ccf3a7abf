import { z } from 'zod'
import {
  conversionProblemSchema,
  customFieldSchema,
  customOutputSchema,
  type CustomPurpose,
} from '#shared/domain/custom-workflow'
import { AppError } from '#shared/domain/error'
import { lazily } from '#shared/lazily'
import { checkGraph } from '../check-graph'
import { graphNodeSchema } from '../graph'
import type { ObjectInfo } from '../object-info'
import { readApiFile } from './api-file'
import { convertEditorFile } from './convert'
import { isEditorFile, readEditorFile } from './editor-file'
import { editLacks, findFields, findOutputs } from './fields'
import { hintsSchema, readHints } from './hints'
import { withServerValues } from './server-values'
import { readWorkflowText, refusedFile } from './workflow-text'

/** All that Recast reads out of a workflow file; kept with it. */
export const customContentSchema = lazily(() =>
  z.object({
    format: z.enum(['api', 'editor']),
    graph: z.record(z.string(), graphNodeSchema),
    fields: z.array(customFieldSchema()),
    outputs: z.array(customOutputSchema()),
    problems: z.array(conversionProblemSchema()),
    editLacks: z.array(z.string()),
    hints: hintsSchema(),
  }),
)
export type CustomContent = z.infer<ReturnType<typeof customContentSchema>>

/**
 * Reads a workflow file, converts it where it is the editor's, and finds what can be set in it.
 * @param info the server's `/object_info`; an editor's file can't be read without, because the names of its values are not in the file
 * @throws AppError `input.invalid` or `input.too_large`, saying what to do
 */
export function readWorkflowFile(text: string, info: ObjectInfo | undefined, purpose: CustomPurpose): CustomContent {
  const file = readWorkflowText(text)
  const editor = isEditorFile(file) ? readEditorFile(file) : undefined
  if (editor && !info) {
    throw new AppError(
      'input.invalid',
      "This workflow is in the format of ComfyUI's editor, which names no values: only a server knows them. Set up or name a ComfyUI server and import it again, or save it with Export (API).",
      { detail: { format: 'editor', needs: 'engine' } },
    )
  }
  const known = info ?? {}
  const { graph: written, problems } = editor ? convertEditorFile(editor, known) : readApiFile(file)
  const graph = withServerValues(written, known)
  const outputs = findOutputs(graph, known)
  if (outputs.length === 0) {
    throw refusedFile(
      'it has no node that gives a result. Add a SaveImage node in ComfyUI, or take one out of bypass, and import it again.',
      {
        problems: problems.slice(0, 20),
      },
    )
  }
  const cycle = checkGraph(graph, known).find(({ code }) => code === 'cycle')
  if (cycle)
    throw refusedFile(`its nodes run in a circle at node ${cycle.node}. Cut one of the links in ComfyUI and import it again.`)
  const lacks = editLacks(graph, known)
  if (purpose !== 'any' && lacks.length > 0) {
    throw refusedFile(
      `as ${purpose === 'style' ? 'a style' : 'an image edit'} it lacks ${listed(lacks)}. Add that in ComfyUI, or import it for any use.`,
      { lacks },
    )
  }
  return {
    format: editor ? 'editor' : 'api',
    graph,
    fields: findFields(graph, known),
    outputs,
    problems,
    editLacks: lacks,
    hints: editor ? readHints(editor) : { packages: {}, models: {} },
  }
}

function listed(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`
}
