// npm run torture -- mixtures [RUNS]: random mixtures of the double's faults; exit 1 when an end was not true, a queue stood, or memory grew.
import { loadBundled } from '../bench/client/build.mjs'

const mostGrowthBytes = 60e6

/** Runs them and prints what was wrong; answers the exit code. */
export async function run(args) {
  const runs = Number(args[0] ?? 500)
  const built = await loadBundled({ mixtures: 'test/torture/mixtures.ts' })
  try {
    let done = 0
    const { wrong, grownBytes } = await built.modules.mixtures.tryMixtures(1_000, runs, () => {
      done += 1
      process.stderr.write(`\r${done}/${runs} mixtures      `)
    })
    process.stderr.write('\n')
    for (const line of wrong) console.log(line)
    console.log(`${runs} mixtures of faults: ${wrong.length} wrong; heap grew by ${(grownBytes / 1e6).toFixed(1)} MB`)
    return wrong.length === 0 && grownBytes < mostGrowthBytes ? 0 : 1
  } finally {
    built.remove()
  }
}
