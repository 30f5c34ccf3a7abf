import { createContext, useContext } from 'react'
import type { DesktopCall } from '../transport/desktop-client'

/** What the shell around the page adds: nothing in a browser, the system's dialogs on the desktop. */
export interface Shell {
  desktop?: DesktopCall
}

export const ShellContext = createContext<Shell>({})

/** The system's dialogs, where there are any. */
export function useDesktop(): DesktopCall | undefined {
  return useContext(ShellContext).desktop
}
