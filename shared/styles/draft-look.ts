import { resolveStyle, styleFromWords } from './catalogue'
import { networkStyles } from './network-styles'

/** What drafts show for words that no style is near to: paint, which is what most own looks are. */
const lastResort = 'oil-painting'

/** Words of a text that can tell a style: English ones of three letters or more, Chinese by pairs of characters. */
function tellingWords(text: string): Set<string> {
  const lower = text.normalize('NFKC').toLowerCase()
  const words = lower.match(/[\p{Script=Latin}\p{M}]{3,}/gu) ?? []
  const pairs = [...lower.matchAll(/\p{Script=Han}+/gu)].flatMap(([run]) => {
    const chars = [...run]
    return chars.slice(1).map((char, at) => (chars[at] ?? '') + char)
  })
  // "and", "the", "style" are in many names and tell nothing.
  return new Set([...words, ...pairs].filter((word) => !['and', 'the', 'with', 'style', 'painting', '风格'].includes(word)))
}

/**
 * The style of the catalogue that drafts show for an own preset: the one it names, else the preset or the network whose words are nearest
 * to its own. The draft engine reads no words, so there always is one.
 */
export function draftLook(style: { draftStyleId?: string | undefined; name: string; wording: string }): string {
  if (style.draftStyleId !== undefined) {
    try {
      return resolveStyle(style.draftStyleId).id
    } catch {
      // Of another version of Recast, which has more styles: the words decide.
    }
  }
  const text = `${style.name} ${style.wording}`
  const named = styleFromWords(text)
  if (named) return named.id
  const words = tellingWords(text)
  let best = { id: lastResort, hits: 0 }
  for (const { id, title } of networkStyles) {
    const hits = [...tellingWords(`${title.en} ${title.zh}`)].filter((word) => words.has(word)).length
    if (hits > best.hits) best = { id, hits }
  }
  return best.id
}
