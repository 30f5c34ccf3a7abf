import { useState, type ReactElement } from 'react'
import { PictureLayer } from './picture-layer'
import { PreviewCanvas } from './preview-canvas'
import type { CanvasAfter, FileUrl } from './types'

/**
 * The newer picture: live previews, and over them the result as soon as it can be seen; the last preview stays until then.
 * Mount it with the `key` of what it shows.
 */
export function AfterLayer(props: {
  after: CanvasAfter
  fileUrl: FileUrl
  alt: string
  needed: number
  pixelated: boolean
  onSeen: () => void
}): ReactElement {
  const { after, onSeen } = props
  const [source, setSource] = useState(after.live?.source)
  const [resultSeen, setResultSeen] = useState(false)
  if (after.live && after.live.source !== source) setSource(after.live.source)
  return (
    <>
      {source && !(resultSeen && after.image) ? (
        <PreviewCanvas
          source={source}
          onFirstPaint={onSeen}
          className="pointer-events-none absolute inset-0 size-full object-contain"
          data-testid="canvas-preview"
        />
      ) : null}
      {after.image ? (
        <PictureLayer
          key={after.image.assetId}
          image={after.image}
          fileUrl={props.fileUrl}
          alt={props.alt}
          needed={props.needed}
          pixelated={props.pixelated}
          onShown={() => {
            setResultSeen(true)
            onSeen()
          }}
        />
      ) : null}
    </>
  )
}
