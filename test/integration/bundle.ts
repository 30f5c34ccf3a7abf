import { mkdirSync, mkdtempSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { build } from 'vite'
import { buildProgram, type Program } from '../../scripts/node-bundles'

const root = resolve(import.meta.dirname, '../..')

/**
 * Bundles TypeScript entries for Node into one new folder, and answers the folder: tests of several processes need real ones, and
 * Node 20 runs no TypeScript. The folder lies as deep in the checkout as out/main, so that packages and resources are found.
 * @param entries file (relative to the checkout) by the name that its bundle gets.
 * @param programs Recast's own programs beside them, as the build makes them: `cli.cjs`, `draft-process.cjs`.
 */
export async function bundle(entries: Record<string, string>, programs: readonly Program[] = []): Promise<string> {
  const parent = join(root, 'out')
  mkdirSync(parent, { recursive: true })
  const outDir = mkdtempSync(join(parent, 'test-'))
  for (const program of programs) await buildProgram(root, outDir, program)
  if (Object.keys(entries).length === 0) return outDir
  await build({
    configFile: false,
    root,
    logLevel: 'error',
    ssr: { noExternal: ['zod', 'commander', 'ws', 'env-paths', 'execa'] },
    build: {
      ssr: true,
      target: 'node20',
      outDir,
      emptyOutDir: false,
      minify: false,
      rollupOptions: {
        input: Object.fromEntries(Object.entries(entries).map(([name, file]) => [name, resolve(root, file)])),
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  })
  return outDir
}
