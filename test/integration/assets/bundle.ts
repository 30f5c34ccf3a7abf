import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { build } from 'vite'

const root = resolve(import.meta.dirname, '../../..')

/** Bundles a TypeScript file for Node, so that a test can run it in a process of its own. Answers the bundle's path, inside the checkout because it imports packages. */
export async function bundleForNode(entry: string, name: string): Promise<string> {
  const outDir = join(root, 'out', 'test', `${name}-${process.pid}`)
  await mkdir(outDir, { recursive: true })
  await build({
    configFile: false,
    root,
    logLevel: 'error',
    build: {
      ssr: resolve(root, entry),
      outDir,
      emptyOutDir: true,
      minify: false,
      rollupOptions: { output: { entryFileNames: `${name}.mjs` } },
    },
  })
  return join(outDir, `${name}.mjs`)
}
