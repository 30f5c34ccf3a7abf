import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'
import type { modelsEn } from './models.en'

type Dictionary = typeof modelsEn
type Stem<K> = K extends `${infer S}_other` ? S : never

/** Every key of the models' dictionary; a counted word is one key here. */
type ModelWordKey = Exclude<keyof Dictionary, `${string}_one` | `${string}_other`> | Stem<keyof Dictionary>

/** Chinese needs all keys but the singular ones. */
export type ChineseModelWords = Record<Exclude<keyof Dictionary, `${string}_one`>, string>

/** Words for a key with its values filled in. */
export type SayModels = (key: ModelWordKey, values?: Readonly<Record<string, string | number>>) => string

/** The words of the models dialog, in the language of the studio. */
export function useModelWords(): SayModels {
  const { t } = useTranslation('models')
  return useCallback<SayModels>((key, values) => t(key, { ...values }), [t])
}
