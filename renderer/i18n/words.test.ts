import { describe, expect, it } from 'vitest'
import { errorCodes } from '#shared/domain/error'
import { en } from './en'
import { errorDictionaries, errorWords } from './errors'
import { chooseLanguage, createI18n } from './i18n'
import { knownNotes, noteWords } from './notes'
import { modelsEn } from './models.en'
import { partsEn } from './parts.en'
import { partsZh } from './parts.zh'
import { setupEn } from './setup.en'
import { setupZh } from './setup.zh'
import { zh } from './zh'

const placeholders = (text: string): string[] => [...text.matchAll(/\{\{(\w+)\}\}/gu)].map((match) => match[1] ?? '').sort()
const stem = (key: string): string => key.replace(/_(one|other)$/u, '')

describe.each([
  { name: 'the studio', english: en as Record<string, string>, chinese: zh as Record<string, string> },
  { name: 'the parts', english: partsEn as Record<string, string>, chinese: partsZh as Record<string, string> },
  { name: 'set-up', english: setupEn as Record<string, string>, chinese: setupZh as Record<string, string> },
])('the dictionaries of $name', ({ english, chinese }) => {
  it('have the same keys, but for the singular that Chinese has not', () => {
    expect(Object.keys(chinese).sort()).toEqual(
      Object.keys(english)
        .filter((key) => !key.endsWith('_one'))
        .sort(),
    )
  })

  it('have words under every key', () => {
    const all = [...Object.entries(english), ...Object.entries(chinese)]
    expect(all.filter(([, text]) => text.trim() === '')).toEqual([])
  })

  it('fill in the same values, so that no number or name is lost in one language', () => {
    const wrong = Object.entries(chinese).flatMap(([key, text]) => {
      const wanted = placeholders(english[key] ?? '')
      // A name that English gives only in the singular ("One picture: cup") has no place in a Chinese plural.
      const allowed = new Set([...wanted, ...placeholders(english[`${stem(key)}_one`] ?? '')])
      const given = placeholders(text)
      const isRight = given.every((name) => allowed.has(name)) && wanted.every((name) => given.includes(name))
      return isRight ? [] : [{ key, wanted, given }]
    })
    expect(wrong).toEqual([])
  })

  it('translate: no Chinese entry is left in English, but for signs and names', () => {
    const same = Object.keys(chinese).filter((key) => /[a-z]{4}/u.test(chinese[key] ?? '') && chinese[key] === english[key])
    expect(same.filter((key) => !['app.name', 'job.percent', 'library.item', 'gallery.stars'].includes(key))).toEqual([])
  })
})

describe('counted words', () => {
  const english: Record<string, string> = { ...en, ...partsEn, ...setupEn, ...modelsEn }
  const isCounted = (key: string): boolean => /_(one|other)$/u.test(key)

  it('have a singular and a plural', () => {
    const lacking = Object.keys(english)
      .filter(isCounted)
      .filter((key) => !(`${stem(key)}_one` in english) || !(`${stem(key)}_other` in english))
    expect(lacking).toEqual([])
  })

  it('are all that say a number of things: no "1 results"', () => {
    // A number, one word that tells more at most, and a plural; "2 of 8 made" and "8 more" are the same for one.
    const numberOfThings =
      /\{\{(?:count|n|days|jobs|pictures|results|scenes|total|done|seconds)\}\} (?:[a-z]+ )?(?!is\b|was\b)[a-z]+s\b/u
    const wrong = Object.entries(english).filter(([key, text]) => !isCounted(key) && numberOfThings.test(text))
    expect(wrong).toEqual([])
    expect(numberOfThings.test('{{style}} on {{pictures}} pictures')).toBe(true)
  })
})

describe('every word', () => {
  const files = import.meta.glob<string>('../**/*.{ts,tsx}', { query: '?raw', import: 'default', eager: true })
  const source = Object.entries(files)
    .filter(([path]) => !/\.test\.tsx?$|\/(\w+\.)?(en|zh)\.ts$/u.test(path))
    .map(([, text]) => text)
    .join('\n')

  it('is used somewhere: a dead key is a word that somebody translates for nothing', () => {
    // Keys that are put together from a value, e.g. `job.state.${state}`.
    const built =
      /^(job\.state|job\.level|engine\.state|export\.format|shortcuts\.group|drag|canvas\.compare|gallery\.kind|compare|view\.sheet|presets\.show|presets\.none|sheet\.export|export\.token|set\.section|set\.privacy|set\.keep|help|runtime\.state|runtime\.step|runtime\.(verdict|problem|warning|finding|trouble|mirror)|export\.(size|profile|metadata|conflict)|compose\.tab|compose\.level|compose\.page\.layout|compose\.page\.captions)\./u
    const dead = [...Object.keys(en), ...Object.keys(partsEn), ...Object.keys(setupEn)]
      .map(stem)
      .filter((key) => !built.test(key) && !source.includes(`'${key}'`))
    expect([...new Set(dead)]).toEqual([])
  })
})

describe('the words for errors', () => {
  it.each(['en', 'zh'] as const)('are there for every code in %s, and say what to do next', (language) => {
    const bad = errorCodes.filter((code) => {
      const words = errorWords({ code, message: 'm', retry: 'user' }, language)
      return words.title.length < 2 || !/[.。]$/u.test(words.next) || /[.。]$/u.test(words.title)
    })
    expect(bad).toEqual([])
    expect(Object.keys(errorDictionaries[language]).sort()).toEqual([...errorCodes].sort())
  })

  it('offer the nearest names, and bear details of the wrong type', () => {
    const error = {
      code: 'input.unknown_style',
      message: '',
      retry: 'never',
      detail: { suggestions: ['oil_painting', 'clay'] },
    } as const
    expect(errorWords(error, 'en').next).toContain('oil_painting, clay')
    expect(errorWords({ ...error, detail: { suggestions: 7 } }, 'zh').next).toBe('请选择其他风格。')
  })

  it('tell a file that is refused from a value that does not fit, and what is wrong with it', () => {
    const error = {
      code: 'input.invalid',
      message: "This workflow can't be imported: it is no JSON. Save it again.",
      retry: 'never',
    } as const
    const file = errorWords({ ...error, detail: { field: 'workflow' } }, 'en')
    expect(file).toEqual({ title: 'This file cannot be imported', next: 'It is no JSON. Save it again.' })
    expect(errorWords({ ...error, detail: { field: 'workflow' } }, 'zh').title).toBe('无法导入此工作流')
    expect(errorWords({ ...error, message: 'strength must be at most 1, got 7. Change it and try again.' }, 'en').next).toBe(
      'Strength must be at most 1, got 7. Change it and try again.',
    )
  })
})

describe('notes', () => {
  it('have words in both languages; an unknown one is shown, not hidden', () => {
    for (const note of knownNotes) expect(noteWords(note, 'zh')).not.toBe(noteWords(note, 'en'))
    expect(noteWords('something_new', 'zh')).toBe('something new')
  })
})

describe('the language', () => {
  it('is the one that is set, else the first of the system that we have, else English', () => {
    expect(chooseLanguage('zh', ['en-GB'])).toBe('zh')
    expect(chooseLanguage('system', ['fr-FR', 'zh-Hant-TW', 'en'])).toBe('zh')
    expect(chooseLanguage('system', ['fr', 'de'])).toBe('en')
  })

  it('counts: one and other in English, one form in Chinese', () => {
    const english = createI18n('en')
    expect(english.t('style.run', { count: 1 })).toBe('Restyle')
    expect(english.t('style.run', { count: 3 })).toBe('Restyle 3 pictures')
    expect(createI18n('zh').t('style.run', { count: 1 })).toBe('重绘 1 张')
  })
})
