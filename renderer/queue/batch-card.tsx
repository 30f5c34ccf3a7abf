import { ChevronDown, ChevronRight, Download, Ellipsis, RotateCcw, X } from 'lucide-react'
import { useEffect, useMemo, useRef, useState, type ReactElement } from 'react'
import type { BatchCounts, Job } from '#shared/domain/job'
import { count, duration } from '../i18n/format'
import { useWords } from '../i18n/i18n'
import { PreviewCanvas } from '../canvas/preview-canvas'
import { useActions, useStudio, useStudioRoot } from '../state/context'
import { placeOf } from '../state/jobs'
import { Button, classes, Progress } from '../widgets'
import { batchLabel } from './batch-label'
import { CardPicture } from './card-picture'
import { Grip, type GripHandlers } from './grip'
import { batchLeft } from './rows'

/** Pixels that a live preview is decoded to: the card's picture on a display of double density. */
const previewWidth = 88

/** A batch as one card: what, of how many pictures, how far, what failed; and what can be done with all of it. */
export function BatchCard(props: {
  batchId: string
  ids: readonly string[]
  open: boolean
  onOpen: (batchId: string) => void
  /** Set where it can be put elsewhere in the queue; the card then has a grip and the list's menu. */
  onGrip?: GripHandlers | undefined
  dragged?: boolean
  /** Opens the list's menu for this batch at its button. */
  onMenu: (batchId: string, button: HTMLElement) => void
}): ReactElement | null {
  const { batchId, ids, open, onGrip, dragged = false } = props
  const say = useWords()
  const { previews } = useStudioRoot()
  const { retryFailed, cancelBatch, batchResults, openDialog } = useActions()
  const styles = useStudio((state) => state.styles)
  const byId = useStudio((state) => state.jobs.byId)
  const live = useStudio((state) => state.jobs.live)
  const counts = useCounts(batchId, ids)
  const [busy, setBusy] = useState(false)
  const jobs = useMemo(() => ids.flatMap((id): Job[] => (byId[id] ? [byId[id]] : [])), [ids, byId])
  const label = useMemo(() => batchLabel(jobs, styles, say, say.language), [jobs, styles, say])
  const named = useMemo(() => new Set(jobs.map((job) => job.pictureId ?? job.pictureName)).size, [jobs])
  const [first] = jobs
  if (!first) return null
  const { queued, active, done, failed, canceled } = counts
  const total = queued + active + done + failed + canceled
  const unfinished = queued + active
  const taken = jobs.filter((job) => placeOf(job) === 'active')
  const atWork = taken.filter((job) => !(live[job.id] ?? job).pending)
  const [shown] = atWork
  const underWay = Object.entries(live).reduce((sum, [id, now]) => sum + (byId[id]?.batchId === batchId ? now.progress : 0), 0)
  // Each picture of the panel's part stands for as many of the whole.
  const pictures = named === 1 ? 1 : Math.round((named * total) / jobs.length)
  const left = batchLeft(
    jobs.filter((job) => job.state === 'done'),
    unfinished,
    // What stands in a server's queue makes nothing quicker.
    active - (taken.length - atWork.length),
  )
  const seen = jobs.find((job) => job.outputs.length > 0)?.outputs[0]?.assetId ?? first.inputAssetId
  const parts = [
    pictures === 1 ? first.pictureName : say('batch.pictures', { count: pictures }),
    taken.length > 0 && !shown ? say('job.state.pending') : undefined,
    unfinished > 0 && left !== undefined ? say('job.left', { time: duration(left) }) : undefined,
  ].filter(Boolean)
  const during = async (work: () => Promise<void>): Promise<void> => {
    setBusy(true)
    await work()
    setBusy(false)
  }
  const Chevron = open ? ChevronDown : ChevronRight
  return (
    <article
      data-testid="batch"
      data-done={done}
      data-failed={failed}
      data-total={total}
      aria-label={`${label}, ${say('batch.state', { done, total })}`}
      className={classes(
        'group relative flex gap-3 border-b border-line px-4 py-2.5',
        failed > 0 && 'bg-bad-wash',
        dragged && 'bg-hover opacity-60',
      )}
    >
      {onGrip ? <Grip of={batchId} label={say('job.drag', { label })} onGrip={onGrip} data-testid="batch-grip" /> : null}
      <div aria-hidden className="relative mr-0.5 size-11 shrink-0">
        {/* More than one lies there. */}
        <span className="absolute -right-1 top-1 size-full rounded-s border border-line bg-raised" />
        {seen === undefined ? (
          <span className="absolute inset-0 rounded-s bg-raised" />
        ) : (
          <CardPicture assetId={seen} className="absolute inset-0 size-full rounded-s object-cover" />
        )}
        {shown ? (
          <PreviewCanvas
            source={previews.source(shown.id)}
            maxWidth={previewWidth}
            className="absolute inset-0 size-full rounded-s object-cover"
            data-testid="batch-preview"
          />
        ) : null}
      </div>
      <div className="min-w-0 flex-1">
        <div className="flex items-baseline justify-between gap-2">
          <span className="truncate">{label}</span>
          <span
            data-testid="batch-state"
            className={classes('shrink-0 text-s tabular-nums', unfinished > 0 ? 'text-accent-text' : 'text-muted')}
          >
            {say('batch.state', { done: count(done, say.language), total: count(total, say.language) })}
          </span>
        </div>
        <div className="flex h-6 items-center justify-between gap-1">
          <p className="min-w-0 truncate text-s text-muted">
            {failed > 0 ? <span className="text-bad">{say('batch.failed', { count: failed })} · </span> : null}
            {parts.join(' · ')}
          </p>
          <div className="-mr-1.5 flex shrink-0 items-center">
            {onGrip ? (
              <button
                type="button"
                aria-label={say('job.more', { label })}
                aria-haspopup="menu"
                title={say('job.more', { label })}
                onClick={(event) => props.onMenu(batchId, event.currentTarget)}
                className={smallButton}
                data-testid="batch-menu"
              >
                <Ellipsis size={14} aria-hidden />
              </button>
            ) : null}
            {unfinished > 0 ? (
              <button
                type="button"
                aria-label={say('batch.cancel', { label })}
                title={say('batch.cancel', { label })}
                disabled={busy}
                onClick={() => void during(() => cancelBatch(batchId))}
                className={smallButton}
                data-testid="batch-cancel"
              >
                <X size={14} aria-hidden />
              </button>
            ) : null}
            <button
              type="button"
              aria-expanded={open}
              aria-label={say(open ? 'batch.close' : 'batch.open', { label })}
              title={say(open ? 'batch.close' : 'batch.open', { label })}
              onClick={() => props.onOpen(batchId)}
              className={smallButton}
              data-testid="batch-open"
            >
              <Chevron size={14} aria-hidden />
            </button>
          </div>
        </div>
        <div className="h-1.5 pt-1">
          {unfinished > 0 ? (
            <Progress
              label={say('batch.progress', { label })}
              value={total === 0 ? 0 : Math.min(1, (done + failed + canceled + underWay) / total)}
            />
          ) : null}
        </div>
        {failed > 0 || (unfinished === 0 && done > 0) ? (
          <div className="flex flex-wrap gap-2 pt-1">
            {failed > 0 ? (
              <Button
                size="s"
                icon={<RotateCcw size={12} aria-hidden />}
                isPending={busy}
                onPress={() => void during(() => retryFailed(batchId))}
                data-testid="batch-retry"
              >
                {say('batch.retry', { count: failed })}
              </Button>
            ) : null}
            {unfinished === 0 && done > 0 ? (
              <Button
                size="s"
                icon={<Download size={12} aria-hidden />}
                isPending={busy}
                onPress={() =>
                  void during(async () => {
                    const items = await batchResults(batchId)
                    if (items.length > 0) openDialog({ type: 'exportResults', items })
                  })
                }
                data-testid="batch-export"
              >
                {say('batch.export')}
              </Button>
            ) : null}
          </div>
        ) : null}
      </div>
    </article>
  )
}

const smallButton =
  'inline-flex size-6 shrink-0 items-center justify-center rounded-m text-muted transition-colors duration-120 hover:bg-hover hover:text-text disabled:cursor-not-allowed disabled:opacity-45'

/** The batch's counts as the app knows them; asked again when a job of it has gone on, and until then counted from what is here. */
function useCounts(batchId: string, ids: readonly string[]): BatchCounts {
  const { askBatches } = useActions()
  const known = useStudio((state) => state.batches[batchId])
  const byId = useStudio((state) => state.jobs.byId)
  const here = useMemo(() => {
    const counted = { batchId, queued: 0, active: 0, done: 0, failed: 0, canceled: 0 }
    for (const id of ids) {
      const state = byId[id]?.state
      if (state === undefined) continue
      counted[state === 'staging' || state === 'running' || state === 'collecting' ? 'active' : state] += 1
    }
    return counted
  }, [batchId, ids, byId])
  // What of it is in the panel changes whenever one of its jobs does, and whenever the panel forgets or begins anew.
  const signature = `${here.queued}/${here.active}/${here.done}/${here.failed}/${here.canceled}/${known === undefined}`
  const asked = useRef('')
  useEffect(() => {
    if (asked.current === signature) return
    asked.current = signature
    void askBatches([batchId])
  }, [askBatches, batchId, signature])
  return known ?? here
}
