import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cp, mkdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createDraftEngine } from '#core/engines/draft/draft-engine'
import { quickestOf } from '../quickest'
import { buildDraftProcess, draftPids, scratch, type BuiltProcess } from './draft-process'
import { styleEdit, taskOf, writePicture } from './tasks'

// Minutes rather than seconds: shared machines stall, and what must be quick is measured where it matters.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 })

let built: BuiltProcess
let place: { dir: string; remove(): Promise<void> }
let large: string
let megapixel: string

beforeAll(async () => {
  ;[built, place] = await Promise.all([buildDraftProcess(), scratch()])
  megapixel = await writePicture(join(place.dir, 'megapixel.png'), 1024, 1024)
  large = await writePicture(join(place.dir, 'large.png'), 2600, 2100)
})
afterAll(async () => {
  await built.remove()
  await place.remove()
})

function isAlive(pid: number): boolean {
  try {
    // A zombie is no longer alive: it uses no CPU and no memory.
    return !/^State:\s+Z/mu.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

// The tests look at processes through /proc.
describe.runIf(process.platform === 'linux')('the draft process', () => {
  it('stops within 300 ms when a job of a megapixel is canceled, CPU use included, and the next job runs', async () => {
    const engine = createDraftEngine({ processPath: built.path })
    try {
      for (const delay of [0, 60, 250, 500]) {
        const cancel = async (): Promise<number> => {
          const controller = new AbortController()
          const task = await taskOf(place.dir, megapixel, styleEdit('network-05'))
          const started = new Promise<void>((resume) => {
            void engine
              .run(task, { attemptId: 'a', signal: controller.signal, onEvent: (event) => event.type === 'progress' && resume() })
              .then(
                () => resume(),
                () => resume(),
              )
          })
          const again = await taskOf(place.dir, megapixel, styleEdit('network-05'))
          const outcome = engine
            .run(again, { attemptId: 'b', signal: controller.signal, onEvent: () => undefined })
            .catch((thrown: unknown) => thrown)
          await started
          await sleep(delay)
          const [pid] = draftPids(built)
          const at = performance.now()
          controller.abort()
          await expect(outcome).resolves.toMatchObject({ code: 'canceled' })
          while (pid !== undefined && isAlive(pid) && performance.now() - at < 2000) await sleep(5)
          return performance.now() - at
        }
        expect(await quickestOf(3, cancel, 300)).toBeLessThan(300)
      }
      const task = await taskOf(place.dir, megapixel, styleEdit('network-05'))
      await expect(
        engine.run(task, { attemptId: 'c', signal: new AbortController().signal, onEvent: () => undefined }),
      ).resolves.toHaveLength(1)
    } finally {
      await engine.close()
    }
    // A process at rest is killed and not waited for.
    await expect.poll(() => draftPids(built)).toEqual([])
  })

  it('says that it was lost when it is killed from outside, and works again', async () => {
    const engine = createDraftEngine({ processPath: built.path })
    const signal = new AbortController().signal
    try {
      const task = await taskOf(place.dir, large, styleEdit('network-05'))
      const outcome = engine
        .run(task, {
          attemptId: 'a',
          signal,
          onEvent: (event) => {
            if (event.type === 'preview') for (const pid of draftPids(built)) process.kill(pid, 'SIGKILL')
          },
        })
        .catch((thrown: unknown) => thrown)
      await expect(outcome).resolves.toMatchObject({ code: 'engine.lost', retry: 'auto' })
      const next = await taskOf(place.dir, megapixel, styleEdit('realistic'))
      await expect(engine.run(next, { attemptId: 'b', signal, onEvent: () => undefined })).resolves.toHaveLength(1)
    } finally {
      await engine.close()
    }
  })

  it('does not outlive a parent that is killed, not even while a network runs', async () => {
    const script = join(place.dir, 'parent.mjs')
    const models = resolve(import.meta.dirname, '../../../resources/models')
    const work = {
      kind: 'style',
      inputPath: large,
      outputPath: join(place.dir, 'orphan.png'),
      style: { id: 'network-05' },
      strength: 1,
      structure: 0.5,
      keepColours: false,
      seed: 1,
    }
    await writeFile(
      script,
      `import { fork } from 'node:child_process'
       const child = fork(${JSON.stringify(built.path)}, [${JSON.stringify(models)}, '2'], { serialization: 'advanced', stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
       child.on('message', (message) => { if (message.type === 'preview') process.stdout.write('working\\n') })
       child.send({ type: 'work', id: 1, work: ${JSON.stringify(work)} })`,
    )
    const parent = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] })
    await new Promise((resume) => parent.stdout.once('data', resume))
    const pids = draftPids(built)
    expect(pids).toHaveLength(1)
    parent.kill('SIGKILL')
    await expect.poll(() => pids.filter(isAlive)).toEqual([])
  })

  it('runs from what electron-builder lays beside the archive: its own two files and the native packages', async () => {
    const packages = resolve(import.meta.dirname, '../../../node_modules')
    const unpacked = join(place.dir, 'app.asar.unpacked')
    await cp(dirname(built.path), join(unpacked, 'out', 'main'), { recursive: true })
    await mkdir(join(unpacked, 'node_modules', 'onnxruntime-node'), { recursive: true })
    for (const native of ['@img', 'onnxruntime-node/bin'])
      await symlink(join(packages, native), join(unpacked, 'node_modules', native))
    const engine = createDraftEngine({ processPath: join(unpacked, 'out', 'main', 'draft-process.cjs') })
    try {
      const task = await taskOf(place.dir, megapixel, styleEdit('network-05'))
      const results = await engine.run(task, { attemptId: 'a', signal: new AbortController().signal, onEvent: () => undefined })
      expect(results).toHaveLength(1)
    } finally {
      await engine.close()
    }
  })

  it('lets go of its memory when nothing is asked of it, and does not keep its parent alive', async () => {
    const engine = createDraftEngine({ processPath: built.path, idleMs: 200 })
    const task = await taskOf(place.dir, megapixel, styleEdit('realistic'))
    await engine.run(task, { attemptId: 'a', signal: new AbortController().signal, onEvent: () => undefined })
    expect(draftPids(built)).toHaveLength(1)
    await expect.poll(() => draftPids(built)).toEqual([])
    await engine.close()
  })

  it('leaves the loop of Recast free, shows a preview early, and stays within its memory on a large picture', async () => {
    const engine = createDraftEngine({ processPath: built.path })
    engine.warm()
    await sleep(600)
    const lags: number[] = []
    let last = performance.now()
    const timer = setInterval(() => {
      lags.push(Math.max(0, performance.now() - last - 10))
      last = performance.now()
    }, 10)
    let peakKiB = 0
    const watch = setInterval(() => {
      for (const pid of draftPids(built)) {
        const status = readFileSync(`/proc/${pid}/status`, 'utf8')
        peakKiB = Math.max(peakKiB, Number(/VmHWM:\s+(\d+)/u.exec(status)?.[1] ?? 0))
      }
    }, 100)
    try {
      const task = await taskOf(place.dir, large, styleEdit('network-05'))
      const began = performance.now()
      let firstPreview = Infinity
      let previews = 0
      const progress: number[] = []
      await engine.run(task, {
        attemptId: 'a',
        signal: new AbortController().signal,
        onEvent: (event) => {
          if (event.type === 'preview') {
            previews += 1
            firstPreview = Math.min(firstPreview, performance.now() - began)
          } else if (event.type === 'progress') progress.push(event.progress)
        },
      })
      const whole = performance.now() - began
      expect(firstPreview / whole).toBeLessThan(0.3)
      expect(previews).toBeGreaterThanOrEqual(3)
      // Tiles are told one by one.
      expect(progress.length).toBeGreaterThan(8)
      expect(peakKiB / 1024).toBeLessThan(1024)
      lags.sort((a, b) => a - b)
      // Painting in this process would hold the loop for most of the time; the figure itself is the bench's.
      expect(lags[Math.floor(lags.length * 0.99)]).toBeLessThan(whole / 20)
    } finally {
      clearInterval(timer)
      clearInterval(watch)
      await engine.close()
    }
  })
})
