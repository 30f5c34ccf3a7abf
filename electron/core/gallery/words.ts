import type { Edit } from '#shared/domain/edit'
import { styles } from '#shared/styles/catalogue'
import { viewLabel } from '#shared/views/presets'

/** Writing without spaces between its words. */
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]+/gu
/** Longest text that is indexed of one result, characters: a prompt has 2,000, a story several. */
const longestText = 20_000
/** Words of one search that count; more only narrow further. */
const mostTerms = 12

/** Pairs of neighbours, and the last one alone, so that a single character is the start of some token wherever it stands. */
function pairs(run: string): string[] {
  const chars = [...run]
  return chars.map((char, at) => char + (chars[at + 1] ?? ''))
}

/** The text as the index gets it: lower case, one width, Chinese cut into pairs of characters. */
export function indexedText(text: string): string {
  return text
    .slice(0, longestText)
    .normalize('NFKC')
    .toLowerCase()
    .replace(unspaced, (run) => ` ${pairs(run).join(' ')} `)
}

/**
 * The full-text query of what the user typed: every word must be there, each may be the beginning of one. A run of Chinese is found
 * wherever it stands in a text. Undefined when there is no word in it. Nothing typed is ever read as the query language.
 */
export function wordsQuery(typed: string): string | undefined {
  const terms: string[] = []
  for (const [part] of typed
    .normalize('NFKC')
    .toLowerCase()
    .matchAll(/[\p{Letter}\p{Mark}\p{Number}]+/gu)) {
    let rest = 0
    for (const match of part.matchAll(unspaced)) {
      terms.push(...plain(part.slice(rest, match.index)), ofRun(match[0]))
      rest = match.index + match[0].length
    }
    terms.push(...plain(part.slice(rest)))
  }
  const few = terms.slice(0, mostTerms)
  return few.length === 0 ? undefined : `words : (${few.join(' AND ')})`
}

function plain(word: string): string[] {
  return word === '' ? [] : [`"${word}"*`]
}

/** One character is the start of a pair; more are pairs in a row, without the last one alone. */
function ofRun(run: string): string {
  const all = pairs(run)
  return all.length === 1 ? `"${run}"*` : `"${all.slice(0, -1).join(' ')}"`
}

const styleTitles = new Map(styles.map((style) => [style.id, `${style.title.en} ${style.title.zh}`]))
/** Keys of an edit whose text is the user's own: prompts, negative prompts, captions, a story's scenes and roles. */
const wordKeys = /prompt|wording|words|text|caption|title|name|description|negative/iu

/** Every word that the user gave an edit, at whatever depth: kinds of edits to come need no change here. */
function wordsIn(value: unknown, key = ''): string[] {
  if (typeof value === 'string') return wordKeys.test(key) ? [value] : []
  if (Array.isArray(value)) return value.flatMap((item) => wordsIn(item, key))
  if (typeof value === 'object' && value !== null) return Object.entries(value).flatMap(([name, item]) => wordsIn(item, name))
  return []
}

/** What a result can be found by: the user's words, the names of style and view in both languages, the photo's name, and the seed. */
export function wordsOfResult(job: { edit: Edit; name: string; seed: number }): string {
  const { edit } = job
  const style = 'styleId' in edit && typeof edit.styleId === 'string' ? edit.styleId : undefined
  const view = edit.kind === 'perspective' ? edit.view.id : undefined
  const label = view === undefined ? undefined : viewLabel(view)
  return indexedText(
    [
      job.name,
      ...(style === undefined ? [] : [style, styleTitles.get(style) ?? '']),
      ...(label === undefined ? [] : [label.en, label.zh]),
      ...wordsIn(edit),
      String(job.seed),
    ].join('\n'),
  )
}

/** What a result is filtered by together with words; values that never change. */
export type Facet = 'kind' | 'style' | 'engine' | 'workflow'

/** A facet's value as one token that nobody types: the tokenizer would cut an address into words. */
function facetToken(facet: Facet, value: string): string {
  return `ʘ${facet}${Buffer.from(value).toString('hex')}`
}

/** The facets of a result as the index gets them. */
export function facetTokens(values: Readonly<Record<Facet, string>>): string {
  return (Object.keys(values) as Facet[]).map((facet) => facetToken(facet, values[facet])).join(' ')
}

/** The part of a full-text query that asks for one of these values. */
export function facetQuery(facet: Facet, values: readonly string[]): string {
  return `facets : (${values.map((value) => `"${facetToken(facet, value)}"`).join(' OR ')})`
}
