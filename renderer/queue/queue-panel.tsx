import { BrushCleaning, CircleX, Ellipsis, Pause, Play, Unplug } from 'lucide-react'
import { useEffect, useMemo, useState, type ReactElement } from 'react'
import type { BatchCounts } from '#shared/domain/job'
import { count } from '../i18n/format'
import { PanelHelp } from '../help/panel-help'
import { useWords } from '../i18n/i18n'
import { currentEngine } from '../i18n/labels'
import { useActions, useStudio, useStudioParts, useStudioRoot } from '../state/context'
import { Button, IconButton, MenuButton, Segmented } from '../widgets'
import { draftsWanted } from '../state/drafts-meanwhile'
import { pendingCount } from '../state/jobs'
import { JobList } from './job-list'
import { historyRows, queueRows } from './rows'

/** The queue: what runs and waits, and the history of everything that ended. */
export function QueuePanel(): ReactElement {
  const say = useWords()
  const [tab, setTab] = useState<'queue' | 'history'>('queue')
  return (
    <section aria-label={say('queue.title')} className="flex min-h-0 flex-1 flex-col" data-testid="queue">
      <header className="flex shrink-0 items-center justify-between gap-2 px-4 pt-2.5">
        <h2 className="sr-only">{say('queue.title')}</h2>
        <Segmented
          label={say('queue.title')}
          size="s"
          value={tab}
          onChange={setTab}
          items={[
            { id: 'queue', label: say('queue.tab.queue'), testId: 'tab-queue' },
            { id: 'history', label: say('queue.tab.history'), testId: 'tab-history' },
          ]}
        />
        <QueueActions />
      </header>
      <Counts />
      <EngineAway />
      {tab === 'queue' ? <Jobs /> : <History />}
    </section>
  )
}

function Counts(): ReactElement {
  const say = useWords()
  const queue = useStudio((state) => state.queue)
  // What stands in a server's queue waits, too.
  const pending = useStudio((state) => Math.min(pendingCount(state.jobs), state.queue.active))
  const idle = queue.active + queue.queued === 0
  return (
    <p
      className="flex h-8 shrink-0 items-center gap-1.5 border-b border-line px-4 text-s text-muted tabular-nums"
      data-testid="queue-counts"
    >
      <span className="truncate">
        {idle && !queue.paused
          ? say('queue.counts.idle')
          : say(queue.paused ? 'queue.paused' : 'queue.counts', {
              active: count(queue.active - pending, say.language),
              queued: count(queue.queued + pending, say.language),
            })}
      </span>
    </p>
  )
}

/** Why nothing goes on: what the jobs wait for does not answer. */
function EngineAway(): ReactElement | null {
  const say = useWords()
  const { openDialog } = useActions()
  const waits = useStudio((state) => state.queue.queued > 0 && !state.queue.paused)
  const engine = useStudio((state) => currentEngine(state.settings.engine, state.engines))
  if (!waits || !engine || engine.kind === 'draft' || (engine.state !== 'offline' && engine.state !== 'failed')) return null
  return (
    <div
      className="flex shrink-0 flex-wrap items-center gap-x-2.5 gap-y-1.5 border-b border-line px-4 py-2"
      data-testid="queue-away"
    >
      <Unplug size={14} aria-hidden className="shrink-0 text-accent-text" />
      <div className="min-w-0 flex-1 basis-44 text-s">
        <p className="break-words">{say('compose.away', { name: engine.name })}</p>
        <p className="text-muted">{say('compose.away.text')}</p>
      </div>
      <DraftsMeanwhile />
      <Button size="s" onPress={() => openDialog({ type: 'engines' })} data-testid="queue-engines">
        {say('engines.title')}
      </Button>
    </div>
  )
}

/** It stays when it was pressed, so that the focus does: a draft comes for each job once. */
function DraftsMeanwhile(): ReactElement {
  const say = useWords()
  const { draftMeanwhile } = useActions()
  const { byId, waiting } = useStudioParts(({ jobs }) => ({ byId: jobs.byId, waiting: jobs.waiting }))
  // Not with each progress of a running job.
  const canDraft = useMemo(() => draftsWanted({ byId, waiting }).length > 0, [byId, waiting])
  return (
    <Button size="s" isDisabled={!canDraft} onPress={() => void draftMeanwhile()} data-testid="queue-drafts">
      {say('queue.drafts')}
    </Button>
  )
}

function QueueActions(): ReactElement {
  const say = useWords()
  const { pause, clearFinished, openDialog } = useActions()
  const { paused, unfinished, hasRecent } = useStudioParts((state) => ({
    paused: state.queue.paused,
    unfinished: state.queue.active + state.queue.queued,
    hasRecent: state.jobs.recent.length > 0,
  }))
  return (
    <div className="flex">
      <PanelHelp topic="queue" />
      <IconButton
        size="s"
        label={say(paused ? 'queue.resume' : 'queue.pause')}
        icon={paused ? <Play size={14} aria-hidden /> : <Pause size={14} aria-hidden />}
        keys="mod+p"
        onPress={() => void pause(!paused)}
        data-testid="queue-pause"
      />
      <IconButton
        size="s"
        label={say('queue.clear')}
        icon={<BrushCleaning size={14} aria-hidden />}
        isDisabled={!hasRecent}
        onPress={() => void clearFinished()}
        data-testid="queue-clear"
      />
      <MenuButton
        label={say('queue.actions')}
        entries={[
          {
            id: 'cancel-all',
            label: say('queue.cancelAll'),
            icon: <CircleX size={14} aria-hidden />,
            danger: true,
            disabled: unfinished === 0,
            onAction: () => openDialog({ type: 'cancelAll' }),
          },
        ]}
      >
        <IconButton size="s" label={say('queue.actions')} icon={<Ellipsis size={14} aria-hidden />} data-testid="queue-menu" />
      </MenuButton>
    </div>
  )
}

function Jobs(): ReactElement {
  const say = useWords()
  const { active, waiting, recent, queued, ready } = useStudioParts((state) => ({
    active: state.jobs.active,
    waiting: state.jobs.waiting,
    recent: state.jobs.recent,
    queued: state.queue.queued,
    ready: state.ready,
  }))
  const { store } = useStudioRoot()
  const batches = useStudio((state) => state.batches)
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set())
  const rows = useMemo(
    () =>
      queueRows({ active, waiting, recent }, queued, {
        // Which batch a job is of never changes, and a list names only jobs that are known.
        batchOf: (id) => store.getState().jobs.byId[id]?.batchId,
        sizeOf: (id) => sizeOfBatch(batches[id]),
        open,
      }),
    [active, waiting, recent, queued, store, batches, open],
  )
  const onBatch = (batchId: string): void =>
    setOpen((now) => (now.has(batchId) ? new Set([...now].filter((id) => id !== batchId)) : new Set([...now, batchId])))
  if (!ready) return <CardSkeletons />
  if (rows.length === 0) return <Nothing title={say('queue.empty')} text={say('queue.empty.text')} />
  return <JobList label={say('queue.list')} rows={rows} onBatch={onBatch} />
}

function sizeOfBatch(counts: BatchCounts | undefined): number | undefined {
  return counts && counts.queued + counts.active + counts.done + counts.failed + counts.canceled
}

function History(): ReactElement {
  const say = useWords()
  const { loadHistory } = useActions()
  const history = useStudio((state) => state.history)
  const rows = useMemo(() => historyRows(history), [history])
  if (history.state === 'idle') return <FirstPage onMount={loadHistory} />
  if (rows.length === 0)
    return history.state === 'loading' ? <CardSkeletons /> : <Nothing title={say('queue.history.empty')} text="" />
  return (
    <JobList
      label={say('queue.tab.history')}
      rows={rows}
      loading={history.state === 'loading'}
      onEnd={() => void loadHistory()}
    />
  )
}

/** Asks for the first page once it is looked at; after a reconnection the history starts again in the same way. */
function FirstPage(props: { onMount: () => Promise<void> }): ReactElement {
  const { onMount } = props
  useEffect(() => void onMount(), [onMount])
  return <CardSkeletons />
}

function Nothing(props: { title: string; text: string }): ReactElement {
  return (
    <div className="flex flex-1 flex-col items-center justify-center gap-1 px-6 text-center">
      <p>{props.title}</p>
      <p className="text-s text-muted">{props.text}</p>
    </div>
  )
}

function CardSkeletons(): ReactElement {
  return (
    <div className="flex-1" aria-hidden>
      {[0, 1, 2].map((index) => (
        <div key={index} className="flex gap-3 border-b border-line px-4 py-2.5">
          <div className="skeleton size-11" />
          <div className="flex-1 space-y-2 pt-1">
            <div className="skeleton h-3 w-2/3" />
            <div className="skeleton h-2.5 w-1/2" />
          </div>
        </div>
      ))}
    </div>
  )
}
