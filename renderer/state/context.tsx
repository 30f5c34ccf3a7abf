import { createContext, useContext, type ReactElement, type ReactNode } from 'react'
import { useStore } from 'zustand'
import { useShallow } from 'zustand/react/shallow'
import { AppError } from '#shared/domain/error'
import type { AppClient } from '#shared/contract/client'
import type { StudioActions } from './actions'
import type { Studio } from './store'
import type { StudioState } from './studio-state'

const StudioContext = createContext<Studio | undefined>(undefined)

/** Gives the studio to everything inside. */
export function StudioProvider(props: { studio: Studio; children: ReactNode }): ReactElement {
  return <StudioContext value={props.studio}>{props.children}</StudioContext>
}

/** The studio itself, for its store and its live previews. */
export function useStudioRoot(): Studio {
  const studio = useContext(StudioContext)
  if (!studio)
    throw new AppError('bug', 'A part of the studio is used outside of it. This is a fault in Recast: please report it.')
  return studio
}

/** A part of the state; renders again when that part is another value. */
export function useStudio<T>(select: (state: StudioState) => T): T {
  return useStore(useStudioRoot().store, select)
}

/** Several parts at once; renders again when one of them is another value. */
export function useStudioParts<T extends object>(select: (state: StudioState) => T): T {
  return useStore(useStudioRoot().store, useShallow(select))
}

export function useActions(): StudioActions {
  return useStudioRoot().actions
}

export function useClient(): AppClient {
  return useStudioRoot().client
}
