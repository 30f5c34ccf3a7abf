import { ArrowDown, ArrowUp, ChevronsDown, ChevronsUp, RotateCcw, Sliders } from 'lucide-react'
import type { ReactElement, RefObject } from 'react'
import type { Job } from '#shared/domain/job'
import { useWords } from '../i18n/i18n'
import { editLabel } from '../i18n/labels'
import { useActions, useStudio } from '../state/context'
import { canRecall } from '../state/recall'
import { PopupMenu, type MenuEntry } from '../widgets'

/** The menu of the list: for the job whose button was pressed. */
export function JobMenu(props: {
  job: Job | undefined
  anchor: RefObject<HTMLElement | null>
  onClose: () => void
}): ReactElement {
  const say = useWords()
  const styles = useStudio((state) => state.styles)
  const { job } = props
  const entries = useEntries(job)
  const label = job ? say('job.more', { label: editLabel(job.edit, styles, say, say.language) }) : ''
  return <PopupMenu label={label} entries={entries} open={job !== undefined} anchor={props.anchor} onClose={props.onClose} />
}

function useEntries(job: Job | undefined): MenuEntry[] {
  const say = useWords()
  const { retry, moveJob, nudgeJob, recall } = useActions()
  const waiting = useStudio((state) => state.jobs.waiting)
  if (!job) return []
  const { id } = job
  const first = waiting[0]
  const isFirst = first === id
  const isLast = waiting.at(-1) === id
  const entries: MenuEntry[] = []
  if (job.state === 'queued' && waiting.length > 1)
    entries.push(
      {
        id: 'first',
        label: say('job.moveFirst'),
        icon: <ChevronsUp size={14} aria-hidden />,
        disabled: isFirst,
        onAction: () => void (first === undefined ? undefined : moveJob(id, first)),
      },
      {
        id: 'earlier',
        label: say('job.moveUp'),
        icon: <ArrowUp size={14} aria-hidden />,
        keys: 'alt+up',
        disabled: isFirst,
        onAction: () => void nudgeJob(id, -1),
      },
      {
        id: 'later',
        label: say('job.moveDown'),
        icon: <ArrowDown size={14} aria-hidden />,
        keys: 'alt+down',
        disabled: isLast,
        onAction: () => void nudgeJob(id, 1),
      },
      {
        id: 'last',
        label: say('job.moveLast'),
        icon: <ChevronsDown size={14} aria-hidden />,
        disabled: isLast,
        onAction: () => void moveJob(id, null),
      },
    )
  if (job.state === 'failed' || job.state === 'canceled')
    entries.push({
      id: 'retry',
      label: say('job.retry'),
      icon: <RotateCcw size={14} aria-hidden />,
      onAction: () => void retry([id]),
    })
  if (canRecall(job))
    entries.push({
      id: 'recall',
      label: say('job.useSettings'),
      icon: <Sliders size={14} aria-hidden />,
      onAction: () => recall(job),
    })
  return entries
}
