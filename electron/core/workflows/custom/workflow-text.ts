import { AppError } from '#shared/domain/error'

/** Bounds of a workflow file, and of a picture that carries one; the largest official templates are near 1 MB and 400 nodes. */
export const fileLimits = { bytes: 16 * 2 ** 20, pictureBytes: 128 * 2 ** 20, depth: 100, nodes: 5_000, nameLength: 200 }

/** Names that JavaScript objects answer to by themselves: no server's node or input is called so. */
const reservedNames = new Set(['__proto__', 'constructor', 'prototype', 'hasOwnProperty', 'toString', 'valueOf'])

/** True for a name that may be a key of the graphs that Recast builds. */
export function isSafeName(name: string): boolean {
  return name.length > 0 && name.length <= fileLimits.nameLength && !reservedNames.has(name)
}

/** What is wrong with a workflow file, as the user is told. */
export function refusedFile(why: string, detail: Record<string, unknown> = {}): AppError {
  return new AppError('input.invalid', `This workflow can't be imported: ${why}`, { detail: { field: 'workflow', ...detail } })
}

/**
 * Reads the text of a workflow file: JSON, not too large and not too deep, an object at its top. NaN and Infinity, which Python writes,
 * become null as in ComfyUI's own frontend. Throws `input.too_large` and `input.invalid`.
 */
export function readWorkflowText(text: string): Record<string, unknown> {
  if (Buffer.byteLength(text) > fileLimits.bytes) {
    throw new AppError(
      'input.too_large',
      `The workflow file is larger than ${fileLimits.bytes / 2 ** 20} MB. Take embedded pictures out of it and import it again.`,
      { detail: { limit: fileLimits.bytes } },
    )
  }
  const clean = text.replace(/^\uFEFF/, '')
  // Before parsing: what walks over the values later may call itself once for each level.
  if (depthOf(clean) > fileLimits.depth) {
    throw refusedFile(`it is nested deeper than ${fileLimits.depth} levels. Save it again in ComfyUI and import that.`)
  }
  const value = parse(clean)
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw refusedFile('it holds no workflow. Save one in ComfyUI (Workflow → Save, or Export (API)) and import that.')
  }
  return value as Record<string, unknown>
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (first) {
    try {
      return JSON.parse(
        text.replace(/"(?:\\.|[^"\\])*"|(?<![\w.-])(-?Infinity|NaN)(?![\w.])/g, (all, token) => (token ? 'null' : all)),
      )
    } catch {
      throw refusedFile('it is no JSON. Save it again in ComfyUI and import that.', {
        reason: first instanceof Error ? first.message.slice(0, 200) : '',
      })
    }
  }
}

/** How deep the brackets outside of strings go. */
function depthOf(text: string): number {
  let depth = 0
  let deepest = 0
  let inString = false
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (inString) {
      if (code === 92) at++
      else if (code === 34) inString = false
    } else if (code === 34) inString = true
    else if (code === 123 || code === 91) deepest = Math.max(deepest, ++depth)
    else if (code === 125 || code === 93) depth--
  }
  return deepest
}

/** The value as a plain record, or an empty one. */
export function recordOf(value: unknown): Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : {}
}

/** The value as a list, or an empty one. */
export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}
