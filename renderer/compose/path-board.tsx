import { ArrowRight, Image, Sparkles } from 'lucide-react'
import { useLayoutEffect, useMemo, useRef, type ReactElement } from 'react'
import { ToggleButton } from 'react-aria-components'
import type { LevelOfDetail } from '#shared/domain/edit'
import type { Job } from '#shared/domain/job'
import { seedDigits } from '../i18n/format'
import { useWords } from '../i18n/i18n'
import { useActions, useStudio } from '../state/context'
import { isFinal } from '../state/jobs'
import { Button, classes } from '../widgets'
import { useBatchJobs } from './use-batch-jobs'
import { BoardStart } from './board-start'
import { JobCell } from './job-cell'
import { nextLevels, pathSteps, sketchOf, type PathStep } from './level-path'

/** The way from sketches over the middle to the final picture: every step with all that was made at it. */
export function PathBoard(): ReactElement {
  const say = useWords()
  const { setCompose } = useActions()
  const { path, chosen } = useStudio((state) => state.ui.compose.words)
  const jobs = useBatchJobs(path)
  const steps = useMemo(() => pathSteps(jobs, path), [jobs, path])
  const picked = jobs.find(({ id }) => id === chosen)
  if (steps.length === 0)
    return (
      <BoardStart
        title={say('compose.path.empty')}
        text={say('compose.path.empty.text')}
        icon={<Sparkles size={22} aria-hidden />}
      />
    )
  const reached = new Set(steps.map(({ level }) => level))
  const isDirect = reached.has('direct_final')
  const first = steps[0]?.jobs[0]?.edit
  const prompt = first?.kind === 'generate' ? first.prompt : ''
  return (
    <div className="flex min-h-0 flex-1 flex-col" data-testid="path-board">
      <div className="min-h-0 flex-1 overflow-y-auto px-6 pb-6 pt-4">
        <div className="mx-auto flex max-w-300 flex-col gap-4">
          <header className="flex items-center justify-between gap-6">
            <p data-selectable className="line-clamp-2 min-w-0 text-muted">
              {prompt}
            </p>
            {isDirect ? null : <Trail reached={reached} />}
          </header>
          {steps.map((step) => (
            <Step
              key={step.level}
              step={step}
              steps={steps}
              chosen={chosen}
              onChoose={(job) => setCompose('words', { chosen: job.id === chosen ? undefined : job.id })}
            />
          ))}
        </div>
      </div>
      <PathBar job={picked} steps={steps} />
    </div>
  )
}

/** Where the way leads and how far it has been gone. */
function Trail({ reached }: { reached: ReadonlySet<LevelOfDetail> }): ReactElement {
  const say = useWords()
  return (
    <ol className="flex shrink-0 items-center gap-2 text-s" aria-label={say('compose.path')} data-testid="path-trail">
      {(['sketch', 'mid', 'final'] as const).map((level, index) => (
        <li key={level} className="flex items-center gap-2">
          {index > 0 ? <span aria-hidden className={classes('h-px w-6', reached.has(level) ? 'bg-accent' : 'bg-edge')} /> : null}
          <span
            data-reached={reached.has(level) || undefined}
            className={classes('flex items-center gap-1.5', reached.has(level) ? 'text-text' : 'text-muted')}
          >
            <span
              aria-hidden
              className={classes('size-2 rounded-full border', reached.has(level) ? 'border-accent bg-accent' : 'border-edge')}
            />
            {say(`compose.level.${level}`)}
          </span>
        </li>
      ))}
    </ol>
  )
}

function Step(props: {
  step: PathStep
  steps: readonly PathStep[]
  chosen: string | undefined
  onChoose: (job: Job) => void
}): ReactElement {
  const say = useWords()
  const { step, steps } = props
  const { level } = step
  const name = say(level === 'direct_final' ? 'job.level.direct_final' : `compose.level.${level}`)
  // Sketches are looked at together; what they become is looked at.
  const columns =
    level === 'sketch' ? 'grid-cols-[repeat(auto-fill,minmax(11rem,1fr))]' : 'grid-cols-[repeat(auto-fill,minmax(20rem,1fr))]'
  return (
    <section aria-label={name} data-testid={`path-${level}`}>
      <h2 className="flex h-8 items-center gap-2 font-semibold">
        {name}
        <span className="font-normal text-muted">{step.jobs.length}</span>
      </h2>
      <div className={classes('grid gap-3', columns)}>
        {step.jobs.map((job, index) => {
          const sketch = level === 'sketch' ? undefined : sketchOf(job, steps)
          const { width = 16, height = 10 } = job.outputs[0] ?? sizeWished(job, steps)
          const from = job.edit.kind === 'generate' ? job.edit.from?.assetId : undefined
          const label =
            sketch === undefined
              ? say('compose.path.cell', { level: level === 'sketch' ? say('job.level.sketch') : name, n: index + 1 })
              : say('compose.path.from', { level: name, n: sketch })
          return (
            <div key={job.id} className="flex flex-col gap-1">
              <div
                className={classes(
                  'relative rounded-s transition-shadow duration-120',
                  props.chosen === job.id
                    ? 'ring-2 ring-accent ring-offset-2 ring-offset-ground'
                    : 'hover:ring-1 hover:ring-edge',
                )}
              >
                <div style={{ aspectRatio: `${width} / ${height}` }}>
                  <JobCell job={job} before={from} className="size-full" />
                </div>
                {job.state === 'done' ? (
                  <ToggleButton
                    isSelected={props.chosen === job.id}
                    onChange={() => props.onChoose(job)}
                    aria-label={label}
                    data-testid="path-choose"
                    className="absolute inset-0 rounded-s"
                  />
                ) : null}
              </div>
              <p className="flex justify-between gap-2 text-s text-muted">
                <span className="truncate">{label}</span>
                <span className="shrink-0 tabular-nums" title={say('style.seed')}>
                  {seedDigits(job.seed)}
                </span>
              </p>
            </div>
          )
        })}
      </div>
    </section>
  )
}

/** The shape of a picture that is not there yet, so that nothing jumps when it comes: what was asked for, or its sketch's. */
function sizeWished(job: Job, steps: readonly PathStep[]): { width?: number; height?: number } {
  const size = job.edit.kind === 'generate' ? job.edit.size : undefined
  if (size) return size
  const done = steps.flatMap((step) => step.jobs).find((each) => each.outputs[0])
  return done?.outputs[0] ?? {}
}

/** What can be done with the chosen picture; the place is there before one is chosen. */
function PathBar(props: { job: Job | undefined; steps: readonly PathStep[] }): ReactElement {
  const say = useWords()
  const { refine, openPicture, showVersion } = useActions()
  const { job } = props
  const levels = job ? nextLevels(job) : []
  const hasSketches = props.steps.some(({ level }) => level === 'sketch')
  const assetId = job?.outputs[0]?.assetId
  // What is left to do with a final picture is to open it.
  const isFinished = job?.state === 'done' && levels.length === 0
  const isRunning = job !== undefined && !isFinal(job)
  const open = useRef<HTMLButtonElement>(null)
  const refined = useRef(false)
  // With its last step the button that asked for it goes away: whoever used it goes on at the one that is left.
  useLayoutEffect(() => {
    if (isFinished && refined.current && document.activeElement === document.body) open.current?.focus()
    if (isFinished) refined.current = false
  }, [isFinished])
  const further = (level: 'mid' | 'final'): void => {
    refined.current = true
    if (job) void refine(job, level)
  }
  const show = (): void => {
    if (job?.pictureId === undefined || assetId === undefined) return
    openPicture(job.pictureId)
    showVersion(job.pictureId, assetId)
  }
  return (
    <div className="@container shrink-0 border-t border-line bg-panel px-6 max-[1180px]:px-4" data-testid="path-bar">
      <div className="flex min-h-14 flex-wrap items-center justify-end gap-x-2 gap-y-1 py-2">
        {/* In a small window what to do stands above the buttons. */}
        <p className="line-clamp-2 min-w-0 flex-1 text-muted @max-xl:basis-full">
          {job
            ? levels.length > 0
              ? say('compose.path.refine')
              : job.state === 'done'
                ? say('compose.path.done')
                : say(`job.state.${job.state}`)
            : say(hasSketches ? 'compose.path.choose' : 'compose.path.choose.final')}
        </p>
        <Button
          ref={open}
          kind={isFinished ? 'primary' : 'plain'}
          icon={<Image size={14} aria-hidden className="@max-xl:hidden" />}
          className="@max-xl:px-2"
          isDisabled={assetId === undefined || job?.pictureId === undefined}
          onPress={show}
          data-testid="path-open"
        >
          {say('compose.open')}
        </Button>
        {hasSketches && !isFinished ? (
          <>
            <Button
              icon={<ArrowRight size={14} aria-hidden className="@max-xl:hidden" />}
              className="@max-xl:px-2"
              isPending={isRunning}
              isDisabled={!isRunning && !levels.includes('mid')}
              onPress={() => further('mid')}
              data-testid="refine-mid"
            >
              {say('compose.path.mid')}
            </Button>
            <Button
              kind="primary"
              icon={<Sparkles size={14} aria-hidden className="@max-xl:hidden" />}
              className="@max-xl:px-2"
              isPending={isRunning}
              isDisabled={!isRunning && !levels.includes('final')}
              onPress={() => further('final')}
              data-testid="refine-final"
            >
              {say('compose.path.final')}
            </Button>
          </>
        ) : null}
      </div>
    </div>
  )
}
