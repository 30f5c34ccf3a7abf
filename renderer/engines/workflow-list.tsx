import { Check, CircleAlert } from 'lucide-react'
import { useEffect, useState, type ReactElement } from 'react'
import type { WorkflowView } from '#shared/domain/workflow'
import { useWords } from '../i18n/i18n'
import { useActions } from '../state/context'
import { lackWords } from './lack-words'

/** What a server has for each workflow, and exactly what it lacks: those that lack something first, because they want something done. */
export function WorkflowList({ engineId }: { engineId: string }): ReactElement {
  const say = useWords()
  const { workflowsOf } = useActions()
  const [workflows, setWorkflows] = useState<readonly WorkflowView[]>()
  useEffect(() => {
    let open = true
    void workflowsOf(engineId).then((answer) => {
      if (open) setWorkflows(answer ?? [])
    })
    return () => {
      open = false
    }
  }, [engineId, workflowsOf])
  if (!workflows) return <p className="border-t border-line px-3 py-2.5 text-muted">{say('engines.workflows.loading')}</p>
  const sorted = workflows.toSorted((a, b) => Number(a.ready === true) - Number(b.ready === true))
  return (
    <ul className="flex flex-col border-t border-line px-3 py-1.5" data-testid="engine-workflow-list">
      {sorted.map((workflow) => (
        <li key={workflow.id} className="flex gap-2.5 py-1.5">
          {workflow.ready ? (
            <Check size={14} aria-hidden className="mt-0.5 shrink-0 text-good" />
          ) : (
            <CircleAlert size={14} aria-hidden className="mt-0.5 shrink-0 text-muted" />
          )}
          <div className="min-w-0 flex-1">
            <p className="flex flex-wrap items-baseline gap-x-2">
              <span>{workflow.title[say.language]}</span>
              <span className="text-s text-muted">
                {workflow.vramGb} GB
                {workflow.ready ? ` · ${say('engines.workflow.ready')}` : ''}
              </span>
            </p>
            {workflow.missing.map((lack) => (
              <p key={lack.words} data-selectable className="break-words text-s text-muted">
                {lackWords(lack, say)}
              </p>
            ))}
          </div>
        </li>
      ))}
    </ul>
  )
}
