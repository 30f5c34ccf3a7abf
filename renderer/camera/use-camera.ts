import { useEffect, useState } from 'react'
import type { WorkflowView } from '#shared/domain/workflow'
import type { Pose } from '#shared/domain/view'
import { assumedPose } from '#shared/views/relative-pose'
import { currentEngine } from '../i18n/labels'
import { useClient, useStudio } from '../state/context'
import { openPicture } from '../state/open-picture'
import type { CameraSetting } from './camera-labels'

/** The frame in which the camera moves now, and the photo's own pose as far as it is known. */
export function useCameraSetting(): CameraSetting & { from: Pose } {
  const frame = useStudio((state) => state.ui.view.frame)
  const photo = useStudio((state) => openPicture(state)?.pose)
  return { frame, photo, from: photo ?? assumedPose }
}

/** The workflows that have a camera; with what the chosen engine has for each, where it is a server. */
export function useCameraWorkflows(): readonly WorkflowView[] {
  const client = useClient()
  const server = useStudio((state) => {
    const engine = currentEngine(state.settings.engine, state.engines)
    return engine && engine.kind !== 'draft' && engine.state === 'ready' ? engine.id : undefined
  })
  const [found, setFound] = useState<readonly WorkflowView[]>([])
  useEffect(() => {
    let wanted = true
    client.call('workflows.list', server === undefined ? {} : { engine: server }).then(
      ({ workflows }) => wanted && setFound(workflows.filter((workflow) => workflow.camera !== undefined)),
      // The choice then is the automatic one, which needs no list.
      () => undefined,
    )
    return () => {
      wanted = false
    }
  }, [client, server])
  return found
}
