// The command line as one CommonJS file with V8's code cache beside it (electron/cli/code-cache.ts).
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build, type Plugin } from 'vite'

/** Native parts, which stay in node_modules. */
const native = /^(bindings|@img\/sharp-.+)$|\.node$/
/** Large packages that stay there too, and are only for `serve` and ComfyUI servers. */
const large = /^(fastify|@fastify\/.+|undici)$/
const lazyPrefix = '\0lazy:'

/**
 * Makes an external package be loaded when the first module that imports it runs. In one CommonJS file its `require` would stand at the top,
 * and undici alone takes 55 ms.
 */
function lazyExternals(): Plugin {
  return {
    name: 'lazy-externals',
    enforce: 'pre',
    resolveId(id, importer) {
      if (importer?.startsWith(lazyPrefix)) return { id, external: true }
      return large.test(id) ? lazyPrefix + id : undefined
    },
    load(id) {
      return id.startsWith(lazyPrefix) ? `module.exports = require('${id.slice(lazyPrefix.length)}')` : undefined
    },
  }
}

/** Builds `command.cjs`, which the entry of the command line loads, into a folder. */
export async function buildCommand(root: string, outDir: string): Promise<void> {
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    plugins: [lazyExternals()],
    resolve: { noExternal: true },
    build: {
      target: 'node20',
      ssr: true,
      outDir,
      emptyOutDir: false,
      copyPublicDir: false,
      minify: true,
      sourcemap: true,
      rolldownOptions: {
        input: { command: join(root, 'electron/cli/command.ts') },
        external: (id: string) => native.test(id) || id.startsWith('node:') || builtinModules.includes(id),
        transform: { define: { 'import.meta.url': 'recastBundleUrl', 'import.meta.dirname': '__dirname' } },
        output: {
          format: 'cjs',
          entryFileNames: '[name].cjs',
          codeSplitting: false,
          banner: "const recastBundleUrl = require('node:url').pathToFileURL(__filename).href;",
        },
      },
    },
  })
}

/** Runs one draft, so that the cache holds what a command compiles. Without it commands work all the same, 40 ms slower. */
function writeCodeCache(root: string, mainDir: string): void {
  const dir = mkdtempSync(join(tmpdir(), 'recast-code-cache-'))
  const args = ['style', join(root, 'resources/samples/coffee.png'), '--style', 'network-05', '--engine', 'draft', '--json']
  const { status, stderr } = spawnSync(
    process.execPath,
    [join(mainDir, 'cli.js'), ...args, '--out', join(dir, 'out'), '--data', join(dir, 'data')],
    { env: { ...process.env, RECAST_WRITE_CODE_CACHE: '1' }, encoding: 'utf8', timeout: 120_000 },
  )
  rmSync(dir, { recursive: true, force: true })
  if (status !== 0) console.warn(`No code cache was made (exit code ${status}): ${stderr}`)
}

/** Vite plugin: after the main bundles are written, the command line's is. */
export function commandBundle(root: string): Plugin {
  return {
    name: 'command-bundle',
    apply: 'build',
    async writeBundle({ dir = join(root, 'out/main') }) {
      await buildCommand(root, dir)
      writeCodeCache(root, dir)
    },
  }
}
