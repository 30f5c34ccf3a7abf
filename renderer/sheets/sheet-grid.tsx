/* oxlint-disable jsx-a11y/no-static-element-interactions -- the grid inside takes the focus; its letters are caught on their way to it */
import { useLayoutEffect, useRef, useState, type KeyboardEvent, type ReactElement } from 'react'
import { GridList, GridListItem } from 'react-aria-components'
import { viewLabel } from '../camera/camera-labels'
import { useWords } from '../i18n/i18n'
import { useActions } from '../state/context'
import { sheetColumns } from './sheet-columns'
import { SheetCellView } from './sheet-cell'
import type { SheetCell, Take } from './sheet-cells'
import type { Sheet } from './use-sheet'

export interface CellActions {
  redo(cell: SheetCell): void
  star(cell: SheetCell, take: Take): void
  reject(cell: SheetCell, take: Take): void
  restore(cell: SheetCell): void
  open(take: Take): void
  /** Shows another try of the cell. */
  show(cell: SheetCell, index: number): void
}

/** The cells of the sheet as a grid that is walked by the arrow keys. */
export function SheetGrid(props: {
  sheet: Sheet
  selected: ReadonlySet<string>
  onSelect: (keys: ReadonlySet<string>) => void
}): ReactElement {
  const say = useWords()
  const { sheet } = props
  const { redoView, mark, showVersion, setUi } = useActions()
  const { picture, cells } = sheet
  // Which try a cell shows, where the user has leafed to another than the one that stands for it; void once there are more.
  const [leafed, setLeafed] = useState<Readonly<Record<string, { index: number; of: number }>>>({})
  const place = useRef<HTMLDivElement>(null)
  const shownTake = (cell: SheetCell): Take | undefined => {
    const other = leafed[cell.key]
    return (other?.of === cell.takes.length ? cell.takes[other.index] : undefined) ?? cell.best
  }
  const actions: CellActions = {
    redo: (cell) => void redoView(picture.id, cell.view),
    star: (_, { output }) => output && void mark([{ assetId: output.assetId, star: (output.mark?.star ?? 0) > 0 ? 0 : 1 }]),
    reject: (_, { output }) => output && void mark([{ assetId: output.assetId, rejected: true }]),
    restore: (cell) =>
      void mark(
        cell.takes.flatMap(({ output }) => (output?.mark?.rejected ? [{ assetId: output.assetId, rejected: false }] : [])),
      ),
    open({ output }) {
      if (!output) return
      showVersion(picture.id, output.assetId)
      setUi({ center: 'canvas' })
    },
    show: (cell, index) => setLeafed({ ...leafed, [cell.key]: { index, of: cell.takes.length } }),
  }
  const onKeyDownCapture = (event: KeyboardEvent<HTMLDivElement>): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const row = event.target instanceof Element ? event.target.closest<HTMLElement>('[role=row]') : null
    const cell = cells.find(({ key }) => key === row?.dataset['key'])
    if (!cell) return
    const take = shownTake(cell)
    switch (event.key.toLowerCase()) {
      case 'r':
        actions.redo(cell)
        break
      case 'f':
        if (take) actions.star(cell, take)
        break
      case 'x':
        if (take) actions.reject(cell, take)
        break
      default:
        return
    }
    event.preventDefault()
    event.stopPropagation()
  }
  const [room, setRoom] = useState({ width: 0, height: 0 })
  useLayoutEffect(() => {
    const element = place.current
    if (!element) return undefined
    const measure = (): void => {
      const { paddingLeft, paddingRight, paddingBottom } = getComputedStyle(element)
      const width = element.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight)
      setRoom({ width, height: element.clientHeight - parseFloat(paddingBottom) })
    }
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    measure()
    return () => observer.disconnect()
  }, [])
  const columns = sheetColumns(cells.length, room, picture.width / picture.height)
  return (
    <div
      ref={place}
      className="min-h-0 flex-1 overflow-y-auto px-4 pb-4 [scrollbar-gutter:stable]"
      onKeyDownCapture={onKeyDownCapture}
    >
      <GridList
        aria-label={say('sheet.cells')}
        layout="grid"
        selectionMode="multiple"
        selectionBehavior="toggle"
        keyboardNavigationBehavior="tab"
        items={cells.map((cell) => ({ id: cell.key, cell }))}
        selectedKeys={[...props.selected]}
        onSelectionChange={(keys) =>
          props.onSelect(keys === 'all' ? new Set(cells.map(({ key }) => key)) : new Set([...keys].map(String)))
        }
        dependencies={[say, sheet, leafed]}
        data-testid="sheet-grid"
        className="grid gap-3 outline-none"
        style={{ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}
      >
        {({ cell }) => {
          const label = viewLabel(cell.view, say.language)
          return (
            <GridListItem
              id={cell.key}
              textValue={label}
              data-testid="sheet-cell"
              data-view={cell.view.id}
              data-state={cell.open ? cell.open.state : cell.best ? 'done' : (cell.failed?.state ?? 'empty')}
              className="group relative min-w-0 cursor-default overflow-hidden rounded-m border border-line bg-panel outline-none transition-colors duration-120 hovered:border-edge selected:border-accent focus-visible:outline-2 focus-visible:outline-accent"
            >
              <SheetCellView sheet={sheet} cell={cell} take={shownTake(cell)} label={label} actions={actions} />
            </GridListItem>
          )
        }}
      </GridList>
      <p className="sr-only">{say('sheet.keys')}</p>
    </div>
  )
}
