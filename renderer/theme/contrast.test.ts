// oxlint-disable-next-line no-restricted-imports -- tests run in Node, and vitest hands out no style sheets
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

type Rgb = [number, number, number]

const source = readFileSync(new URL('tokens.css', import.meta.url), 'utf8')
const tokens = new Map<string, { light: Rgb; dark: Rgb }>()
for (const [, name, light, dark] of source.matchAll(/--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/gu))
  if (name && light && dark) tokens.set(name, { light: rgb(light), dark: rgb(dark) })

function rgb(hex: string): Rgb {
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as Rgb
}

/** WCAG 2.2, relative luminance. */
function luminance(colour: Rgb): number {
  const [r, g, b] = colour.map((value) => {
    const part = value / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  }) as Rgb
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function contrast(a: Rgb, b: Rgb): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number]
  return (high + 0.05) / (low + 0.05)
}

function pair(front: string, ground: string, theme: 'light' | 'dark'): number {
  const a = tokens.get(front)?.[theme]
  const b = tokens.get(ground)?.[theme]
  if (!a || !b) throw new Error(`no token ${front} or ${ground}`)
  return contrast(a, b)
}

describe('the colours', () => {
  const grounds = ['ground', 'panel', 'raised', 'hover']
  const texts: [string, string[]][] = [
    ['text', [...grounds, 'accent-wash', 'bad-wash']],
    ['muted', [...grounds, 'bad-wash']],
    ['accent-text', ['ground', 'panel', 'raised', 'hover']],
    ['on-accent', ['accent', 'accent-hover']],
    ['bad', ['panel', 'raised', 'bad-wash']],
    ['good', ['panel', 'raised']],
  ]
  const lines: [string, string[]][] = [
    ['accent', ['ground', 'panel', 'raised']],
    ['edge', ['panel', 'raised']],
  ]
  for (const theme of ['dark', 'light'] as const) {
    it.each(texts.flatMap(([front, behind]) => behind.map((ground) => ({ front, ground }))))(
      `of words: $front on $ground is at least 4.5 : 1 in the ${theme} theme`,
      ({ front, ground }) => {
        expect(pair(front, ground, theme)).toBeGreaterThanOrEqual(4.5)
      },
    )
    it.each(lines.flatMap(([front, behind]) => behind.map((ground) => ({ front, ground }))))(
      `of marks that mean something: $front on $ground is at least 3 : 1 in the ${theme} theme`,
      ({ front, ground }) => {
        expect(pair(front, ground, theme)).toBeGreaterThanOrEqual(3)
      },
    )
  }
})
