import { memo, type ReactElement } from 'react'
import type { Picture } from '#shared/domain/picture'
import { usePartWords } from '../i18n/parts'
import { classes } from '../widgets'
import type { FileUrl } from '../canvas/types'

export interface LibraryItemProps {
  picture: Picture
  index: number
  total: number
  fileUrl: FileUrl
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

/** One picture of the grid. Listens to nothing itself: the grid does, once for all. */
export const LibraryItem = memo(function LibraryItem(props: LibraryItemProps): ReactElement {
  const { picture, selected, current, dropLabel } = props
  const say = usePartWords()
  const { name, width, height, versionCount: count } = picture
  return (
    // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role, jsx-a11y/interactive-supports-focus -- <option> holds no picture; tabIndex is roving
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
      className="group absolute left-0 top-0 flex flex-col rounded-m outline-none"
      style={{ width: props.width, height: props.height, transform: `translate(${props.x}px, ${props.y}px)` }}
    >
      <div
        className={classes(
          'relative min-h-0 flex-1 overflow-hidden rounded-m bg-raised group-focus-visible:outline-2 group-focus-visible:outline-offset-2 group-focus-visible:outline-accent',
          selected || dropLabel !== undefined ? 'ring-2 ring-accent' : 'ring-1 ring-line group-hover:ring-edge',
        )}
      >
        <img
          src={props.fileUrl(picture.currentAssetId, { width: 256 })}
          alt=""
          draggable={false}
          decoding="async"
          className="pointer-events-none absolute inset-0 size-full object-contain"
        />
        {dropLabel ? (
          <span className="pointer-events-none absolute inset-x-1 bottom-1 rounded-s bg-accent px-1.5 py-0.5 text-center text-s font-semibold text-on-accent">
            {dropLabel}
          </span>
        ) : null}
      </div>
      <div className="flex h-6 shrink-0 items-center gap-1.5 px-0.5 text-s" aria-hidden>
        <span className={classes('min-w-0 flex-1 truncate', current ? 'text-accent-text' : 'text-text')}>{name}</span>
        {count > 1 ? <span className="shrink-0 text-muted">{count}</span> : null}
      </div>
    </div>
  )
})
