/**
 * Switches that are burnt into the packed binary (names as in electron-builder's `electronFuses`). The file electron-builder.yml says the
 * same; a test compares them.
 */
export const fuses = {
  /** ELECTRON_RUN_AS_NODE would make the signed binary a Node for anyone. The draft engine's process is a utility process. */
  runAsNode: false,
  enableCookieEncryption: true,
  enableNodeOptionsEnvironmentVariable: false,
  enableNodeCliInspectArguments: false,
  enableEmbeddedAsarIntegrityValidation: true,
  onlyLoadAppFromAsar: true,
  loadBrowserProcessSpecificV8Snapshot: false,
  /** `file:` gets no more rights than in a browser; our pages are at `app:`. */
  grantFileProtocolExtraPrivileges: false,
} as const
