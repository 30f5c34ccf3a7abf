import type { ReactElement } from 'react'
import { actionLabel, useDragState } from '../dnd'
import { usePartWords } from '../i18n/parts'

/** Says over a whole place what will happen to what is dragged over it; nothing while nothing is. Its parent is positioned. */
export function DropSign({ place }: { place: string }): ReactElement | null {
  const say = usePartWords()
  const { over } = useDragState()
  if (over?.key !== place) return null
  const { key, values } = actionLabel(over.action)
  return (
    <div
      className="pointer-events-none absolute inset-2 z-20 flex items-center justify-center rounded-m border-2 border-dashed border-accent bg-[rgb(20_21_23/0.45)]"
      data-testid="drop-sign"
    >
      <span className="max-w-[90%] truncate rounded-m bg-accent px-3 py-1.5 font-semibold text-on-accent">
        {say(key, values)}
      </span>
    </div>
  )
}
