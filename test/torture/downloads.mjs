// npm run torture -- downloads [KILLS]: SIGKILLs at random moments of downloads; exit 1 when a byte was fetched twice, lost or wrong.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadBundled } from '../bench/client/build.mjs'

/** Builds the process that is killed and the one that kills, and runs them; answers the exit code. */
export async function run(kills) {
  const folder = mkdtempSync(join(tmpdir(), 'recast-torture-'))
  const built = await loadBundled({ torture: 'test/torture/download-torture.ts' }, { owner: 'test/torture/download-owner.ts' })
  try {
    const report = await built.modules.torture.tortureDownloads(join(built.outDir, 'owner.js'), folder, kills)
    console.log(JSON.stringify(report))
    return report.faults.length === 0 ? 0 : 1
  } finally {
    built.remove()
    rmSync(folder, { recursive: true, force: true })
  }
}
