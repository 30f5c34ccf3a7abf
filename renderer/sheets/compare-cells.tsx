import { useState, type ReactElement } from 'react'
import { PictureCanvas } from '../canvas/picture-canvas'
import type { CanvasImage, CompareMode } from '../canvas/types'
import { viewLabel } from '../camera/camera-labels'
import { useWords } from '../i18n/i18n'
import { canvasActions } from '../shortcuts/canvas-actions'
import { useClient } from '../state/context'
import type { SheetCell } from './sheet-cells'
import type { Sheet } from './use-sheet'

/** Two cells of the sheet under one zoom: divided by a slider, or side by side. */
export function CompareCells(props: { sheet: Sheet; cells: readonly [SheetCell, SheetCell] }): ReactElement {
  const say = useWords()
  const client = useClient()
  const [compare, setCompare] = useState<CompareMode>('side')
  const { picture } = props.sheet
  const [before, after] = props.cells.map((cell): CanvasImage | undefined => {
    const output = cell.best?.output
    if (!output) return undefined
    const { assetId, width, height } = output
    // Views of the draft engine are cut out; a checkerboard under one that is not would not be seen.
    return { assetId, width, height, hasAlpha: true, label: viewLabel(cell.view, say.language) }
  })
  return (
    <div className="flex min-h-0 flex-1" data-testid="sheet-compared">
      <PictureCanvas
        picture={before && { pictureId: picture.id, assetId: before.assetId, name: `${picture.name} · ${before.label}` }}
        before={before}
        after={after && { key: after.assetId, label: after.label, image: after }}
        fileUrl={client.fileUrl}
        compare={compare}
        onCompareChange={setCompare}
        actions={canvasActions}
      />
    </div>
  )
}
