import { isOutputClass, type FakeGraph } from './graph-run'

interface ClassInfo {
  input: { required?: Record<string, unknown>; optional?: Record<string, unknown> }
}
export type FakeObjectInfo = Record<string, ClassInfo>

/** The options of a combo, in either of the two forms in which servers write one; undefined for other inputs. */
function optionsOf(spec: unknown): { options: unknown[]; upload: boolean } | undefined {
  if (!Array.isArray(spec)) return undefined
  const [type, config] = spec as [unknown, { options?: unknown[]; image_upload?: boolean } | undefined]
  const upload = config?.image_upload === true
  if (Array.isArray(type)) return { options: type, upload }
  return type === 'COMBO' && config?.options ? { options: config.options, upload } : undefined
}

/** The same classes on a server that lacks some files: they stand in no list. */
export function withoutFiles(info: FakeObjectInfo, files: readonly string[]): FakeObjectInfo {
  const missing = (value: unknown): boolean => typeof value === 'string' && files.some((file) => value.endsWith(file))
  const clean = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.filter((item) => !missing(item)).map(clean)
    if (value === null || typeof value !== 'object') return value
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, clean(item)]))
  }
  return clean(info) as FakeObjectInfo
}

/** What the server answers to a prompt that it refuses (recorded in rejected_prompts.jsonl); undefined for one that it takes. */
export function refusalOf(graph: FakeGraph, info: FakeObjectInfo, hasUpload: (name: string) => boolean): object | undefined {
  for (const [id, node] of Object.entries(graph)) {
    if (info[node.class_type]) continue
    return {
      error: {
        type: 'invalid_prompt',
        message: `Cannot execute because node ${node.class_type} does not exist.`,
        details: `Node ID '#${id}'`,
        extra_info: {},
      },
      node_errors: {},
    }
  }
  const nodeErrors: Record<string, object> = {}
  for (const [id, node] of Object.entries(graph)) {
    const { required = {}, optional = {} } = info[node.class_type]?.input ?? {}
    const errors: object[] = []
    for (const [name, spec] of Object.entries({ ...required, ...optional })) {
      const value = node.inputs[name]
      const combo = optionsOf(spec)
      if (!combo || Array.isArray(value) || value === undefined) continue
      if (combo.upload && !hasUpload(String(value))) {
        const details = `${name} - Invalid image file: ${String(value)}`
        errors.push({
          type: 'custom_validation_failed',
          message: 'Custom validation failed for node',
          details,
          extra_info: { input_name: name },
        })
      } else if (!combo.upload && !combo.options.includes(value)) {
        const details = `${name}: '${String(value)}' not in [${combo.options.map((option) => `'${String(option)}'`).join(', ')}]`
        errors.push({ type: 'value_not_in_list', message: 'Value not in list', details, extra_info: { input_name: name } })
      }
    }
    if (errors.length > 0) nodeErrors[id] = { errors, dependent_outputs: outputsAfter(graph, id), class_type: node.class_type }
  }
  if (Object.keys(nodeErrors).length === 0) return undefined
  const error = {
    type: 'prompt_outputs_failed_validation',
    message: 'Prompt outputs failed validation',
    details: '',
    extra_info: {},
  }
  return { error, node_errors: nodeErrors }
}

/** Output nodes that depend on a node. */
function outputsAfter(graph: FakeGraph, id: string): string[] {
  const dependsOn = (node: string): boolean =>
    node === id || Object.values(graph[node]?.inputs ?? {}).some((value) => Array.isArray(value) && dependsOn(String(value[0])))
  return Object.keys(graph).filter((node) => isOutputClass(graph[node]?.class_type ?? '') && dependsOn(node))
}
