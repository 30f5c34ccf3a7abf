// npm run torture -- downloads [KILLS]: SIGKILLs at random moments of downloads; exit 1 when a byte was fetched twice, lost or wrong.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'vite'

/** Builds the process that is killed and the one that kills, and runs them; answers the exit code. */
export async function run(kills) {
  const root = resolve(import.meta.dirname, '../..')
  mkdirSync(join(root, 'out'), { recursive: true })
  const outDir = mkdtempSync(join(root, 'out', 'torture-'))
  const folder = mkdtempSync(join(tmpdir(), 'recast-torture-'))
  try {
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
          input: {
            torture: join(root, 'test/torture/download-torture.ts'),
            owner: join(root, 'test/torture/download-owner.ts'),
          },
          output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
        },
      },
    })
    const { tortureDownloads } = await import(pathToFileURL(join(outDir, 'torture.js')).href)
    const report = await tortureDownloads(join(outDir, 'owner.js'), folder, kills)
    console.log(JSON.stringify(report))
    return report.faults.length === 0 ? 0 : 1
  } finally {
    rmSync(outDir, { recursive: true, force: true })
    rmSync(folder, { recursive: true, force: true })
  }
}
