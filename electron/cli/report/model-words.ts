import { byteWords } from '#shared/domain/byte-words'
import type { missingOf, ModelDownload, ModelView, WorkflowNeeds } from '#shared/domain/model'
import { duration, fit } from './words'

const marks: Record<ModelView['state'], string> = { ready: '✓', elsewhere: '→', missing: '✗', damaged: '!' }

/** A model in one line: how it stands, name, size, folder, licence. */
export function modelLine(model: ModelView): string {
  const size = model.bytes === null ? 'size unknown' : `${model.bytesExact ? '' : '≈ '}${byteWords(model.bytes)}`
  const terms = model.licence.commercial === false ? `${model.licence.id}, non-commercial` : model.licence.id
  const standing =
    model.state === 'elsewhere'
      ? ` · at ${model.path ?? 'another folder'}, will be linked`
      : model.state === 'damaged'
        ? ' · damaged'
        : model.foundAs === undefined
          ? ''
          : ` · as ${model.foundAs}`
  const download = model.download && model.download.state !== 'running' ? ` · ${model.download.state}` : ''
  return `${marks[model.state]} ${model.file}  ${size} · ${model.folder} · ${terms}${standing}${download}`
}

/** A workflow in one line, with what is to fetch for it. */
export function needsLine({ id, vramGb }: WorkflowNeeds, { missing, bytes, unknown }: ReturnType<typeof missingOf>): string {
  const lacks =
    missing.length === 0
      ? 'ready'
      : `${missing.length} missing, ${byteWords(bytes)}${unknown > 0 ? ` and ${unknown} of unknown size` : ''}`
  return `${id}  ${vramGb} GB VRAM · ${lacks}`
}

/** A download in one line of so many columns: name, bar, bytes, speed, time left, or why it waits. */
export function progressLine(
  file: string,
  { phase, bytes, total, bytesPerSecond, secondsLeft, error }: ModelDownload,
  columns: number,
  bar: (share: number, columns: number) => string,
): string {
  const share = total ? bytes / total : 0
  const facts =
    phase === 'receiving'
      ? [
          `${byteWords(bytes)}${total === undefined ? '' : ` of ${byteWords(total)}`}`,
          ...(bytesPerSecond === undefined ? [] : [`${byteWords(bytesPerSecond)}/s`]),
          ...(secondsLeft === undefined ? [] : [`${duration(secondsLeft * 1000)} left`]),
        ].join('  ')
      : `${phase}${error ? `: ${error.message}` : ''}`
  return fit(`${fit(file, Math.min(44, Math.floor(columns / 3)))} ${bar(share, 16)} ${facts}`, columns).trimEnd()
}
