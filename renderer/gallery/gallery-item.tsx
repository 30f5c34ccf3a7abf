/* oxlint-disable jsx-a11y/prefer-tag-over-role -- <option> holds no picture and is not focusable */
import { memo, type ReactElement } from 'react'
import type { Result } from '#shared/domain/result'
import { captionHeight } from '../library/grid-layout'
import { shortenName } from '../library/shorten-name'
import { classes } from '../widgets'

export interface GalleryItemProps {
  /** Undefined while its page is on the way: its place is there all the same. */
  result: Result | undefined
  index: number
  total: number
  /** Where its thumbnail is loaded from. */
  src: string | undefined
  label: string
  /** What is said of it. */
  name: string
  selected: boolean
  /** The stop of the Tab key. */
  active: boolean
  x: number
  y: number
  width: number
  height: number
}

/** One result of the grid. Listens to nothing itself and has three nodes, as scrolling makes many: marks are drawn by the caption. */
export const GalleryItem = memo(function GalleryItem(props: GalleryItemProps): ReactElement {
  const { result, selected } = props
  return (
    <div
      role="option"
      aria-selected={selected}
      aria-setsize={props.total}
      aria-posinset={props.index + 1}
      aria-label={props.name}
      tabIndex={props.active ? 0 : -1}
      draggable={result !== undefined}
      data-index={props.index}
      data-testid="gallery-item"
      data-asset={result?.assetId}
      data-rejected={result?.rejected || undefined}
      className="group absolute outline-none [contain:layout_size_style]"
      style={{ width: props.width, height: props.height, left: props.x, top: props.y }}
    >
      {result ? (
        <img
          src={props.src}
          alt=""
          draggable={false}
          decoding="async"
          className={classes(
            'pointer-events-none block w-full rounded-s object-contain group-focus-visible:outline-2 group-focus-visible:outline-offset-2 group-focus-visible:outline-accent',
            selected ? 'bg-raised ring-2 ring-accent' : 'bg-panel group-hover:ring-1 group-hover:ring-edge',
            result.rejected && 'opacity-35 grayscale',
          )}
          style={{ height: props.height - captionHeight }}
        />
      ) : (
        <span className="block rounded-s bg-panel" style={{ height: props.height - captionHeight }} />
      )}
      <div
        aria-hidden
        data-star={result && result.star > 0 ? `${result.star} ★` : result?.rejected ? '✕' : ''}
        className={classes(
          'relative h-6 whitespace-nowrap px-0.5 pt-1 text-s after:absolute after:right-0.5 after:content-[attr(data-star)]',
          result?.rejected ? 'text-muted line-through after:text-muted' : 'text-text after:text-accent-text',
        )}
      >
        {result ? shortenName(props.label, props.width - 30) : ''}
      </div>
    </div>
  )
})
