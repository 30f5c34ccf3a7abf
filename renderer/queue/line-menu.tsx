import { ArrowDown, ArrowUp, ChevronsDown, ChevronsUp, RotateCcw, Sliders } from 'lucide-react'
import type { ReactElement, RefObject } from 'react'
import type { Job } from '#shared/domain/job'
import { useWords } from '../i18n/i18n'
import { useActions } from '../state/context'
import { canRecall } from '../state/recall'
import { PopupMenu, type MenuEntry } from '../widgets'
import type { WaitingLine } from './waiting-lines'

/** What the list's menu is open for: a line, and how it is moved. */
export interface LineMenuTarget {
  key: string
  label: string
  /** Absent for a batch. */
  job: Job | undefined
  /** The lines that it changes places with; empty where it has no place. */
  lines: readonly WaitingLine[]
  move: (line: WaitingLine, before: string | null) => void
  nudge: (key: string, places: -1 | 1) => void
}

/** The menu of the list: for the job or the batch whose button was pressed. */
export function LineMenu(props: {
  target: LineMenuTarget | undefined
  anchor: RefObject<HTMLElement | null>
  onClose: () => void
}): ReactElement {
  const say = useWords()
  const { target } = props
  const entries = useEntries(target)
  return (
    <PopupMenu
      label={target ? say('job.more', { label: target.label }) : ''}
      entries={entries}
      open={target !== undefined}
      anchor={props.anchor}
      onClose={props.onClose}
    />
  )
}

function useEntries(target: LineMenuTarget | undefined): MenuEntry[] {
  const say = useWords()
  const { retry, recall } = useActions()
  if (!target) return []
  const { key, job, lines, move, nudge } = target
  const at = lines.findIndex((line) => line.key === key)
  const own = lines[at]
  const [first] = lines
  const isLast = at === lines.length - 1
  const entries: MenuEntry[] = []
  if (own && first && lines.length > 1)
    entries.push(
      {
        id: 'first',
        label: say('job.moveFirst'),
        icon: <ChevronsUp size={14} aria-hidden />,
        disabled: at === 0,
        onAction: () => move(own, first.first),
      },
      {
        id: 'earlier',
        label: say('job.moveUp'),
        icon: <ArrowUp size={14} aria-hidden />,
        keys: 'alt+up',
        disabled: at === 0,
        onAction: () => nudge(key, -1),
      },
      {
        id: 'later',
        label: say('job.moveDown'),
        icon: <ArrowDown size={14} aria-hidden />,
        keys: 'alt+down',
        disabled: isLast,
        onAction: () => nudge(key, 1),
      },
      {
        id: 'last',
        label: say('job.moveLast'),
        icon: <ChevronsDown size={14} aria-hidden />,
        disabled: isLast,
        onAction: () => move(own, null),
      },
    )
  if (job && (job.state === 'failed' || job.state === 'canceled'))
    entries.push({
      id: 'retry',
      label: say('job.retry'),
      icon: <RotateCcw size={14} aria-hidden />,
      onAction: () => void retry([job.id]),
    })
  if (job && canRecall(job))
    entries.push({
      id: 'recall',
      label: say('job.useSettings'),
      icon: <Sliders size={14} aria-hidden />,
      onAction: () => recall(job),
    })
  return entries
}
