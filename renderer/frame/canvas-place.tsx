import { useMemo, type ReactElement } from 'react'
import { PictureCanvas } from '../canvas/picture-canvas'
import type { CanvasAfter, CanvasImage } from '../canvas/types'
import { percent } from '../i18n/format'
import { useWords } from '../i18n/i18n'
import { editLabel, versionLabel } from '../i18n/labels'
import { canvasActions } from '../shortcuts/canvas-actions'
import { canvasView, type CanvasView, type SeenAsset } from '../state/canvas-view'
import { isPending, progressOf, workingFirst } from '../state/jobs'
import { useActions, useClient, useStudio, useStudioRoot } from '../state/context'
import { EmptyLibrary } from './empty-library'
import { VersionsPlace } from './versions-place'

/** The open picture, with what runs on it, and its versions below. */
export function CanvasPlace(): ReactElement {
  const say = useWords()
  const client = useClient()
  const { previews } = useStudioRoot()
  const { apply, discard, setUi } = useActions()
  const styles = useStudio((state) => state.styles)
  const compare = useStudio((state) => state.ui.compare)
  const ready = useStudio((state) => state.ready)
  const view = useCanvasView()
  const progress = useStudio((state) => {
    const after = view?.after
    if (after?.kind !== 'live') return 0
    return isPending(state.jobs, after.job) ? undefined : progressOf(state.jobs, after.job).progress
  })

  const imageOf = (asset: SeenAsset, fallback: string): CanvasImage => ({
    assetId: asset.assetId,
    width: asset.width,
    height: asset.height,
    hasAlpha: asset.hasAlpha,
    label: asset.version ? versionLabel(asset.version, styles, say, say.language) : fallback,
  })
  const afterOf = (after: NonNullable<CanvasView['after']>): CanvasAfter => {
    const label = after.job ? editLabel(after.job.edit, styles, say, say.language) : ''
    if (after.kind === 'live')
      return {
        key: after.key,
        label,
        live: { source: previews.source(after.key), progress: progress === undefined ? undefined : percent(progress) / 100 },
      }
    const image = imageOf(after.asset, label)
    return { key: after.key, label: label || image.label, image }
  }
  const after = view?.after && afterOf(view.after)
  const { picture, applicable } = view ?? {}
  const shownId = view?.after?.kind === 'version' ? view.after.asset.assetId : view?.before.assetId
  return (
    <>
      <PictureCanvas
        picture={picture && { pictureId: picture.id, assetId: shownId ?? picture.currentAssetId, name: picture.name }}
        before={view && imageOf(view.before, say('canvas.original'))}
        after={after}
        fileUrl={client.fileUrl}
        compare={compare}
        onCompareChange={(mode) => setUi({ compare: mode })}
        onApply={
          picture && applicable !== undefined ? () => void apply(picture.id, applicable, after?.label ?? picture.name) : undefined
        }
        onDiscard={picture && applicable !== undefined ? () => discard(picture.id) : undefined}
        loading={!ready}
        empty={<EmptyLibrary />}
        actions={canvasActions}
      />
      <VersionsPlace />
    </>
  )
}

/** The canvas's view, made anew only when something that it is made of has changed. */
function useCanvasView(): CanvasView | undefined {
  const selection = useStudio((state) => state.selection)
  const shown = useStudio((state) => state.shown)
  const pictures = useStudio((state) => state.pictures)
  // As one text, because a new list would be another value each time.
  const working = useStudio((state) => workingFirst(state.jobs).join(' '))
  const active = useMemo(() => (working === '' ? [] : working.split(' ')), [working])
  const byId = useStudio((state) => state.jobs.byId)
  return useMemo(
    () => canvasView({ selection, shown, pictures, jobs: { active, byId } }),
    [selection, shown, pictures, active, byId],
  )
}
