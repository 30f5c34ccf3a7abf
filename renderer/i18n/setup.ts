import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'
import type { setupEn } from './setup.en'

type Dictionary = typeof setupEn
type Stem<K> = K extends `${infer S}_other` ? S : never

/** Every key of the dictionary of export, settings and set-up; a counted word is one key here. */
export type SetupKey = Exclude<keyof Dictionary, `${string}_one` | `${string}_other`> | Stem<keyof Dictionary>

/** Chinese needs all keys but the singular ones. */
export type ChineseSetupWords = Record<Exclude<keyof Dictionary, `${string}_one`>, string>

/** Words for a key with its values filled in. */
export type SaySetup = (key: SetupKey, values?: Readonly<Record<string, string | number>>) => string

/** The words of export, settings and set-up, in the language of the studio. */
export function useSetupWords(): SaySetup {
  const { t } = useTranslation('setup')
  return useCallback<SaySetup>((key, values) => t(key, { ...values }), [t])
}
