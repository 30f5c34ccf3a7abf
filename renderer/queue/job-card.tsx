import { BookOpen, Ellipsis, Feather, ImagePlus, RotateCcw, Sparkles, Workflow, X } from 'lucide-react'
import { memo, useLayoutEffect, useRef, useState, type HTMLAttributes, type ReactElement, type RefObject } from 'react'
import type { EditKind } from '#shared/domain/edit'
import type { ErrorView } from '#shared/domain/error'
import type { Job } from '#shared/domain/job'
import { lighterName, lighterWaysOf } from '#shared/domain/lighter'
import { duration, percent, took } from '../i18n/format'
import { useWords, type Language } from '../i18n/i18n'
import { editLabel } from '../i18n/labels'
import { noteWords } from '../i18n/notes'
import { usePickers } from '../library-intake/pickers'
import { useActions, useStudio } from '../state/context'
import { isFinal, isPending, placeOf } from '../state/jobs'
import { Button, classes, Progress } from '../widgets'
import { ErrorNote } from '../widgets/error-note'
import { CardPicture } from './card-picture'
import { Grip, type GripHandlers } from './grip'

export interface JobCardProps {
  job: Job
  /** Set where the list can be reordered; the card then has a grip. */
  onGrip?: GripHandlers | undefined
  dragged?: boolean
  /** Opens the list's menu for this job at its button. */
  onMenu: (jobId: string, button: HTMLElement) => void
}

/** One job: what, of which picture, how far, how long still, and what can be done with it. */
export const JobCard = memo(function JobCard({ job, onGrip, dragged = false, onMenu }: JobCardProps): ReactElement {
  const say = useWords()
  const { openPicture, showVersion } = useActions()
  const styles = useStudio((state) => state.styles)
  const picture = useStudio((state) => state.pictures.byId[job.pictureId ?? ''])
  const pending = useStudio((state) => isPending(state.jobs, job))
  const label = editLabel(job.edit, styles, say, say.language)
  const result = job.outputs[0]
  const shownId = result?.assetId ?? job.inputAssetId
  const show = (): void => {
    if (job.pictureId === undefined) return
    openPicture(job.pictureId)
    if (result) showVersion(job.pictureId, result.assetId)
  }
  const gone = picture?.trashedAt !== undefined
  const card = useFocusKept(job.state)
  return (
    <article
      {...card}
      data-testid="job"
      data-job={job.id}
      data-state={job.state}
      data-pending={pending}
      aria-label={`${label}, ${job.pictureName}, ${say(pending ? 'job.state.pending' : `job.state.${job.state}`)}`}
      className={classes(
        'group relative flex gap-3 border-b border-line px-4 py-2.5',
        job.state === 'failed' && 'bg-bad-wash',
        dragged && 'bg-hover opacity-60',
      )}
    >
      {onGrip ? <Grip of={job.id} label={say('job.drag', { label })} onGrip={onGrip} data-testid="job-grip" /> : null}
      <button
        type="button"
        onClick={show}
        disabled={gone || job.pictureId === undefined}
        aria-label={say(result ? 'job.show' : 'library.openPicture', { name: job.pictureName })}
        className="size-11 shrink-0 overflow-hidden rounded-s bg-raised"
      >
        {shownId === undefined ? (
          // Made from words: there is nothing to see before its result.
          <EditSign kind={job.edit.kind} />
        ) : (
          <CardPicture assetId={shownId} className={classes('size-full object-cover', job.state === 'queued' && 'opacity-60')} />
        )}
      </button>
      <div className="min-w-0 flex-1">
        <div className="flex items-baseline justify-between gap-2">
          <span className="truncate">{label}</span>
          <JobState job={job} pending={pending} />
        </div>
        <div className="flex h-6 items-center justify-between gap-1">
          <Line job={job} />
          <Actions job={job} label={label} onMenu={onMenu} />
        </div>
        <Bar job={job} pending={pending} />
        {job.error && job.state === 'failed' ? <Failure job={job} error={job.error} /> : null}
      </div>
    </article>
  )
})

/**
 * Cancel and Retry go away with the state that they end, and the focus with them: whoever used them goes on at the card's menu.
 * For the card itself.
 */
function useFocusKept(state: Job['state']): HTMLAttributes<HTMLElement> & { ref: RefObject<HTMLElement | null> } {
  const ref = useRef<HTMLElement>(null)
  const used = useRef(false)
  useLayoutEffect(() => {
    if (used.current && document.activeElement === document.body)
      ref.current?.querySelector<HTMLElement>('[aria-haspopup=menu]')?.focus({ preventScroll: true })
    used.current = false
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- it is its change that takes the buttons away
  }, [state])
  const use = (): void => void (used.current = true)
  return { ref, onKeyDownCapture: use, onPointerDownCapture: use }
}

/** What stands in for a thumbnail that there is not. */
function EditSign({ kind }: { kind: EditKind }): ReactElement {
  const Sign = kind === 'story' ? BookOpen : kind === 'custom' ? Workflow : Sparkles
  return <Sign size={18} aria-hidden className="m-auto text-muted" />
}

/** The state at the right end of the first line; percent while it runs. */
function JobState({ job, pending }: { job: Job; pending: boolean }): ReactElement {
  const say = useWords()
  const progress = useStudio((state) => (state.jobs.live[job.id] ?? job).progress)
  const running = !pending && (job.state === 'running' || job.state === 'collecting')
  return (
    <span
      data-testid="job-state"
      className={classes(
        'shrink-0 text-s tabular-nums',
        job.state === 'failed' ? 'text-bad' : running ? 'text-accent-text' : 'text-muted',
      )}
    >
      {running
        ? say('job.percent', { percent: percent(progress) })
        : say(pending ? 'job.state.pending' : `job.state.${job.state}`)}
    </span>
  )
}

/** The second line: which picture, how long still or how long it took. */
function Line({ job }: { job: Job }): ReactElement {
  const say = useWords()
  const live = useStudio((state) => state.jobs.live[job.id])
  const engine = useStudio((state) => state.engines.find(({ id }) => id === job.engineId))
  const { etaMs } = live ?? job
  // What is made from words is named by them until it is a picture, and they are in the first line.
  const namesItself = job.edit.kind === 'generate'
  const parts = [
    namesItself ? undefined : job.pictureName,
    placeOf(job) === 'active' && etaMs !== undefined ? say('job.left', { time: duration(etaMs) }) : undefined,
    job.state === 'done' && job.durationMs !== undefined ? took(job.durationMs, say.language) : undefined,
    job.state === 'done' ? kindOfDraft(job.notes, say.language) : undefined,
    // Where it failed, when there is nothing else to say: the line is never empty.
    namesItself && job.state === 'failed' ? engine?.name : undefined,
  ].filter(Boolean)
  return (
    <p className="min-w-0 truncate text-s text-muted tabular-nums" data-testid="job-line">
      {parts.join(' · ')}
    </p>
  )
}

/** Draft or layout draft, in a word; the other notes are among the facts. */
function kindOfDraft(notes: readonly string[], language: Language): string | undefined {
  const note = ['layout_draft', 'draft'].find((known) => notes.includes(known))
  return note && noteWords(note, language).split(/[:：]/u)[0]
}

/** The bar of a running job; its room is there in every state, so that nothing jumps. */
function Bar({ job, pending }: { job: Job; pending: boolean }): ReactElement {
  const say = useWords()
  const progress = useStudio((state) => (state.jobs.live[job.id] ?? job).progress)
  return (
    <div className="h-1.5 pt-1">
      {placeOf(job) === 'active' && !pending ? <Progress label={say('job.state.running')} value={progress} /> : null}
    </div>
  )
}

/** The picture itself is gone or spoilt: brought again (the same file heals what is stored), the job can be tried again. */
const missingInput: ReadonlySet<ErrorView['code']> = new Set(['input.not_found', 'input.damaged', 'input.empty_file'])

/** What went wrong and what to do next, on the job's own card; the details are folded. */
function Failure({ job, error }: { job: Job; error: ErrorView }): ReactElement {
  const say = useWords()
  const { retry, doLighter } = useActions()
  const pickers = usePickers()
  const [lighter] = lighterWaysOf(error.detail)
  const canRetry = error.retry !== 'never' || missingInput.has(error.code)
  return (
    <div className="pt-0.5" data-testid="job-error">
      <ErrorNote
        error={error}
        about={`job ${job.id}`}
        actions={
          <>
            {missingInput.has(error.code) ? (
              <Button size="s" icon={<ImagePlus size={12} aria-hidden />} onPress={pickers.files} data-testid="job-add-again">
                {say('bar.import')}
              </Button>
            ) : null}
            {lighter ? (
              <Button
                size="s"
                icon={<Feather size={12} aria-hidden />}
                aria-label={`${say('job.lighter')}: ${lighterName(lighter)}`}
                onPress={() => void doLighter(job, lighter)}
                data-testid="job-lighter"
              >
                {say('job.lighter')}
              </Button>
            ) : null}
            {canRetry ? (
              <Button
                size="s"
                icon={<RotateCcw size={12} aria-hidden />}
                onPress={() => void retry([job.id])}
                data-testid="job-retry"
              >
                {say('job.retry')}
              </Button>
            ) : null}
          </>
        }
      />
    </div>
  )
}

/** Seen when the card is pointed at or has the focus; always where nothing can point without touching. */
const onHover =
  'opacity-0 focus-visible:opacity-100 group-focus-within:opacity-100 group-hover:opacity-100 [@media(hover:none)]:opacity-100'
const smallButton =
  'inline-flex size-6 shrink-0 items-center justify-center rounded-m text-muted transition-colors duration-120 hover:bg-hover hover:text-text disabled:cursor-not-allowed disabled:opacity-45'

/** Cancel while it can be; everything else in the list's menu. Plain buttons: a list of thousands is scrolled through. */
function Actions(props: { job: Job; label: string; onMenu: JobCardProps['onMenu'] }): ReactElement {
  const { job, label } = props
  const say = useWords()
  const { cancel } = useActions()
  const [asked, setAsked] = useState(false)
  return (
    <div className="-mr-1.5 flex shrink-0 items-center">
      <button
        type="button"
        aria-label={say('job.more', { label })}
        aria-haspopup="menu"
        title={say('job.more', { label })}
        onClick={(event) => props.onMenu(job.id, event.currentTarget)}
        className={classes(smallButton, onHover)}
        data-testid="job-menu"
      >
        <Ellipsis size={14} aria-hidden />
      </button>
      {isFinal(job) ? null : (
        <button
          type="button"
          aria-label={say('job.cancel')}
          title={say('job.cancel')}
          disabled={asked}
          onClick={() => {
            setAsked(true)
            void cancel([job.id]).finally(() => setAsked(false))
          }}
          className={classes(smallButton, placeOf(job) !== 'active' && onHover)}
          data-testid="job-cancel"
        >
          <X size={14} aria-hidden />
        </button>
      )}
    </div>
  )
}
