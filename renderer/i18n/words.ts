import type { en } from './en'

/** Every key of the dictionary; a counted word is one key here and has `_one` and `_other` in the dictionary. */
export type WordKey = Exclude<keyof typeof en, `${string}_one` | `${string}_other`> | CountedKey
type CountedKey = keyof typeof en extends infer K ? (K extends `${infer Stem}_other` ? Stem : never) : never

/** Chinese has no plural: it needs all keys but the singular ones. A missing or a surplus key doesn't compile. */
export type ChineseWords = Record<Exclude<keyof typeof en, `${string}_one`>, string>

/** Gives the words for a key in the language of the studio, with `{{name}}` filled in. */
export type Say = (key: WordKey, values?: Record<string, string | number>) => string
