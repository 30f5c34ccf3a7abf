import { Columns2, Download, LayoutGrid, Rotate3d, RotateCw } from 'lucide-react'
import { useEffect, useState, type ReactElement } from 'react'
import { viewLabel } from '../camera/camera-labels'
import { useDropArea, type DropTarget } from '../dnd'
import { useWords } from '../i18n/i18n'
import { DropSign } from '../frame/drop-sign'
import { EmptyLibrary } from '../frame/empty-library'
import { LibraryDrop } from '../frame/library-drop'
import { refOf } from '../library/library-grid'
import { useActions, useStudio } from '../state/context'
import { openPicture } from '../state/open-picture'
import { Button, Segmented } from '../widgets'
import { CompareCells } from './compare-cells'
import type { SheetCell } from './sheet-cells'
import { SheetGrid } from './sheet-grid'
import { TurnSlider, TurnStage, useTurn } from './turntable'
import { useSheet, type Sheet } from './use-sheet'

/** Key of the whole sheet as a place to drop on. */
const sheetPlace = 'sheet'

type Way = 'grid' | 'turn' | 'compare'

/** The contact sheet of the open picture: its cells, the turntable through them, and two of them compared. */
export function SheetPlace(): ReactElement {
  const say = useWords()
  const { loadTakes } = useActions()
  const picture = useStudio(openPicture)
  const link = useStudio((state) => state.link)
  // Each snapshot brings new lists, and forgets older jobs: they are asked for again.
  const snapshot = useStudio((state) => state.styles)
  const sheet = useSheet(picture?.id)
  const id = picture?.id
  useEffect(() => {
    if (id !== undefined && link === 'open') void loadTakes(id)
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- see above
  }, [id, link, snapshot, loadTakes])
  if (!sheet) {
    return (
      <LibraryDrop place={sheetPlace}>
        <div className="flex min-h-0 flex-1 flex-col items-center justify-center overflow-auto p-6">
          <EmptyLibrary />
        </div>
      </LibraryDrop>
    )
  }
  if (sheet.cells.length === 0) {
    return (
      <LibraryDrop place={sheetPlace}>
        <div className="flex min-h-0 flex-1 flex-col items-center justify-center gap-2 p-6 text-center" data-testid="sheet-empty">
          <LayoutGrid size={28} className="text-muted" aria-hidden />
          <p className="font-semibold">{say('sheet.empty')}</p>
          <p className="max-w-100 text-muted">{say('sheet.empty.text', { from: sheet.baseLabel })}</p>
        </div>
      </LibraryDrop>
    )
  }
  return <FilledSheet key={sheet.picture.id} sheet={sheet} />
}

function FilledSheet({ sheet }: { sheet: Sheet }): ReactElement {
  const say = useWords()
  const { redoView, openDialog } = useActions()
  const [way, setWay] = useState<Way>('grid')
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const turn = useTurn(sheet.frames)
  const dropArea = useDropArea((key): DropTarget | undefined =>
    key === sheetPlace ? { kind: 'canvas', picture: refOf(sheet.picture), asStyle: false } : undefined,
  )
  const { cells, frames, picture } = sheet
  const chosen = cells.filter((cell) => selected.has(cell.key))
  const pair = pairOf(chosen)
  const done = frames.length
  return (
    <section
      ref={dropArea}
      data-drop-place={sheetPlace}
      className="relative flex min-h-0 flex-1 flex-col"
      aria-label={say('sheet.title')}
      data-testid="sheet"
    >
      <DropSign place={sheetPlace} />
      <div className="flex h-11 shrink-0 items-center gap-3 px-4">
        <Segmented<Way>
          label={say('sheet.title')}
          size="s"
          value={way === 'compare' && !pair ? 'grid' : way}
          onChange={(next) => {
            if (next !== 'compare' || pair) setWay(next)
          }}
          items={[
            { id: 'grid', label: say('sheet.grid'), testId: 'sheet-way-grid' },
            { id: 'turn', label: say('sheet.turn'), testId: 'sheet-way-turn' },
            ...(pair ? [{ id: 'compare' as const, label: say('sheet.compare'), testId: 'sheet-way-compare' }] : []),
          ]}
        />
        <span className="truncate text-s text-muted tabular-nums" data-testid="sheet-progress">
          {say('sheet.progress', { done, count: cells.length })} · {say('sheet.from', { from: sheet.baseLabel })}
        </span>
      </div>
      {way === 'compare' && pair ? (
        <CompareCells sheet={sheet} cells={pair} />
      ) : way === 'turn' && done > 0 ? (
        <TurnStage turn={turn} />
      ) : (
        <SheetGrid sheet={sheet} selected={selected} onSelect={setSelected} />
      )}
      {/* In a small window the buttons are icons: the turntable must keep its room. */}
      <div className="@container shrink-0 border-t border-line px-4">
        <div className="flex h-14 items-center gap-2">
          <Rotate3d size={15} className="shrink-0 text-muted" aria-hidden />
          <TurnSlider turn={turn} onMove={() => setWay('turn')} />
          <Button
            icon={<RotateCw size={14} aria-hidden />}
            isDisabled={chosen.length === 0}
            onPress={() => {
              for (const cell of chosen) void redoView(picture.id, cell.view)
            }}
            keys="r"
            tip={say('sheet.redo')}
            aria-label={say('sheet.redo')}
            data-testid="sheet-redo"
          >
            <span className="@max-2xl:hidden">{say('sheet.redo')}</span>
          </Button>
          <Button
            icon={<Columns2 size={14} aria-hidden />}
            isDisabled={!pair}
            onPress={() => setWay('compare')}
            tip={pair ? pair.map((cell) => viewLabel(cell.view, say.language)).join(' · ') : say('sheet.compare.pick')}
            aria-label={say('sheet.compareTwo')}
            data-testid="sheet-compare"
          >
            <span className="@max-2xl:hidden">{say('sheet.compareTwo')}</span>
          </Button>
          <Button
            icon={<Download size={14} aria-hidden />}
            isDisabled={done === 0}
            onPress={() => openDialog({ type: 'sheetExport', pictureId: picture.id })}
            tip={say('sheet.export')}
            aria-label={say('sheet.export')}
            data-testid="sheet-export-open"
          >
            <span className="@max-2xl:hidden">{say('sheet.export')}</span>
          </Button>
        </div>
      </div>
    </section>
  )
}

/** The two cells to compare: exactly two that have pictures. */
function pairOf(chosen: readonly SheetCell[]): readonly [SheetCell, SheetCell] | undefined {
  const [a, b, more] = chosen.filter((cell) => cell.best?.output)
  return a && b && !more ? [a, b] : undefined
}
