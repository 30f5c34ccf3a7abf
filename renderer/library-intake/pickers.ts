import { createContext, useContext } from 'react'

/** Opens the system's pickers. */
export interface Pickers {
  files(): void
  /** A folder; `then` hears which pictures came out of it, those that were there before as well. */
  folder(then?: (pictureIds: string[]) => void): void
  /** A picture to take a style from. */
  stylePicture(): void
}

const nothing: Pickers = { files: () => {}, folder: () => {}, stylePicture: () => {} }

export const PickersContext = createContext<Pickers>(nothing)

/** The pickers of the window. */
export function usePickers(): Pickers {
  return useContext(PickersContext)
}
