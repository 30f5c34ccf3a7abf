/** How every window of this app is made. Each line that is a default is written down, so that a new default cannot loosen it. */
export function webPreferencesFor(preload: string) {
  return {
    preload,
    contextIsolation: true,
    sandbox: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    webviewTag: false,
    navigateOnDragDrop: false,
    // Previews and progress go on while the window is behind another one.
    backgroundThrottling: false,
    spellcheck: false,
    safeDialogs: true,
  } as const
}

/** The privileges of our scheme: a standard, secure origin with fetch and streams; nothing that goes around the page's policy. */
export const schemePrivileges = {
  standard: true,
  secure: true,
  supportFetchAPI: true,
  stream: true,
  corsEnabled: false,
  bypassCSP: false,
  allowServiceWorkers: false,
} as const
