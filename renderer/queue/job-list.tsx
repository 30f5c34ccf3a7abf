import { useVirtualizer } from '@tanstack/react-virtual'
import {
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
  type PointerEvent,
  type ReactElement,
  type RefObject,
} from 'react'
import { useWords } from '../i18n/i18n'
import { useActions, useStudio, useStudioRoot } from '../state/context'
import { classes } from '../widgets'
import { BatchCard } from './batch-card'
import { batchLabel } from './batch-label'
import type { GripHandlers } from './grip'
import { JobCard } from './job-card'
import { LineMenu } from './line-menu'
import { dropBefore, type QueueRow } from './rows'
import { linesAround, nudged, waitingLines, type WaitingLine } from './waiting-lines'

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
  const { moveJob, moveBatch } = useActions()
  const waiting = useStudio((state) => state.jobs.waiting)
  const byId = useStudio((state) => state.jobs.byId)
  const styles = useStudio((state) => state.styles)
  const scroller = useRef<HTMLDivElement>(null)
  const [announcement, announce] = useState('')
  const [drag, setDrag] = useState<{ key: string; before: string | null | undefined } | undefined>(undefined)
  // oxlint-disable-next-line react/incompatible-library -- nothing of it is memoised here; it renders again by itself
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => cardHeight,
    getItemKey: (index) => {
      const row = rows[index]
      return row ? keyOf(row) : index
    },
    overscan: 6,
  })
  const items = virtual.getVirtualItems()
  const lastSeen = items.at(-1)?.index ?? 0
  useEffect(() => {
    if (onEnd && lastSeen >= rows.length - 20) onEnd()
  }, [onEnd, lastSeen, rows.length])

  const batchOf = useCallback((id: string) => store.getState().jobs.byId[id]?.batchId, [store])
  const lines = useMemo(() => waitingLines(rows, waiting, batchOf), [rows, waiting, batchOf])
  const lineOf = (key: string): WaitingLine | undefined =>
    linesAround(key, lines, waiting, batchOf).find((line) => line.key === key)
  const { isWaiting, lastWaiting } = useMemo(() => {
    const batches = new Set(lines.flatMap(({ key, isBatch }) => (isBatch ? [key] : [])))
    const waits = (row: QueueRow): boolean =>
      row.kind === 'job' ? row.place === 'waiting' : row.kind === 'batch' && batches.has(row.batchId)
    return { isWaiting: waits, lastWaiting: rows.findLast(waits) }
  }, [rows, lines])
  const move = ({ key, isBatch }: WaitingLine, before: string | null): void =>
    void (isBatch ? moveBatch(key, before) : moveJob(key, before))
  const labelOf = (key: string): string => {
    const row = rows.find((each) => each.kind === 'batch' && each.batchId === key)
    const ids = row?.kind === 'batch' ? row.ids : [key]
    return batchLabel(
      ids.flatMap((id) => byId[id] ?? []),
      styles,
      say,
      say.language,
    )
  }
  const nudge = (key: string, places: -1 | 1): void => {
    const step = nudged(linesAround(key, lines, waiting, batchOf), key, places)
    if (!step) return
    move(step.line, step.before)
    announce(say('job.moved', { label: labelOf(key), place: step.place, count: step.count }))
  }
  const keepFocus = useKeptFocus(scroller)

  /** The lines in sight before which a dragged one may land. */
  const waitingRows = (dragged: string): { id: string; top: number; height: number }[] =>
    virtual.getVirtualItems().flatMap((item) => {
      const row = rows[item.index]
      if (!row || row.kind === 'more' || !isWaiting(row)) return []
      // Not among its own jobs.
      if (row.kind === 'job' && row.inBatch && batchOf(row.id) === dragged) return []
      return [{ id: keyOf(row), top: item.start, height: item.size }]
    })
  const heightOf = (event: { clientY: number }): number => {
    const box = scroller.current
    return box ? event.clientY - box.getBoundingClientRect().top + box.scrollTop : 0
  }
  const handlers: GripHandlers = {
    pointerDown: (key: string, event: PointerEvent<HTMLElement>) => {
      event.preventDefault()
      const handle = event.currentTarget
      handle.setPointerCapture(event.pointerId)
      let before: string | null | undefined
      setDrag({ key, before })
      const onMove = (moved: globalThis.PointerEvent): void => {
        const box = scroller.current
        if (box) {
          // Near an edge the list goes along.
          const { top, bottom } = box.getBoundingClientRect()
          if (moved.clientY < top + 32) box.scrollTop -= 12
          else if (moved.clientY > bottom - 32) box.scrollTop += 12
        }
        before = dropBefore(waitingRows(key), key, heightOf(moved))
        setDrag({ key, before })
      }
      const end = (ended: globalThis.PointerEvent): void => {
        handle.removeEventListener('pointermove', onMove)
        handle.removeEventListener('pointerup', end)
        handle.removeEventListener('pointercancel', end)
        setDrag(undefined)
        if (ended.type === 'pointerup' && before !== undefined) latest.current.drop(key, before)
      }
      handle.addEventListener('pointermove', onMove)
      handle.addEventListener('pointerup', end)
      handle.addEventListener('pointercancel', end)
    },
    keyDown: (key: string, event: KeyboardEvent) => {
      const places = event.altKey ? (event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0) : 0
      if (places === 0) return
      event.preventDefault()
      keepFocus(key)
      nudge(key, places)
    },
  }
  const drop = (key: string, before: string | null): void => {
    const line = lineOf(key)
    const target = before === null ? null : lineOf(before)?.first
    if (line && target !== undefined) move(line, target)
  }
  const latest = useRef({ ...handlers, drop })
  useEffect(() => {
    latest.current = { ...handlers, drop }
  })
  const grip = useMemo<GripHandlers>(
    () => ({
      pointerDown: (key, event) => latest.current.pointerDown(key, event),
      keyDown: (key, event) => latest.current.keyDown(key, event),
    }),
    [],
  )
  const [menu, setMenu] = useState<string | undefined>(undefined)
  const menuAnchor = useRef<HTMLElement | null>(null)
  const openMenu = useCallback((key: string, button: HTMLElement) => {
    menuAnchor.current = button
    setMenu(key)
  }, [])

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
                <BatchCard
                  batchId={row.batchId}
                  ids={row.ids}
                  open={row.open}
                  onOpen={(id) => props.onBatch?.(id)}
                  dragged={drag?.key === row.batchId}
                  onGrip={isWaiting(row) && lines.length > 1 ? grip : undefined}
                  onMenu={openMenu}
                />
              ) : job ? (
                <JobCard
                  job={job}
                  dragged={drag?.key === job.id}
                  onGrip={isWaiting(row) && waiting.length > 1 ? grip : undefined}
                  onMenu={openMenu}
                />
              ) : null}
              {row.kind !== 'more' && drag?.before === keyOf(row) ? <InsertLine edge="top" /> : null}
              {drag?.before === null && lastWaiting === row ? <InsertLine edge="bottom" /> : null}
            </li>
          )
        })}
      </ul>
      {props.loading ? <p className="px-4 py-3 text-s text-muted">{say('queue.loading')}</p> : null}
      <LineMenu
        target={
          menu === undefined
            ? undefined
            : { key: menu, label: labelOf(menu), job: byId[menu], lines: linesAround(menu, lines, waiting, batchOf), move, nudge }
        }
        anchor={menuAnchor}
        onClose={() => setMenu(undefined)}
      />
      <output className="sr-only">{announcement}</output>
    </div>
  )
}

/** What a row is known by: its job's id, or its batch's. */
function keyOf(row: QueueRow): string {
  return row.kind === 'job' ? row.id : row.kind === 'batch' ? row.batchId : 'more'
}

/**
 * Gives the focus back to the grip of a line that was moved: where the page puts another element before it, the browser takes it away.
 * Answers how to name the line; until the next press of a key or a button.
 */
function useKeptFocus(scroller: RefObject<HTMLElement | null>): (key: string) => void {
  const kept = useRef<string | undefined>(undefined)
  useLayoutEffect(() => {
    if (kept.current === undefined || document.activeElement !== document.body) return
    scroller.current?.querySelector<HTMLElement>(`[data-grip="${CSS.escape(kept.current)}"]`)?.focus()
  })
  useEffect(() => {
    const forget = (): void => (kept.current = undefined)
    const options = { capture: true }
    window.addEventListener('keydown', forget, options)
    window.addEventListener('pointerdown', forget, options)
    return () => {
      window.removeEventListener('keydown', forget, options)
      window.removeEventListener('pointerdown', forget, options)
    }
  }, [])
  return useCallback((key) => (kept.current = key), [])
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
