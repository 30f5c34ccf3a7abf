import type { Graph } from '../graph'
import { classOf, inputSpecs, type ObjectInfo } from '../object-info'

/**
 * The graph with its values as the server reads them before it checks them (`int()`, `float()`, `str()` and `bool()` of Python, in
 * `validate_inputs` of ComfyUI's execution.py): files written by hand or by other tools say `"20"` for 20, and run there. What it can't
 * read stays as it is, to be told.
 */
export function withServerValues(graph: Graph, info: ObjectInfo): Graph {
  return Object.fromEntries(
    Object.entries(graph).map(([id, node]) => {
      const cls = classOf(info, node.class_type)
      if (!cls) return [id, node]
      const specs = inputSpecs(cls, node.inputs)
      const inputs = Object.entries(node.inputs).map(([name, value]) => [name, asRead(specs.get(name)?.type, value)])
      return [id, { ...node, inputs: Object.fromEntries(inputs) }]
    }),
  )
}

function asRead(type: string | undefined, value: unknown): unknown {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return value
  switch (type) {
    case 'INT': {
      const whole =
        typeof value === 'string' ? (/^\s*[+-]?\d+\s*$/.test(value) ? Number(value) : Number.NaN) : Math.trunc(Number(value))
      return Number.isInteger(whole) ? whole : value
    }
    case 'FLOAT': {
      const text = typeof value === 'string' && !/^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?\s*$/i.test(value)
      return text || !Number.isFinite(Number(value)) ? value : Number(value)
    }
    case 'STRING':
      if (typeof value === 'boolean') return value ? 'True' : 'False'
      return String(value)
    case 'BOOLEAN':
      return Boolean(value)
    default:
      return value
  }
}
