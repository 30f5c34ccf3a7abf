/**
 * Switches that are burnt into the packed binary (names as in electron-builder's `electronFuses`). The file electron-builder.yml says the
 * same; a test compares them.
 */
export const fuses = {
  /**
   * On: the draft engine forks its process, which Electron does by ELECTRON_RUN_AS_NODE. What it gives away is small: whoever can set
   * that variable can start programs as the user already. It goes when that process becomes an Electron utility process.
   */
  runAsNode: true,
  enableCookieEncryption: true,
  enableNodeOptionsEnvironmentVariable: false,
  enableNodeCliInspectArguments: false,
  enableEmbeddedAsarIntegrityValidation: true,
  onlyLoadAppFromAsar: true,
  loadBrowserProcessSpecificV8Snapshot: false,
  /** `file:` gets no more rights than in a browser; our pages are at `app:`. */
  grantFileProtocolExtraPrivileges: false,
} as const
