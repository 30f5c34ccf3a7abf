import { createContext, useContext } from 'react'
import type { EditTarget } from '#shared/domain/edit-targets'

/** Opens the system's pickers. */
export interface Pickers {
  files(): void
  /** A folder; `then` hears which pictures came out of it, those that were there before as well, by their files' names. */
  folder(then?: (targets: EditTarget[]) => void): void
  /** A picture to take a style from. */
  stylePicture(): void
}

const nothing: Pickers = { files: () => {}, folder: () => {}, stylePicture: () => {} }

export const PickersContext = createContext<Pickers>(nothing)

/** The pickers of the window. */
export function usePickers(): Pickers {
  return useContext(PickersContext)
}
