/**
 * A text as ComfyUI's editor sends it: comments taken out and `{a|b|c}` replaced by one of its parts, which may hold others.
 * `\{`, `\|` and `\}` stand for the signs themselves.
 * @param pick answers a whole number from 0 up to, not including, its argument
 */
export function expandDynamicPrompt(text: string, pick: (count: number) => number): string {
  return expand(text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, ''), pick, 0)
}

/** Deeper ones are left as they stand: nobody writes them, and each level is a call. */
const maxDepth = 50

function expand(text: string, pick: (count: number) => number, depth: number): string {
  let at = 0
  let result = ''
  while (at < text.length) {
    const sign = text[at++]
    if (sign === '\\') result += `\\${text[at++] ?? ''}`
    else if (sign === '{' && depth < maxDepth) {
      const { parts, end } = readChoice(text, at)
      at = end
      result += expand(parts[pick(parts.length)] ?? '', pick, depth + 1)
    } else result += sign
  }
  return depth === 0 ? result.replaceAll(/\\([{}|])/g, '$1') : result
}

/** The parts of a choice that begins at `at`, and where it ends. */
function readChoice(text: string, at: number): { parts: string[]; end: number } {
  const parts: string[] = []
  let part = ''
  let depth = 0
  while (at < text.length) {
    const sign = text[at++] as string
    if (sign === '\\') {
      part += `\\${text[at++] ?? ''}`
      continue
    }
    if (sign === '{') depth++
    else if (sign === '}') {
      if (depth === 0) break
      depth--
    } else if (sign === '|' && depth === 0) {
      parts.push(part)
      part = ''
      continue
    }
    part += sign
  }
  return { parts: [...parts, part], end: at }
}

/** True when the text holds a choice, so that each job may get another one. */
export function hasChoice(text: string): boolean {
  return /(?<!\\)\{[^]*(?<!\\)\|[^]*(?<!\\)\}/.test(text)
}
