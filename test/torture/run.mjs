// npm run torture -- faults … | mixtures … | comfyui …   (see run-faults.mjs, run-mixtures.mjs, run-comfyui.mjs)
// npm run torture -- [KILLS] [--engine tint|draft] [--storing durable|naive] [--jobs N]
// npm run torture -- downloads [KILLS]   (see downloads.mjs)
// Kills Recast's core at random moments during batches of jobs, and examines what is left. Exit 1 when anything is wrong.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { runnerImport } from 'vite'
import { loadBundled } from '../bench/client/build.mjs'

const others = { faults: './run-faults.mjs', mixtures: './run-mixtures.mjs', comfyui: './run-comfyui.mjs' }
if (Object.hasOwn(others, process.argv[2] ?? '')) {
  const { run } = await import(others[process.argv[2]])
  process.exit(await run(process.argv.slice(3)))
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    engine: { type: 'string', default: 'draft' },
    storing: { type: 'string', default: 'durable' },
    jobs: { type: 'string', default: '30' },
  },
})
if (positionals[0] === 'pool') {
  // One of three servers killed at a random moment of 60 jobs, this many times over.
  const { spawnSync } = await import('node:child_process')
  const vitest = join(resolve(import.meta.dirname, '../..'), 'node_modules/vitest/vitest.mjs')
  const env = { ...process.env, RECAST_POOL_ROUNDS: String(Number(positionals[1] ?? 50)) }
  process.exit(
    spawnSync(process.execPath, [vitest, 'run', 'test/integration/pool/killed-server.test.ts'], { stdio: 'inherit', env })
      .status ?? 1,
  )
}
if (positionals[0] === 'downloads') {
  const { run } = await import('./downloads.mjs')
  process.exit(await run(Number(positionals[1] ?? 30)))
}
const kills = Number(positionals[0] ?? 200)
if (!Number.isInteger(kills) || kills < 1 || !/^[1-9]\d*0$/.test(values.jobs)) {
  console.error('usage: npm run torture -- [KILLS] [--engine tint|draft] [--storing durable|naive] [--jobs N, in tens]')
  process.exit(2)
}

const root = resolve(import.meta.dirname, '../..')
const folder = mkdtempSync(join(tmpdir(), 'recast-torture-'))
const built = await loadBundled({ torture: 'test/torture/torture.ts' }, { owner: 'test/torture/owner.ts' })
try {
  const { module: bundles } = await runnerImport(join(root, 'scripts/node-bundles.ts'), { root, logLevel: 'error' })
  await bundles.buildProgram(root, built.outDir, 'draft')
  const { torture } = built.modules.torture
  const start = performance.now()
  const report = await torture({
    owner: join(built.outDir, 'owner.js'),
    folder,
    kills,
    jobs: Number(values.jobs),
    engine: values.engine,
    storing: values.storing,
    onKill: (n, what) => process.stderr.write(`\r${n}/${kills} kills (${what})      `),
  })
  process.stderr.write('\n')
  const ready = report.readyMs.toSorted((a, b) => a - b)
  console.log(
    JSON.stringify({
      ...report,
      readyMs: { p50: Math.round(ready[Math.floor(ready.length / 2)] ?? 0), max: Math.round(ready.at(-1) ?? 0) },
      seconds: Math.round((performance.now() - start) / 1000),
    }),
  )
  process.exitCode = report.faults.length === 0 ? 0 : 1
} finally {
  built.remove()
  rmSync(folder, { recursive: true, force: true })
}
