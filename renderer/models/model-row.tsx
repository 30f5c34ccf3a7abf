import { Check, CircleAlert, Download, ExternalLink, Link2, Pause, Play, ShieldCheck, TriangleAlert, X } from 'lucide-react'
import type { ReactElement, ReactNode } from 'react'
import { byteWords } from '#shared/domain/byte-words'
import type { ModelView } from '#shared/domain/model'
import { errorLine, errorWords } from '../i18n/errors'
import { duration } from '../i18n/format'
import { useWords } from '../i18n/i18n'
import { useModelWords, type SayModels } from '../i18n/models'
import { useActions } from '../state/context'
import { classes, IconButton, Progress } from '../widgets'
import { ErrorDetails } from '../widgets/error-details'

const icons: Record<ModelView['state'], ReactNode> = {
  ready: <Check size={14} className="text-good" aria-hidden />,
  elsewhere: <Link2 size={14} className="text-muted" aria-hidden />,
  missing: <CircleAlert size={14} className="text-muted" aria-hidden />,
  damaged: <TriangleAlert size={14} className="text-bad" aria-hidden />,
}

/** A model file: how it stands, its size and licence, its download with what can be done about it. */
export function ModelRow(props: { model: ModelView; onGet: (model: ModelView) => void }): ReactElement {
  const { model, onGet } = props
  const say = useModelWords()
  const { downloads } = useActions()
  const { download } = model
  const files = [model.file]
  const getable = model.state !== 'ready' && !download && (model.page !== undefined || model.state === 'elsewhere')
  return (
    <li
      data-testid="model"
      data-file={model.file}
      data-state={model.state}
      className="flex flex-col gap-1 border-t border-line px-3 py-2"
    >
      <div className="flex min-h-6 items-center gap-2">
        <span className="flex size-5 shrink-0 items-center justify-center" title={say(`state.${model.state}`)}>
          {icons[model.state]}
          <span className="sr-only">{say(`state.${model.state}`)}</span>
        </span>
        <span data-selectable className="min-w-0 flex-1 truncate" title={model.file}>
          {model.file}
        </span>
        {model.verified ? (
          <span className="shrink-0" title={say('hashChecked')}>
            <ShieldCheck size={13} className="text-good" aria-hidden />
            <span className="sr-only">{say('hashChecked')}</span>
          </span>
        ) : null}
        <span className="shrink-0 text-s tabular-nums text-muted">{sizeOf(model, say)}</span>
        {getable ? (
          <IconButton
            size="s"
            label={say('getOne', { file: model.file })}
            icon={<Download size={14} aria-hidden />}
            onPress={() => onGet(model)}
            data-testid="model-get"
          />
        ) : null}
        {download?.state === 'queued' || download?.state === 'running' ? (
          <IconButton
            size="s"
            label={say('pause', { file: model.file })}
            icon={<Pause size={14} aria-hidden />}
            onPress={() => void downloads.pause(files)}
            data-testid="model-pause"
          />
        ) : null}
        {download?.state === 'paused' || download?.state === 'failed' ? (
          <IconButton
            size="s"
            label={say('resume', { file: model.file })}
            icon={<Play size={14} aria-hidden />}
            onPress={() => void downloads.resume(files)}
            data-testid="model-resume"
          />
        ) : null}
        {download ? (
          <IconButton
            size="s"
            label={say('cancel', { file: model.file })}
            icon={<X size={14} aria-hidden />}
            onPress={() => void downloads.cancel(files)}
            data-testid="model-cancel"
          />
        ) : null}
      </div>
      <p className="flex flex-wrap items-center gap-x-1.5 pl-7 text-s text-muted">
        <span>{model.folder}</span>
        <span aria-hidden>·</span>
        <Licence model={model} />
        {model.foundAs === undefined ? null : <span>· {say('foundAs', { name: model.foundAs })}</span>}
        {model.state === 'elsewhere' ? <span>· {say('link')}</span> : null}
        {model.state === 'missing' && model.page === undefined ? <span>· {say('onlyByHand')}</span> : null}
      </p>
      {download ? <DownloadLine model={model} /> : null}
    </li>
  )
}

function Licence({ model }: { model: ModelView }): ReactElement {
  const say = useModelWords()
  const { licence, page } = model
  const url = licence.url ?? page
  const terms =
    licence.commercial === false ? ` (${say('nonCommercial')})` : licence.commercial === null ? ` (${say('checkCard')})` : ''
  if (url === undefined) return <span>{`${licence.id}${terms}`}</span>
  return (
    <a
      href={url}
      target="_blank"
      rel="noreferrer"
      className="inline-flex items-center gap-1 underline decoration-edge underline-offset-2 hover:text-text"
    >
      {`${licence.id}${terms}`}
      <ExternalLink size={11} aria-hidden />
    </a>
  )
}

function DownloadLine({ model }: { model: ModelView }): ReactElement | null {
  const say = useModelWords()
  const { language } = useWords()
  const { download } = model
  if (!download) return null
  const total = download.total ?? model.bytes ?? undefined
  const failed = download.state === 'failed' && download.error
  return (
    <div className="flex flex-col gap-1 pl-7">
      <Progress
        label={say('progress', { file: model.file })}
        value={total ? download.bytes / total : 0}
        tone={download.state === 'running' ? 'accent' : 'idle'}
      />
      <p className={classes('text-s tabular-nums', failed ? 'text-bad' : 'text-muted')} data-testid="model-progress">
        {failed ? errorLine(failed, language) : progressWords(model, total, say, language)}
      </p>
      {failed ? <ErrorDetails error={failed} about={model.file} /> : null}
    </div>
  )
}

function progressWords(model: ModelView, total: number | undefined, say: SayModels, language: 'en' | 'zh'): string {
  const { download } = model
  if (!download) return ''
  const done = byteWords(download.bytes)
  if (download.state === 'paused') return say('paused', { done })
  const { phase, bytesPerSecond, secondsLeft, error, source = '' } = download
  if (phase === 'waiting') return say('phase.waiting', { why: error ? errorWords(error, language).title : '' })
  if (phase !== 'receiving') return say(`phase.${phase}`, { source })
  const values = { done, total: total === undefined ? '?' : byteWords(total) }
  return bytesPerSecond === undefined || secondsLeft === undefined
    ? say('phase.receivingStart', values)
    : say('phase.receiving', { ...values, speed: byteWords(bytesPerSecond), left: duration(secondsLeft * 1000) })
}

function sizeOf(model: ModelView, say: SayModels): string {
  const bytes = model.state === 'ready' ? (model.bytesOnDisk ?? model.bytes) : model.bytes
  if (bytes === null) return say('sizeUnknown')
  return model.bytesExact || model.state === 'ready' ? byteWords(bytes) : say('approx', { size: byteWords(bytes) })
}
