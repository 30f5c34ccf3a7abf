/** Where to install one from, in a sentence. */
export const installHint: string
/** Flags that keep a test's Chromium quiet and alone. */
export const chromiumArgs: string[]
/** The same with WebGL drawn by the processor. */
export const softwareWebGlArgs: string[]
/** The path of a Chromium or Chrome, or undefined. */
export function findChromium(options?: { install?: boolean }): string | undefined
