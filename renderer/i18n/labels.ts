import type { Edit, StyleEdit } from '#shared/domain/edit'
import { levelsOfDetail } from '#shared/domain/edit'
import type { EngineView } from '#shared/domain/engine'
import type { Version } from '#shared/domain/picture'
import type { Settings } from '#shared/domain/settings'
import type { Style } from '#shared/domain/style'
import { viewLabel as labelOfViewId } from '#shared/views/presets'
import { viewLabel } from '../camera/camera-labels'
import type { Language } from './i18n'
import type { Say } from './words'

/** What an edit is called on its card. */
export function editLabel(edit: Edit, styles: readonly Style[], say: Say, language: Language): string {
  switch (edit.kind) {
    case 'style':
      return styleLabel(edit, styles, say, language)
    case 'perspective':
      return capital(viewLabel(edit.view, language))
    case 'generate':
      return say('job.edit.generate', { level: say(`job.level.${edit.level}`), prompt: short(edit.prompt) })
    case 'remix':
      return say('job.edit.remix', { prompt: short(edit.prompt) })
    case 'reference':
      return say('job.edit.reference', { prompt: short(edit.prompt) })
    case 'story':
      return edit.scene === undefined
        ? say('job.edit.story', { count: edit.scenes.length })
        : say('job.edit.scene', { n: edit.scene + 1, text: short(edit.scenes[edit.scene]?.text ?? '') })
    case 'upscale':
      return say('job.edit.upscale', { factor: edit.factor })
    case 'custom':
      return edit.title ?? edit.workflowId
  }
}

/** The beginning of somebody's words; all of them are among the facts. */
function short(text: string): string {
  const line = text.replace(/\s+/gu, ' ').trim()
  return line.length > 60 ? `${line.slice(0, 59)}…` : line
}

function styleLabel(edit: StyleEdit, styles: readonly Style[], say: Say, language: Language): string {
  if (edit.preset) return edit.preset.title
  if (edit.styleAssetId !== undefined) return say('job.ownStyle')
  if (edit.styleId !== undefined) return styles.find((style) => style.id === edit.styleId)?.title[language] ?? edit.styleId
  return edit.prompt ?? say('job.ownWords')
}

/** What a version is called in the strip: its style, its view, or that it is the original. */
export function versionLabel(version: Version, styles: readonly Style[], say: Say, language: Language): string {
  if (version.jobId === undefined) return say('versions.original')
  const style = styles.find((known) => known.id === version.label)
  if (style) return style.title[language]
  if (styles.some((known) => known.own?.name === version.label)) return version.label
  if (version.label === 'style') return say('job.ownStyle')
  const scene = /^scene-(\d+)$/u.exec(version.label)
  if (scene) return say('versions.scene', { n: scene[1] ?? '' })
  const level = levelsOfDetail.find((known) => known.replace('_', '-') === version.label)
  if (level) return say(`job.level.${level}`)
  return labelOfViewId(version.label)?.[language] ?? capital(version.label.replaceAll(/[-_]/gu, ' '))
}

/** The engine that a job would go to now: the chosen one, or by `auto` the own GPU, else a remote one, else drafts. */
export function currentEngine(setting: Settings['engine'], engines: readonly EngineView[]): EngineView | undefined {
  if (setting !== 'auto') {
    const chosen = engines.find((engine) => engine.id === setting) ?? engines.find((engine) => engine.kind === setting)
    if (chosen) return chosen
  }
  for (const kind of ['local', 'remote', 'draft'] as const) {
    const engine = engines.find((candidate) => candidate.kind === kind)
    if (engine) return engine
  }
  return undefined
}

/** The device line of an engine; the draft engine's has words in it that are ours to translate. */
export function deviceLabel(device: string, language: Language): string {
  return language === 'zh' ? device.replace(/, (\d+) threads?/u, '，$1 线程') : device
}

/** What an engine is called in the top bar. */
export function engineLabel(engine: EngineView, say: Say, language: Language): string {
  const device = deviceLabel(engine.device, language)
  if (engine.kind === 'draft') return say('engine.draft', { device })
  return [engine.kind === 'local' ? say('engine.local') : engine.name, device].filter(Boolean).join(' · ')
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
