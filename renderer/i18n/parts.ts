import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'
import type { partsEn } from './parts.en'

type Dictionary = typeof partsEn
type Stem<K> = K extends `${infer S}_other` ? S : never

/** Every key of the parts' dictionary; a counted word is one key here. */
export type PartKey = Exclude<keyof Dictionary, `${string}_one` | `${string}_other`> | Stem<keyof Dictionary>

/** Chinese needs all keys but the singular ones. */
export type ChinesePartWords = Record<Exclude<keyof Dictionary, `${string}_one`>, string>

/** Words for a key with its values filled in. */
export type SayPart = (key: PartKey, values?: Readonly<Record<string, string | number>>) => string

/** The words of the parts, from the namespace `parts`, in the language of the studio. */
export function usePartWords(): SayPart {
  const { t } = useTranslation('parts')
  return useCallback<SayPart>((key, values) => t(key, { ...values }), [t])
}
