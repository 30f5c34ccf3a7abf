import { mkdirSync, mkdtempSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { build } from 'vite'

const root = resolve(import.meta.dirname, '../..')

/**
 * Bundles a TypeScript entry for Node into a folder of its own under out/ (so that packages are found) and answers the file's path:
 * tests of several processes need real ones, and Node 20 runs no TypeScript.
 */
export async function bundle(entry: string, name: string): Promise<string> {
  const parent = join(root, 'out', 'test')
  mkdirSync(parent, { recursive: true })
  const outDir = mkdtempSync(join(parent, `${name}-`))
  await build({
    configFile: false,
    root,
    logLevel: 'error',
    ssr: { noExternal: ['zod', 'commander', 'env-paths'] },
    build: {
      ssr: resolve(root, entry),
      target: 'node20',
      outDir,
      emptyOutDir: false,
      minify: false,
      rollupOptions: { output: { format: 'es', entryFileNames: `${name}.js` } },
    },
  })
  return join(outDir, `${name}.js`)
}
