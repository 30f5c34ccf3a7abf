import { convertEditorFile } from '../../../electron/core/workflows/custom/convert'
import { readEditorFile } from '../../../electron/core/workflows/custom/editor-file'
import { readWorkflowText } from '../../../electron/core/workflows/custom/workflow-text'
import type { Graph } from '../../../electron/core/workflows/graph'
import type { ObjectInfo } from '../../../electron/core/workflows/object-info'

/** What Recast sends for an editor's file. */
export function convert(text: string, info: ObjectInfo): Graph {
  return convertEditorFile(readEditorFile(readWorkflowText(text)), info).graph
}
