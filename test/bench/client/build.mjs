import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'vite'

const root = resolve(import.meta.dirname, '../../..')

/**
 * Bundles TypeScript entries (file below the checkout, by name) for Node, loads them, and answers them and what takes them away.
 * `processes` are bundled beside them and not loaded: they are started by their file.
 */
export async function loadBundled(entries, processes = {}) {
  const parent = join(root, 'out')
  mkdirSync(parent, { recursive: true })
  const outDir = mkdtempSync(join(parent, 'bench-'))
  await build({
    configFile: false,
    root,
    logLevel: 'error',
    ssr: { noExternal: ['zod'] },
    build: {
      ssr: true,
      target: 'node20',
      outDir,
      emptyOutDir: false,
      minify: false,
      rollupOptions: {
        input: Object.fromEntries(Object.entries({ ...entries, ...processes }).map(([name, file]) => [name, join(root, file)])),
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  })
  // The double reads it beside itself.
  copyFileSync(join(root, 'test/fakes/comfyui/object_info.json'), join(outDir, 'object_info.json'))
  const modules = {}
  for (const name of Object.keys(entries)) modules[name] = await import(pathToFileURL(join(outDir, `${name}.js`)).href)
  return { modules, outDir, remove: () => rmSync(outDir, { recursive: true, force: true }) }
}
