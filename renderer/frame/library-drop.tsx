import type { ReactElement, ReactNode } from 'react'
import { useDropArea } from '../dnd'
import { DropSign } from './drop-sign'

/** A part of the middle that shows no picture to drop on: files go into the library. */
export function LibraryDrop({ place, children }: { place: string; children: ReactNode }): ReactElement {
  const dropArea = useDropArea((key) => (key === place ? { kind: 'library' } : undefined))
  return (
    <div ref={dropArea} data-drop-place={place} tabIndex={-1} className="relative flex min-h-0 flex-1 flex-col outline-none">
      <DropSign place={place} />
      {children}
    </div>
  )
}
