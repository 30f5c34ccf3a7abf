/* oxlint-disable react/incompatible-library -- the virtualizer is made to be read while rendering; there is no React Compiler here */
import { useVirtualizer } from '@tanstack/react-virtual'
import { useRef, type ReactElement } from 'react'
import type { Picture } from '#shared/domain/picture'
import type { FileUrl } from '../../../renderer/canvas/types'
import { layoutGrid } from '../../../renderer/library/grid-layout'

/** The yardstick: the same virtualised rows of the same pictures and boxes, and nothing else. */
export function BareList(props: {
  pictures: readonly Picture[]
  fileUrl: FileUrl
  /** Narrowest item, CSS pixels. */
  minItemWidth?: number
}): ReactElement {
  const { pictures, fileUrl, minItemWidth = 132 } = props
  const scroller = useRef<HTMLDivElement>(null)
  const { columns, itemWidth, rowHeight } = layoutGrid(innerWidth - 24 - 12, minItemWidth)
  const virtualizer = useVirtualizer({
    count: Math.ceil(pictures.length / columns),
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 2,
    useFlushSync: false,
  })
  return (
    <div ref={scroller} data-testid="library-scroller" style={{ height: '100%', overflowY: 'auto' }}>
      <div style={{ height: virtualizer.getTotalSize(), position: 'relative' }}>
        {virtualizer.getVirtualItems().map((row) => (
          <div
            key={row.key}
            style={{ position: 'absolute', top: 0, left: 0, display: 'flex', gap: 8, transform: `translateY(${row.start}px)` }}
          >
            {pictures.slice(row.index * columns, (row.index + 1) * columns).map((picture) => (
              <div key={picture.id} style={{ width: itemWidth, height: rowHeight - 8 }}>
                <img
                  src={fileUrl(picture.currentAssetId, { width: 256 })}
                  alt=""
                  decoding="async"
                  style={{ width: itemWidth, height: rowHeight - 32, objectFit: 'contain' }}
                />
                {picture.name}
              </div>
            ))}
          </div>
        ))}
      </div>
    </div>
  )
}

/** The yardstick of the queue: rows of its cards' height in a panel of its width, a small picture and two lines of text, and nothing else. */
export function BareQueue({ pictures, fileUrl }: { pictures: readonly Picture[]; fileUrl: FileUrl }): ReactElement {
  const scroller = useRef<HTMLDivElement>(null)
  const virtualizer = useVirtualizer({
    count: pictures.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 71,
    overscan: 6,
  })
  return (
    <div ref={scroller} data-testid="job-list" style={{ height: '100%', width: 320, overflowY: 'auto' }}>
      <div style={{ height: virtualizer.getTotalSize(), position: 'relative' }}>
        {virtualizer.getVirtualItems().map((row) => {
          const picture = pictures[row.index]
          return (
            <div
              key={row.key}
              style={{
                position: 'absolute',
                top: 0,
                left: 0,
                height: 71,
                display: 'flex',
                gap: 8,
                transform: `translateY(${row.start}px)`,
              }}
            >
              {picture ? (
                <img
                  src={fileUrl(picture.currentAssetId, { width: 128 })}
                  alt=""
                  decoding="async"
                  style={{ width: 44, height: 44, objectFit: 'cover' }}
                />
              ) : null}
              <div>
                {picture?.name}
                <p>{picture?.width} px</p>
              </div>
            </div>
          )
        })}
      </div>
    </div>
  )
}
