import type { ReactElement } from 'react'
import { usePartWords } from '../i18n/parts'
import { actionLabel, dropAction, useDragState, type DropTarget, type PictureRef } from '../dnd'
import { classes } from '../widgets'

/** Keys of the canvas's two places. */
export const canvasPlaces = { main: 'canvas', style: 'canvas-style' } as const

/** What the canvas's places are, for its drop area. */
export function canvasTarget(key: string, picture: PictureRef | undefined): DropTarget | undefined {
  if (key !== canvasPlaces.main && key !== canvasPlaces.style) return undefined
  return { kind: 'canvas', picture, asStyle: key === canvasPlaces.style }
}

/** The zones over the canvas while something is dragged, each named by what will happen there; one or two, side by side. */
export function CanvasDropZones({ picture }: { picture: PictureRef | undefined }): ReactElement | null {
  const say = usePartWords()
  const { dragged, over } = useDragState()
  if (!dragged) return null
  // For a style or the camera both places mean the same: one zone.
  const keys =
    dragged.kind === 'style' || dragged.kind === 'camera' ? [canvasPlaces.main] : [canvasPlaces.main, canvasPlaces.style]
  const zones = keys.flatMap((key) => {
    const target = canvasTarget(key, picture)
    const action = target ? dropAction(dragged, target) : null
    return action ? [{ key, action }] : []
  })
  if (zones.length === 0) return null
  return (
    <div className="absolute inset-0 z-20 flex gap-2 p-2" data-testid="canvas-drop-zones">
      {zones.map(({ key, action }) => {
        // Alt may have turned one zone's action into the other's: the zone says what is true now.
        const isOver = over?.key === key
        const label = actionLabel(isOver ? over.action : action)
        return (
          <div
            key={key}
            tabIndex={-1}
            data-drop-place={key}
            data-over={isOver}
            className={classes(
              'flex min-w-0 flex-1 items-center justify-center rounded-m border-2 border-dashed outline-none transition-colors',
              isOver ? 'border-accent bg-[rgb(20_21_23/0.45)]' : 'border-edge bg-[rgb(20_21_23/0.2)]',
            )}
          >
            <span
              className={classes(
                'pointer-events-none max-w-[90%] truncate rounded-m px-3 py-1.5',
                isOver ? 'bg-accent font-semibold text-on-accent' : 'bg-label-ground text-label-text',
              )}
            >
              {say(label.key, label.values)}
            </span>
          </div>
        )
      })}
    </div>
  )
}
