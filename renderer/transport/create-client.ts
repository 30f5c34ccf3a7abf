import type { RecastBridge } from '#shared/contract/bridge'
import type { AppClient } from '#shared/contract/client'
import { createBrowserClient } from './browser-client'
import { createDesktopCall, createDesktopClient, type DesktopCall } from './desktop-client'

/** The studio's way to the app. */
export interface Transport {
  client: AppClient
  /** The desktop shell's own calls; absent in a browser. */
  desktop?: DesktopCall
  /** Where a File is on disk; empty for one that is nowhere, and always in a browser. */
  pathForFile(file: File): string
}

declare global {
  interface Window {
    /** Put there by the desktop shell's preload. */
    readonly recast?: RecastBridge
  }
}

/** Connects to whichever shell this page runs in, at once. */
export function createTransport(page: Window = window): Transport {
  const bridge = page.recast
  const request: typeof fetch = (input, init) => page.fetch(input, init)
  if (bridge) {
    return {
      client: createDesktopClient({ bridge, fetch: request }),
      desktop: createDesktopCall(bridge),
      pathForFile: (file) => bridge.pathForFile(file),
    }
  }
  const { location, history, sessionStorage } = page
  return {
    client: createBrowserClient({
      origin: location.origin,
      hash: location.hash,
      clearHash: () => history.replaceState(history.state, '', location.pathname + location.search),
      storage: sessionStorage,
      fetch: request,
      openSocket: (url, protocols) => new WebSocket(url, protocols),
    }),
    pathForFile: () => '',
  }
}
