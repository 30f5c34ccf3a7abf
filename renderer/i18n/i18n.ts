import i18next, { type i18n as I18n } from 'i18next'
import { useMemo } from 'react'
import { initReactI18next, useTranslation } from 'react-i18next'
import type { Settings } from '#shared/domain/settings'
import { en } from './en'
import { modelsEn } from './models.en'
import { modelsZh } from './models.zh'
import { partsEn } from './parts.en'
import { partsZh } from './parts.zh'
import { setupEn } from './setup.en'
import { setupZh } from './setup.zh'
import type { Say, WordKey } from './words'
import { zh } from './zh'

export type Language = 'en' | 'zh'

/** The language to show: what is set, or the first of the system's that we have, or English. */
export function chooseLanguage(setting: Settings['language'], system: readonly string[]): Language {
  if (setting !== 'system') return setting
  for (const tag of system) {
    const language = tag.toLowerCase().split('-')[0]
    if (language === 'zh' || language === 'en') return language
  }
  return 'en'
}

/** The dictionary, ready to use at once: both languages are in the bundle, so that switching needs no loading. */
export function createI18n(language: Language): I18n {
  const instance = i18next.createInstance()
  void instance.use(initReactI18next).init({
    lng: language,
    fallbackLng: false,
    initAsync: false,
    keySeparator: false,
    nsSeparator: false,
    // React escapes what it renders.
    interpolation: { escapeValue: false },
    resources: {
      en: { translation: en, parts: partsEn, models: modelsEn, setup: setupEn },
      zh: { translation: zh, parts: partsZh, models: modelsZh, setup: setupZh },
    },
    react: { useSuspense: false },
  })
  return instance
}

/** The words of the studio, and which language they are in. */
export function useWords(): Say & { language: Language } {
  const { t, i18n } = useTranslation()
  const language: Language = i18n.language === 'zh' ? 'zh' : 'en'
  return useMemo(
    () => Object.assign((key: WordKey, values?: Record<string, string | number>) => t(key, values ?? {}), { language }),
    [t, language],
  )
}
