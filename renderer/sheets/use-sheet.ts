import { useMemo } from 'react'
import type { Picture } from '#shared/domain/picture'
import type { CameraSetting } from '../camera/camera-labels'
import { useWords } from '../i18n/i18n'
import { versionLabel } from '../i18n/labels'
import { viewBase } from '../state/canvas-view'
import { useStudio } from '../state/context'
import { cellsOf, jobsOfSheet, turnFrames, type SheetCell, type TurnFrame } from './sheet-cells'
import { viewFor } from './wanted-views'

/** A picture's contact sheet as it is now. */
export interface Sheet {
  picture: Picture
  setting: CameraSetting
  /** The version that every view is made from, and what it is called. */
  base: string
  baseLabel: string
  cells: readonly SheetCell[]
  frames: readonly TurnFrame[]
}

/** The contact sheet of a picture: the chosen views, or all that there are, with their tries. */
export function useSheet(pictureId: string | undefined): Sheet | undefined {
  const say = useWords()
  const picture = useStudio((state) => (pictureId === undefined ? undefined : state.pictures.byId[pictureId]))
  const base = useStudio((state) => (pictureId === undefined ? undefined : viewBase(state, pictureId)))
  const styles = useStudio((state) => state.styles)
  const version = useStudio((state) => state.pictures.versions[pictureId ?? '']?.find((known) => known.asset.id === base))
  const byId = useStudio((state) => state.jobs.byId)
  const views = useStudio((state) => state.ui.view.views)
  const frame = useStudio((state) => state.ui.view.frame)
  const photo = picture?.pose
  const setting = useMemo(() => ({ frame, photo }), [frame, photo])
  const jobs = useMemo(
    () => (pictureId === undefined || base === undefined ? [] : jobsOfSheet(byId, pictureId, base)),
    [byId, pictureId, base],
  )
  const cells = useMemo(
    () =>
      cellsOf(
        views.flatMap((view) => viewFor(view, setting) ?? []),
        jobs,
      ),
    [views, setting, jobs],
  )
  const frames = useMemo(() => turnFrames(cells), [cells])
  const baseLabel = version ? versionLabel(version, styles, say, say.language) : say('versions.original')
  return useMemo(
    () => (picture && base !== undefined ? { picture, setting, base, baseLabel, cells, frames } : undefined),
    [picture, setting, base, baseLabel, cells, frames],
  )
}
