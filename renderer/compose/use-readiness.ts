import { useEffect, useState } from 'react'
import { useShallow } from 'zustand/react/shallow'
import { useStore } from 'zustand'
import type { EditKind } from '#shared/domain/edit'
import type { WorkflowView } from '#shared/domain/workflow'
import { useActions, useStudioRoot } from '../state/context'
import { composeEngine, composeReadiness, type ComposeReadiness } from './compose-engine'

/** What the composing engine has: its workflows as it answered, and how ready it is for an edit. */
export interface Readiness {
  readiness: ComposeReadiness
  workflows: readonly WorkflowView[] | undefined
}

/** How ready the composing engine is for an edit; asked again whenever the engine or what it has changes. */
export function useReadiness(edit: EditKind, workflowId?: string): Readiness {
  const { workflowsOf } = useActions()
  const engine = useStore(
    useStudioRoot().store,
    useShallow((state) => composeEngine(state.ui.compose.engine, state.settings.engine, state.engines).engine),
  )
  const [answer, setAnswer] = useState<{ key: string; workflows: readonly WorkflowView[] }>()
  const id = engine?.id
  const key = engine?.state === 'ready' ? `${id} ${engine.version ?? ''} ${engine.workflows?.ready ?? ''}` : undefined
  useEffect(() => {
    if (id === undefined || key === undefined) return undefined
    let open = true
    void workflowsOf(id).then((workflows) => {
      if (open && workflows) setAnswer({ key, workflows })
    })
    return () => {
      open = false
    }
  }, [id, key, workflowsOf])
  const workflows = answer && answer.key === key ? answer.workflows : undefined
  return { workflows, readiness: composeReadiness(engine, workflows, edit, workflowId) }
}
