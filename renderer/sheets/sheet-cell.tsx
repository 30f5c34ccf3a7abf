import { Ban, ChevronLeft, ChevronRight, Maximize2, RotateCw, Star, Undo2 } from 'lucide-react'
import { useLayoutEffect, useMemo, useRef, useState, type ReactElement } from 'react'
import { PreviewCanvas } from '../canvas/preview-canvas'
import { DraftCard } from '../camera/draft-card'
import { moveOfPrompt } from '../camera/camera-labels'
import { LivePose } from '../camera/live-pose'
import { percent } from '../i18n/format'
import { errorLine } from '../i18n/errors'
import { useWords } from '../i18n/i18n'
import { useActions, useClient, useStudio, useStudioRoot } from '../state/context'
import { isPending } from '../state/jobs'
import { assumedPose } from '#shared/views/relative-pose'
import { Button, classes, IconButton, Progress } from '../widgets'
import { CellFailure } from '../widgets/cell-failure'
import type { SheetCell, Take } from './sheet-cells'
import type { CellActions } from './sheet-grid'
import type { Sheet } from './use-sheet'

/** Widths in CSS pixels: of a cell's thumbnail, and of what a live preview is decoded to. */
const thumbWidth = 512
const previewWidth = 384

/** A cell: its picture, live preview or layout, its name and state, and what can be done with it. */
export function SheetCellView(props: {
  sheet: Sheet
  cell: SheetCell
  take: Take | undefined
  label: string
  actions: CellActions
}): ReactElement {
  const say = useWords()
  const client = useClient()
  const { previews } = useStudioRoot()
  const { retry } = useActions()
  const { sheet, cell, take, label, actions } = props
  const { picture } = sheet
  const { open, failed, takes } = cell
  const isStarred = (take?.output?.mark?.star ?? 0) > 0
  const index = take ? takes.findIndex(({ job, output }) => job.id === take.job.id && output?.index === take.output?.index) : -1
  const rejected = takes.length > 0 && !cell.best
  const pending = useStudio((state) => open !== undefined && isPending(state.jobs, open))
  const isRunning = open !== undefined && open.state !== 'queued' && !pending
  return (
    <>
      <div className="relative overflow-hidden bg-ground" style={{ aspectRatio: `${picture.width} / ${picture.height}` }}>
        {take?.output ? (
          <img
            src={client.fileUrl(take.output.assetId, { width: thumbWidth })}
            alt=""
            draggable={false}
            decoding="async"
            data-testid="sheet-picture"
            data-asset={take.output.assetId}
            className={classes('absolute inset-0 size-full object-contain', take.output.mark?.rejected && 'opacity-35 grayscale')}
          />
        ) : (
          <Layout sheet={sheet} cell={cell} />
        )}
        {failed?.error && !open && !take ? (
          <CellFailure error={failed.error} about={`job ${failed.id}`} onRetry={() => void retry([failed.id])} />
        ) : null}
        {isRunning ? (
          <PreviewCanvas
            source={previews.source(open.id)}
            maxWidth={previewWidth}
            className="absolute inset-0 size-full object-contain"
            data-testid="sheet-preview"
          />
        ) : null}
        <div
          className={classes(
            'absolute right-1.5 top-1.5 flex gap-px rounded-m bg-panel opacity-0 transition-opacity duration-120',
            'group-hovered:opacity-100 group-selected:opacity-100 group-focus-visible:opacity-100 focus-within:opacity-100',
          )}
        >
          {take ? (
            <>
              <IconButton
                size="s"
                label={say(isStarred ? 'sheet.unstar' : 'sheet.star', { view: label })}
                icon={<Star size={13} className={isStarred ? 'fill-current text-accent-text' : ''} aria-hidden />}
                onPress={() => actions.star(cell, take)}
                data-testid="sheet-star"
              />
              <IconButton
                size="s"
                label={say('sheet.reject', { view: label })}
                icon={<Ban size={13} aria-hidden />}
                onPress={() => actions.reject(cell, take)}
                data-testid="sheet-reject"
              />
              <IconButton
                size="s"
                label={say('sheet.open')}
                icon={<Maximize2 size={13} aria-hidden />}
                onPress={() => actions.open(take)}
                data-testid="sheet-open"
              />
            </>
          ) : null}
          {rejected ? (
            <IconButton
              size="s"
              label={say('sheet.restore', { view: label })}
              icon={<Undo2 size={13} aria-hidden />}
              onPress={() => actions.restore(cell)}
              data-testid="sheet-restore"
            />
          ) : null}
          <IconButton
            size="s"
            label={say('sheet.redo.view', { view: label })}
            icon={<RotateCw size={13} aria-hidden />}
            onPress={() => actions.redo(cell)}
            data-testid="sheet-redo-cell"
          />
        </div>
        {takes.length > 1 ? (
          <div className="absolute bottom-1.5 right-1.5 flex items-center rounded-m bg-panel text-s text-muted">
            <IconButton
              size="s"
              label={say('sheet.take.previous', { view: label })}
              icon={<ChevronLeft size={13} aria-hidden />}
              isDisabled={index <= 0}
              onPress={() => actions.show(cell, index - 1)}
              data-testid="sheet-take-previous"
            />
            <span data-testid="sheet-take">{say('sheet.take', { index: index + 1, count: takes.length })}</span>
            <IconButton
              size="s"
              label={say('sheet.take.next', { view: label })}
              icon={<ChevronRight size={13} aria-hidden />}
              isDisabled={index >= takes.length - 1}
              onPress={() => actions.show(cell, index + 1)}
              data-testid="sheet-take-next"
            />
          </div>
        ) : null}
      </div>
      <CellProgress jobId={isRunning ? open.id : undefined} label={label} progress={open?.progress ?? 0} />
      <div className="flex h-8 items-center justify-between gap-2 px-2">
        <span className="truncate" title={label}>
          {label}
        </span>
        {open ? (
          <CellState jobId={open.id} waits={isRunning ? undefined : pending ? 'pending' : 'queued'} progress={open.progress} />
        ) : failed ? (
          <span className="truncate text-s text-bad" title={failed.error && errorLine(failed.error, say.language)}>
            {say('job.state.failed')}
          </span>
        ) : take ? (
          <span className="flex shrink-0 items-center gap-1 text-s text-muted">
            {isStarred ? (
              <>
                <span className="sr-only">{say('sheet.starred')}</span>
                <Star size={11} className="fill-current text-accent-text" aria-hidden />
              </>
            ) : null}
            {say('job.state.done')}
          </span>
        ) : rejected ? (
          <span className="shrink-0 text-s text-muted">{say('gallery.item.rejected')}</span>
        ) : (
          <Button size="s" kind="quiet" className="-mr-2" onPress={() => actions.redo(cell)} data-testid="sheet-make">
            {say('sheet.make')}
          </Button>
        )}
      </div>
    </>
  )
}

function CellState(props: { jobId: string; waits: 'queued' | 'pending' | undefined; progress: number }): ReactElement {
  const say = useWords()
  const live = useStudio((state) => state.jobs.live[props.jobId]?.progress)
  return (
    <span className="shrink-0 text-s text-muted tabular-nums">
      {props.waits ? say(`job.state.${props.waits}`) : say('job.percent', { percent: percent(live ?? props.progress) })}
    </span>
  )
}

/** A bar that keeps its place while nothing runs. */
function CellProgress(props: { jobId: string | undefined; label: string; progress: number }): ReactElement {
  const live = useStudio((state) => (props.jobId === undefined ? undefined : state.jobs.live[props.jobId]?.progress))
  if (props.jobId === undefined) return <div className="h-0.5" />
  return <Progress label={props.label} value={live ?? props.progress} />
}

/** Where nothing is made yet: how the photo would lie, faintly, or the words that were asked for. */
function Layout({ sheet, cell }: { sheet: Sheet; cell: SheetCell }): ReactElement {
  const client = useClient()
  const { picture, setting } = sheet
  const pose = cell.view.pose ?? (cell.view.prompt === undefined ? undefined : moveOfPrompt(cell.view.prompt))
  const key = pose ? `${pose.azimuth}/${pose.elevation}/${pose.distance}` : ''
  // oxlint-disable-next-line react/exhaustive-deps -- by its numbers: views are made anew with each event
  const live = useMemo(() => (pose ? new LivePose(pose) : undefined), [key])
  const host = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(0)
  useLayoutEffect(() => {
    const element = host.current
    if (!element) return undefined
    const observer = new ResizeObserver(() => setWidth(element.clientWidth))
    observer.observe(element)
    return () => observer.disconnect()
  }, [live])
  if (!live) return <p className="absolute inset-0 overflow-hidden p-3 text-s text-muted">{cell.view.prompt}</p>
  return (
    <div ref={host} className="absolute inset-0 opacity-30 grayscale">
      {width > 0 ? (
        <DraftCard
          live={live}
          photo={setting.photo ?? assumedPose}
          photoUrl={client.fileUrl(sheet.base, { width: 256 })}
          width={width}
          height={Math.round((width * picture.height) / picture.width)}
        />
      ) : null}
    </div>
  )
}
