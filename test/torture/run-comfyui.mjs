// npm run torture -- comfyui [KILLS] [--jobs N]: kills Recast at random moments of batches on the double of a ComfyUI server, which lives on
// and counts. Exit 1 when a prompt was executed twice or in vain, or a result is lost, doubled or half.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { loadBundled } from '../bench/client/build.mjs'

/** Kills, lets it finish and prints what was found; answers the exit code. */
export async function run(args) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { jobs: { type: 'string', default: '40' } },
  })
  const kills = Number(positionals[0] ?? 50)
  const folder = mkdtempSync(join(tmpdir(), 'recast-torture-'))
  const built = await loadBundled({ comfyui: 'test/torture/comfyui.ts' }, { owner: 'test/torture/owner.ts' })
  try {
    const start = performance.now()
    const { readyMs, ...report } = await built.modules.comfyui.tortureOnServer({
      owner: join(built.outDir, 'owner.js'),
      folder,
      kills,
      jobs: Number(values.jobs),
      onKill: (n, what) => process.stderr.write(`\r${n}/${kills} kills (${what})      `),
    })
    process.stderr.write('\n')
    const slowestStartMs = Math.round(Math.max(0, ...readyMs))
    console.log(JSON.stringify({ ...report, slowestStartMs, seconds: Math.round((performance.now() - start) / 1000) }))
    return report.faults.length === 0 ? 0 : 1
  } finally {
    built.remove()
    rmSync(folder, { recursive: true, force: true })
  }
}
