// The command line and the draft process: a small entry each, and all the rest as one CommonJS file with V8's code cache beside it
// (electron/core/code-cache.ts). CommonJS, because the loader of ES modules alone costs a start 4 ms.
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

/** The files of each program: the entry that is started, and what it loads. */
const programs = {
  cli: { cli: 'electron/cli/main.ts', command: 'electron/cli/command.ts' },
  draft: { 'draft-process': 'electron/core/engines/draft/process.ts', draft: 'electron/core/engines/draft/process-work.ts' },
} as const

/** A program of Recast that runs in Node itself. */
export type Program = keyof typeof programs

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

/** onnxruntime's native part stays in its package: from the bundle it is named by that, and no longer by its place beside the package's code. */
function onnxruntimeBinding(): Plugin {
  const beside = 'require(`../bin/'
  return {
    name: 'onnxruntime-binding',
    transform(code, id) {
      if (!/[\\/]onnxruntime-node[\\/]dist[\\/]binding\.js$/.test(id)) return undefined
      if (!code.includes(beside))
        throw new Error(`${id} loads its native part in another way now: look at scripts/node-bundles.ts.`)
      return { code: code.replace(beside, 'require(`onnxruntime-node/bin/'), map: null }
    },
  }
}

/** Builds both files of a program into a folder. */
export async function buildProgram(root: string, outDir: string, program: Program): Promise<void> {
  for (const [name, file] of Object.entries(programs[program])) {
    await build({
      root,
      configFile: false,
      logLevel: 'warn',
      plugins: [lazyExternals(), onnxruntimeBinding()],
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
          input: { [name]: join(root, file) },
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
}

/** Runs one draft, so that the caches hold what a command and its draft process compile. Without them all works the same, 60 ms slower. */
function writeCodeCaches(root: string, mainDir: string): void {
  const dir = mkdtempSync(join(tmpdir(), 'recast-code-cache-'))
  const args = ['style', join(root, 'resources/samples/coffee.png'), '--style', 'network-05', '--engine', 'draft', '--json']
  const { status, stderr } = spawnSync(
    process.execPath,
    [join(mainDir, 'cli.cjs'), ...args, '--out', join(dir, 'out'), '--data', join(dir, 'data')],
    { env: { ...process.env, RECAST_WRITE_CODE_CACHE: '1' }, encoding: 'utf8', timeout: 120_000 },
  )
  rmSync(dir, { recursive: true, force: true })
  if (status !== 0) console.warn(`No code cache was made (exit code ${status}): ${stderr}`)
}

/** Vite plugin: after the main bundles are written, the programs of Node are. */
export function nodeBundles(root: string): Plugin {
  return {
    name: 'node-bundles',
    apply: 'build',
    async writeBundle({ dir = join(root, 'out/main') }) {
      for (const program of ['cli', 'draft'] as const) await buildProgram(root, dir, program)
      writeCodeCaches(root, dir)
    },
  }
}
