import type { OwnStyle, Style } from '#shared/domain/style'

/** A preset as the editor holds it: texts stay texts until it is saved. */
export interface PresetForm {
  name: string
  wording: string
  edit: string
  draw: string
  negative: string
  /** Empty: the nearest one. */
  draftStyleId: string
  sampleAssetId: string | undefined
  styleAssetId: string | undefined
  strength: number
  structure: number
  keepColours: boolean
  steps: string
  cfg: string
  sampler: string
  scheduler: string
}

const empty: PresetForm = {
  name: '',
  wording: '',
  edit: '',
  draw: '',
  negative: '',
  draftStyleId: '',
  sampleAssetId: undefined,
  styleAssetId: undefined,
  strength: 0.85,
  structure: 0.5,
  keepColours: false,
  steps: '',
  cfg: '',
  sampler: '',
  scheduler: '',
}

/** The form of an own preset, or of a new one that begins as another style (its name is numbered until it is free) or empty. */
export function formOf(style: Style | undefined, change: boolean, styles: readonly Style[], language: 'en' | 'zh'): PresetForm {
  if (!style) return empty
  const { own } = style
  const name = change ? style.title[language] : copyName(style.title[language], styles)
  if (!own) return { ...empty, name, wording: style.wording, draftStyleId: style.id }
  const { sampling } = own
  return {
    name,
    wording: own.wording,
    edit: own.wordings.edit ?? '',
    draw: own.wordings.draw ?? '',
    negative: own.wordings.negative ?? '',
    draftStyleId: own.draftStyleId ?? '',
    sampleAssetId: own.sampleAssetId,
    styleAssetId: own.styleAssetId,
    ...own.values,
    steps: sampling.steps === undefined ? '' : String(sampling.steps),
    cfg: sampling.cfg === undefined ? '' : String(sampling.cfg),
    sampler: sampling.sampler ?? '',
    scheduler: sampling.scheduler ?? '',
  }
}

function copyName(name: string, styles: readonly Style[]): string {
  const taken = new Set(styles.flatMap(({ title }) => [title.en.toLowerCase(), title.zh.toLowerCase()]))
  let n = 2
  while (taken.has(`${name} ${n}`.toLowerCase())) n++
  return `${name.slice(0, 56)} ${n}`
}

/** What is saved; `undefined` while it lacks a name, or words and a style picture. */
export function styleOfForm(form: PresetForm): OwnStyle | undefined {
  if (form.name.trim() === '' || (form.wording.trim() === '' && form.styleAssetId === undefined)) return undefined
  const steps = inRange(form.steps, 1, 200)
  const cfg = inRange(form.cfg, 0, 30)
  return {
    name: form.name.trim(),
    wording: form.wording.trim(),
    wordings: { ...text('edit', form.edit), ...text('draw', form.draw), ...text('negative', form.negative) },
    ...text('draftStyleId', form.draftStyleId),
    ...(form.sampleAssetId === undefined ? {} : { sampleAssetId: form.sampleAssetId }),
    ...(form.styleAssetId === undefined ? {} : { styleAssetId: form.styleAssetId }),
    values: { strength: form.strength, structure: form.structure, keepColours: form.keepColours },
    sampling: {
      ...(steps === undefined ? {} : { steps: Math.round(steps) }),
      ...(cfg === undefined ? {} : { cfg }),
      ...text('sampler', form.sampler),
      ...text('scheduler', form.scheduler),
    },
  }
}

function text<K extends string>(key: K, value: string): { [P in K]?: string } {
  const said = value.trim()
  return (said === '' ? {} : { [key]: said }) as { [P in K]?: string }
}

function inRange(typed: string, min: number, max: number): number | undefined {
  const value = Number(typed)
  return typed.trim() === '' || !Number.isFinite(value) ? undefined : Math.max(min, Math.min(max, value))
}
