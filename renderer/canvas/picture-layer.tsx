import { useState, type ReactElement } from 'react'
import type { CanvasImage, FileUrl } from './types'

/** Strip and library have loaded this width already, so it is there at once. */
const firstWidth = 256
/** The largest thumbnail; beyond it the picture itself is loaded. */
const largestThumbnail = 1024

export interface PictureLayerProps {
  image: CanvasImage
  fileUrl: FileUrl
  alt: string
  /** Device pixels that the picture covers across. */
  needed: number
  /** Pixels are shown as squares, from about 400 %. */
  pixelated: boolean
  onShown?: () => void
  onBroken?: () => void
}

/**
 * A stored picture that fills its frame: the small thumbnail at once, then as much as the screen can show.
 * The frame has the picture's shape before anything is loaded, so nothing jumps.
 */
export function PictureLayer({ image, fileUrl, alt, needed, pixelated, onShown, onBroken }: PictureLayerProps): ReactElement {
  const [sharp, setSharp] = useState(false)
  const [full, setFull] = useState(false)
  // Once the picture itself is loaded, zooming out doesn't go back.
  const wanted = full || (needed > largestThumbnail && image.width > largestThumbnail) ? undefined : largestThumbnail
  const isWhole = wanted === undefined || image.width <= largestThumbnail
  const fill = 'pointer-events-none absolute inset-0 size-full object-contain select-none'
  return (
    <>
      {sharp ? null : (
        <img src={fileUrl(image.assetId, { width: firstWidth })} alt="" draggable={false} className={fill} onLoad={onShown} />
      )}
      <img
        src={isWhole ? fileUrl(image.assetId) : fileUrl(image.assetId, { width: largestThumbnail })}
        alt={alt}
        draggable={false}
        decoding="async"
        data-testid="canvas-image"
        data-asset={image.assetId}
        data-whole={isWhole && sharp}
        className={`${fill} ${sharp ? '' : 'opacity-0'} ${pixelated ? '[image-rendering:pixelated]' : ''}`}
        onLoad={(event) => {
          const element = event.currentTarget
          // Shown only when decoded, so that the thumbnail isn't taken away for nothing.
          void element.decode().then(
            () => {
              setSharp(true)
              if (isWhole) setFull(true)
              onShown?.()
            },
            () => setSharp(true),
          )
        }}
        onError={onBroken}
      />
    </>
  )
}
