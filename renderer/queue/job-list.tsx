import { useVirtualizer } from '@tanstack/react-virtual'
import {
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
  type PointerEvent,
  type ReactElement,
} from 'react'
import { useWords } from '../i18n/i18n'
import { editLabel } from '../i18n/labels'
import { useActions, useStudio, useStudioRoot } from '../state/context'
import { classes } from '../widgets'
import { BatchCard } from './batch-card'
import { JobCard, type GripHandlers } from './job-card'
import { JobMenu } from './job-menu'
import { dropBefore, type QueueRow } from './rows'

/** Height of a card without an error, in CSS pixels; the others are measured. */
const cardHeight = 71

/** The list of jobs, virtual: however many there are, only those in sight are in the page. Waiting ones can be dragged into another order. */
export function JobList(props: {
  label: string
  rows: readonly QueueRow[]
  onEnd?: () => void
  /** Opens or closes a batch's own lines. */
  onBatch?: (batchId: string) => void
  loading?: boolean
}): ReactElement {
  const { rows, onEnd } = props
  const say = useWords()
  const { store } = useStudioRoot()
  const { moveJob, nudgeJob } = useActions()
  const byId = useStudio((state) => state.jobs.byId)
  const styles = useStudio((state) => state.styles)
  const scroller = useRef<HTMLDivElement>(null)
  const [announcement, announce] = useState('')
  const [drag, setDrag] = useState<{ id: string; before: string | null | undefined } | undefined>(undefined)
  // oxlint-disable-next-line react/incompatible-library -- nothing of it is memoised here; it renders again by itself
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => cardHeight,
    getItemKey: (index) => {
      const row = rows[index]
      return row?.kind === 'job' ? row.id : row?.kind === 'batch' ? row.batchId : 'more'
    },
    overscan: 6,
  })
  const items = virtual.getVirtualItems()
  const lastSeen = items.at(-1)?.index ?? 0
  useEffect(() => {
    if (onEnd && lastSeen >= rows.length - 20) onEnd()
  }, [onEnd, lastSeen, rows.length])

  const waitingRows = (): { id: string; top: number; height: number }[] =>
    virtual.getVirtualItems().flatMap((item) => {
      const row = rows[item.index]
      return row?.kind === 'job' && row.place === 'waiting' ? [{ id: row.id, top: item.start, height: item.size }] : []
    })
  const heightOf = (event: { clientY: number }): number => {
    const box = scroller.current
    return box ? event.clientY - box.getBoundingClientRect().top + box.scrollTop : 0
  }
  const handlers: GripHandlers = {
    pointerDown: (id: string, event: PointerEvent<HTMLElement>) => {
      event.preventDefault()
      const handle = event.currentTarget
      handle.setPointerCapture(event.pointerId)
      let before: string | null | undefined
      setDrag({ id, before })
      const move = (moved: globalThis.PointerEvent): void => {
        const box = scroller.current
        if (box) {
          // Near an edge the list goes along.
          const { top, bottom } = box.getBoundingClientRect()
          if (moved.clientY < top + 32) box.scrollTop -= 12
          else if (moved.clientY > bottom - 32) box.scrollTop += 12
        }
        before = dropBefore(waitingRows(), id, heightOf(moved))
        setDrag({ id, before })
      }
      const end = (ended: globalThis.PointerEvent): void => {
        handle.removeEventListener('pointermove', move)
        handle.removeEventListener('pointerup', end)
        handle.removeEventListener('pointercancel', end)
        setDrag(undefined)
        if (ended.type === 'pointerup' && before !== undefined) void moveJob(id, before)
      }
      handle.addEventListener('pointermove', move)
      handle.addEventListener('pointerup', end)
      handle.addEventListener('pointercancel', end)
    },
    keyDown: (id: string, event: KeyboardEvent) => {
      const places = event.altKey ? (event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0) : 0
      if (places === 0) return
      event.preventDefault()
      const moved = nudgeJob(id, places)
      const job = store.getState().jobs.byId[id]
      if (moved && job)
        announce(
          say('job.moved', { label: editLabel(job.edit, styles, say, say.language), place: moved.place, count: moved.count }),
        )
    },
  }
  const latest = useRef(handlers)
  useEffect(() => {
    latest.current = handlers
  })
  const grip = useMemo<GripHandlers>(
    () => ({
      pointerDown: (id, event) => latest.current.pointerDown(id, event),
      keyDown: (id, event) => latest.current.keyDown(id, event),
    }),
    [],
  )
  const [menu, setMenu] = useState<string | undefined>(undefined)
  const menuAnchor = useRef<HTMLElement | null>(null)
  const openMenu = useCallback((id: string, button: HTMLElement) => {
    menuAnchor.current = button
    setMenu(id)
  }, [])
  const waiting = rows.filter((row) => row.kind === 'job' && row.place === 'waiting')
  const lastWaiting = waiting.at(-1)

  return (
    <div
      ref={scroller}
      className="relative min-h-0 flex-1 overflow-y-auto overflow-x-hidden"
      data-testid="job-list"
      tabIndex={-1}
    >
      <ul aria-label={props.label} className="relative w-full" style={{ height: virtual.getTotalSize() }}>
        {items.map((item) => {
          const row = rows[item.index]
          if (!row) return null
          const job = row.kind === 'job' ? byId[row.id] : undefined
          return (
            <li
              key={item.key}
              ref={virtual.measureElement}
              data-index={item.index}
              aria-setsize={rows.length}
              aria-posinset={item.index + 1}
              className={classes(
                'absolute left-0 top-0 w-full',
                row.kind === 'job' && row.inBatch && 'border-l-2 border-accent/60',
              )}
              style={{ transform: `translateY(${item.start}px)` }}
            >
              {row.kind === 'more' ? (
                <MoreWaiting count={row.count} />
              ) : row.kind === 'batch' ? (
                <BatchCard batchId={row.batchId} ids={row.ids} open={row.open} onOpen={(id) => props.onBatch?.(id)} />
              ) : job ? (
                <JobCard
                  job={job}
                  dragged={drag?.id === job.id}
                  onGrip={row.kind === 'job' && row.place === 'waiting' && waiting.length > 1 ? grip : undefined}
                  onMenu={openMenu}
                />
              ) : null}
              {row.kind === 'job' && drag?.before === row.id ? <InsertLine edge="top" /> : null}
              {row.kind === 'job' && drag?.before === null && lastWaiting === row ? <InsertLine edge="bottom" /> : null}
            </li>
          )
        })}
      </ul>
      {props.loading ? <p className="px-4 py-3 text-s text-muted">{say('queue.loading')}</p> : null}
      <JobMenu job={menu === undefined ? undefined : byId[menu]} anchor={menuAnchor} onClose={() => setMenu(undefined)} />
      <output className="sr-only">{announcement}</output>
    </div>
  )
}

/** Stands for the waiting jobs that are not loaded yet; once it is in sight they are asked for. */
function MoreWaiting(props: { count: number }): ReactElement {
  const say = useWords()
  const { loadWaiting } = useActions()
  useEffect(() => void loadWaiting(), [loadWaiting])
  return <p className="border-b border-line px-4 py-2 text-s text-muted">{say('queue.more', { count: props.count })}</p>
}

function InsertLine(props: { edge: 'top' | 'bottom' }): ReactElement {
  return (
    <div
      aria-hidden
      className={`absolute inset-x-2 h-0.5 rounded-full bg-accent ${props.edge === 'top' ? '-top-px' : '-bottom-px'}`}
    />
  )
}
