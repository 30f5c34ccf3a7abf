import { InvalidArgumentError } from 'commander'
import { readAddress } from '#core/engines/comfyui/address'
import { type LevelOfDetail, levelsOfDetail } from '#shared/domain/edit'
import { maxSeed } from '#shared/domain/id'

/** A command line that can't be meant: exit code 2, the message is all that is shown. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

const decimal = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

/** Reads a number of a range; for commander, which puts the option's name before the message. */
export function numberIn(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = decimal.test(text.trim()) ? Number(text) : Number.NaN
    if (!(value >= low && value <= high)) throw new InvalidArgumentError(`Give a number from ${low} to ${high}.`)
    return value
  }
}

/** Reads a whole number of a range. */
export function wholeIn(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,16}$/.test(text.trim()) ? Number(text) : Number.NaN
    if (!(value >= low && value <= high)) throw new InvalidArgumentError(`Give a whole number from ${low} to ${high}.`)
    return value
  }
}

/** Reads a seed. */
export const seed = wholeIn(0, maxSeed)

/**
 * Reads an engine: a word, the address of a ComfyUI server (also without `http://` where it has a port), or added servers by name or tag.
 * Answers an address in its one form, which is the engine's id.
 */
export function engine(text: string): string {
  if (['auto', 'draft', 'local', 'remote'].includes(text) || /^(?:name|tag):./u.test(text)) return text
  if (/^https?:\/\//i.test(text) || /:\d{1,5}(?:\/|$)/.test(text)) {
    try {
      return readAddress(text).http
    } catch (thrown) {
      // Not commander's own error: it would quote a password that stands in the address.
      throw new UsageError(`--engine: ${thrown instanceof Error ? thrown.message : String(thrown)}`)
    }
  }
  throw new InvalidArgumentError(
    'Use auto, draft, local, the address of a ComfyUI server such as http://192.168.1.20:8188, or servers that were added: name:NAME, tag:TAG.',
  )
}

/**
 * Collects `Name: value` headers. What is no header is told without repeating it: commander's own error would quote the value, which is a
 * secret even where it is mistyped.
 */
export function header(text: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const colon = text.indexOf(':')
  if (colon < 1) throw new UsageError('--header is written as "Name: value", in quotes.')
  return { ...before, [text.slice(0, colon).trim()]: text.slice(colon + 1).trim() }
}

/** Collects words that may be given several times. */
export function several(text: string, before: readonly string[] = []): string[] {
  return [...before, text]
}

/** Reads a text that must not be empty nor longer than `max` characters. */
export function textUpTo(max: number): (text: string) => string {
  return (text) => {
    if (text.trim() === '') throw new InvalidArgumentError('It is empty.')
    // Not commander's own error: it would repeat all of it.
    if (text.length > max) {
      const begin = text.slice(0, 40).replace(/\s+/g, ' ')
      throw new UsageError(`"${begin}…" is ${text.length} characters long; at most ${max} fit. Shorten it.`)
    }
    return text
  }
}

/** Reads a size such as `1024x640`. */
export function sizeOf(text: string): { width: number; height: number } {
  const [, width, height] = /^(\d{2,4})\s*[x×*]\s*(\d{2,4})$/i.exec(text.trim()) ?? []
  const size = { width: Number(width), height: Number(height) }
  if (!(size.width >= 64 && size.height >= 64 && size.width <= 8192 && size.height <= 8192))
    throw new InvalidArgumentError('Give width x height in pixels (64 to 8192), such as 1024x640.')
  return size
}

/** Reads a level of detail; `direct-final` is `direct_final`. */
export function levelOfDetail(text: string): LevelOfDetail {
  const level = levelsOfDetail.find((known) => known === text.replace('-', '_'))
  if (!level) throw new InvalidArgumentError(`Use one of: ${levelsOfDetail.join(', ')}.`)
  return level
}

/** Reads `name=value`. */
export function pairOf(text: string): [string, string] {
  const at = text.indexOf('=')
  if (at < 1 || at === text.length - 1) throw new InvalidArgumentError('Write NAME=VALUE.')
  return [text.slice(0, at).trim(), text.slice(at + 1)]
}
