/* oxlint-disable jsx-a11y/prefer-tag-over-role -- <option> holds no picture and is not focusable */
import { memo, type ReactElement } from 'react'
import type { Picture } from '#shared/domain/picture'
import type { SayPart } from '../i18n/parts'
import { classes } from '../widgets'
import type { FileUrl } from '../canvas/types'
import { captionHeight } from './grid-layout'
import { shortenName } from './shorten-name'

export interface LibraryItemProps {
  picture: Picture
  index: number
  total: number
  fileUrl: FileUrl
  /** Handed down, so that each of many items need not listen for the language. */
  say: SayPart
  selected: boolean
  /** The stop of the Tab key. */
  active: boolean
  /** Open on the canvas. */
  current: boolean
  /** What a drop here would do, while something hovers over it. */
  dropLabel: string | undefined
  /** Its box in the grid, CSS pixels; numbers, so that the same place is no reason to render again. */
  x: number
  y: number
  width: number
  height: number
}

/** One picture of the grid. Listens to nothing itself and has three nodes: the grid listens for all, and scrolling makes many. */
export const LibraryItem = memo(function LibraryItem(props: LibraryItemProps): ReactElement {
  const { picture, selected, current, dropLabel, say } = props
  const { name, width, height, versionCount: count } = picture
  return (
    // Pictures lie on the ground without box or line until they are pointed at or chosen: calmer, and cheaper to draw.
    <div
      role="option"
      aria-selected={selected}
      aria-setsize={props.total}
      aria-posinset={props.index + 1}
      aria-label={
        count > 1 ? say('library.item.versions', { name, width, height, count }) : say('library.item', { name, width, height })
      }
      tabIndex={props.active ? 0 : -1}
      draggable
      data-index={props.index}
      data-drop-place={picture.id}
      data-testid="library-item"
      data-picture={picture.id}
      data-current={current || undefined}
      className="group absolute outline-none [contain:layout_size_style]"
      style={{ width: props.width, height: props.height, left: props.x, top: props.y }}
    >
      <img
        src={props.fileUrl(picture.currentAssetId, { width: 256 })}
        alt=""
        draggable={false}
        decoding="async"
        className={classes(
          'pointer-events-none block w-full object-contain group-focus-visible:outline-2 group-focus-visible:outline-offset-2 group-focus-visible:outline-accent',
          selected || dropLabel !== undefined ? 'ring-2 ring-accent' : 'group-hover:ring-1 group-hover:ring-edge',
        )}
        style={{ height: props.height - captionHeight }}
      />
      <div
        aria-hidden
        data-count={count > 1 ? count : ''}
        className={classes(
          'relative h-6 whitespace-nowrap px-0.5 pt-1 text-s after:absolute after:right-0.5 after:text-muted after:content-[attr(data-count)]',
          current ? 'text-accent-text' : 'text-text',
        )}
      >
        {shortenName(name, props.width - 26)}
      </div>
      {dropLabel ? (
        <span className="pointer-events-none absolute inset-x-1 bottom-7 rounded-s bg-accent px-1.5 py-0.5 text-center text-s font-semibold text-on-accent">
          {dropLabel}
        </span>
      ) : null}
    </div>
  )
})
