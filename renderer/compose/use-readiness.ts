import { useEffect, useState } from 'react'
import { useShallow } from 'zustand/react/shallow'
import { useStore } from 'zustand'
import type { EditKind } from '#shared/domain/edit'
import type { WorkflowView } from '#shared/domain/workflow'
import { currentEngine } from '../i18n/labels'
import { useActions, useStudioRoot } from '../state/context'
import { composeEngine, composeReadiness, type ComposeReadiness } from './compose-engine'

/** What the composing engine has: its workflows as it answered, and how ready it is for an edit. */
export interface Readiness {
  readiness: ComposeReadiness
  workflows: readonly WorkflowView[] | undefined
}

/** How ready the engine of an edit is for it; asked again whenever the engine or what it has changes. */
export function useReadiness(edit: EditKind, workflowId?: string): Readiness {
  const { workflowsOf } = useActions()
  const engine = useStore(
    useStudioRoot().store,
    useShallow((state) =>
      // Styles and views go to the engine of the settings, which may be drafts.
      edit === 'style' || edit === 'perspective'
        ? currentEngine(state.settings.engine, state.engines)
        : composeEngine(state.ui.compose.engine, state.settings.engine, state.engines).engine,
    ),
  )
  const [answer, setAnswer] = useState<{ key: string; workflows: readonly WorkflowView[] }>()
  const id = engine?.id
  const key =
    engine?.kind !== 'draft' && engine?.state === 'ready'
      ? `${id} ${engine.version ?? ''} ${engine.workflows?.ready ?? ''}`
      : undefined
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
