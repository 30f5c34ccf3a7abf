import { memo, type ReactElement } from 'react'
import type { Picture } from '#shared/domain/picture'
import type { FileUrl } from '../canvas/types'
import { actionLabel } from '../dnd'
import type { DragState } from '../dnd/drag-session'
import type { SayPart } from '../i18n/parts'
import { gridGap } from './grid-layout'
import { LibraryItem } from './library-item'

/** Room at the edges of the grid, CSS pixels. */
export const gridPadding = 16

export interface LibraryRowProps {
  items: readonly Picture[]
  /** Index of the row's first item. */
  first: number
  /** Only this item of the row, when the rest is off the screen. */
  only: number | undefined
  y: number
  columns: number
  itemWidth: number
  itemHeight: number
  total: number
  fileUrl: FileUrl
  selected: ReadonlySet<string>
  /** The stop of the Tab key, when it is in this row. */
  activeIndex: number | undefined
  currentId: string | undefined
  over: DragState['over']
  say: SayPart
}

/** One row of the grid: a unit of rendering, not an element, so that scrolling compares a dozen rows and not all their items. */
export const LibraryRow = memo(function LibraryRow(props: LibraryRowProps): ReactElement {
  const { items, first, only, columns, selected, over, say } = props
  return (
    <>
      {items.slice(first, first + columns).map((picture, column) => {
        const index = first + column
        if (only !== undefined && only !== index) return null
        const isPointed = over?.key === picture.id
        // A drop on one of the selected ones means them all: all light up, the pointed one has the words.
        const isOver = isPointed || (over !== undefined && selected.has(over.key) && selected.has(picture.id))
        const label = over && isPointed ? actionLabel(over.action) : undefined
        return (
          <LibraryItem
            key={picture.id}
            picture={picture}
            index={index}
            total={props.total}
            fileUrl={props.fileUrl}
            say={say}
            selected={selected.has(picture.id)}
            active={index === props.activeIndex}
            current={picture.id === props.currentId}
            dropLabel={label ? say(label.key, label.values) : isOver ? '' : undefined}
            x={gridPadding + column * (props.itemWidth + gridGap)}
            y={props.y}
            width={props.itemWidth}
            height={props.itemHeight}
          />
        )
      })}
    </>
  )
})
