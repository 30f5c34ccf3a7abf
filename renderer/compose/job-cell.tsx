import type { ReactElement } from 'react'
import type { Job } from '#shared/domain/job'
import { PreviewCanvas } from '../canvas/preview-canvas'
import { CellFailure } from '../widgets/cell-failure'
import { duration, percent } from '../i18n/format'
import { useWords } from '../i18n/i18n'
import { useActions, useClient, useStudio, useStudioRoot } from '../state/context'
import { isFinal } from '../state/jobs'
import { Button, classes, Progress } from '../widgets'

/** Widths in pixels: of a cell's picture, and of what a live preview is decoded to. */
const pictureWidth = 768
const previewWidth = 512

/** A job's picture as it comes into being: waiting, its live preview with step and time left, the result, or why there is none. */
export function JobCell(props: {
  job: Job
  /** Which of its pictures. */
  output?: number
  /** Shown while there is no picture of its own yet: what it is made from, or was before. */
  before?: string | undefined
  className?: string
}): ReactElement {
  const say = useWords()
  const client = useClient()
  const { previews } = useStudioRoot()
  const { retry } = useActions()
  const { job, output = 0 } = props
  const live = useStudio((state) => state.jobs.live[job.id]) ?? job
  const assetId = job.outputs.find(({ index }) => index === output)?.assetId
  const isRunning = !isFinal(job) && job.state !== 'queued' && !live.pending
  const state = say(!isFinal(job) && live.pending ? 'job.state.pending' : `job.state.${job.state}`)
  const again = (): void => void retry([job.id])
  const left = live.etaMs === undefined ? undefined : say('job.left', { time: duration(live.etaMs) })
  return (
    <div
      className={classes('relative overflow-hidden rounded-s bg-raised', props.className)}
      data-testid="compose-cell"
      data-state={job.state}
      data-job={job.id}
    >
      {assetId === undefined && props.before !== undefined ? (
        <img
          src={client.fileUrl(props.before, { width: 256 })}
          alt=""
          draggable={false}
          className="absolute inset-0 size-full object-contain opacity-30"
        />
      ) : null}
      {assetId === undefined ? null : (
        <img
          src={client.fileUrl(assetId, { width: pictureWidth })}
          alt=""
          draggable={false}
          decoding="async"
          data-testid="compose-picture"
          data-asset={assetId}
          className="absolute inset-0 size-full object-contain"
        />
      )}
      {isRunning ? (
        <PreviewCanvas
          source={previews.source(job.id)}
          maxWidth={previewWidth}
          className="absolute inset-0 size-full object-contain"
          data-testid="compose-preview"
        />
      ) : null}
      {isFinal(job) ? null : (
        <div className="absolute inset-x-0 bottom-0 bg-label-ground px-2 pb-2 pt-1 text-s text-label-text">
          <p className="flex justify-between gap-2 pb-1 tabular-nums">
            <span className="truncate">{state}</span>
            {isRunning ? (
              <span className="whitespace-nowrap">
                {say('job.percent', { percent: percent(live.progress) })}
                {left === undefined ? '' : ` · ${left}`}
              </span>
            ) : null}
          </p>
          <Progress label={state} value={live.progress} tone={isRunning ? 'accent' : 'idle'} />
        </div>
      )}
      {job.state === 'failed' && job.error ? (
        <CellFailure error={job.error} about={`job ${job.id}`} onRetry={again} />
      ) : job.state === 'canceled' || job.state === 'failed' ? (
        <div className="absolute inset-0 flex flex-col items-center justify-center gap-1.5 bg-panel p-3">
          <p className="text-s text-muted">{say(`job.state.${job.state}`)}</p>
          <Button size="s" onPress={again} data-testid="compose-retry">
            {say('job.retry')}
          </Button>
        </div>
      ) : null}
    </div>
  )
}
