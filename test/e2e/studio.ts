import { type ChildProcess, spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test as base, expect, type Locator, type Page } from '@playwright/test'

const root = join(import.meta.dirname, '../..')
/** The command line's bundle: the end-to-end tests run what `npm start` runs. */
export const cli = join(root, 'out/main/cli.cjs')
/** The photo that the tests drop: 600 × 400. */
export const coffee = join(root, 'resources/samples/coffee.png')
/** A second photo: 451 × 300. */
export const chelsea = join(root, 'resources/samples/chelsea.png')
/** Screenshots to look at; git-ignored, kept by CI. */
export const screenshots = join(root, 'test-results/screenshots')

/** A running server shell on a data folder of its own. */
export interface RunningStudio {
  url: string
  dataDir: string
  /** Ends it as Ctrl-C does and waits. */
  stop(): Promise<void>
  /** Starts it again on the same folder, on another port or on the same. */
  restart(on?: 'same port'): Promise<void>
}

interface Serving {
  process: ChildProcess
  url: string
}

function serve(dataDir: string, port = '0'): Promise<Serving> {
  const child = spawn(process.execPath, [cli, 'serve', '--no-open', '--port', port, '--json', '--data', dataDir], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, LANG: 'en_US.UTF-8' },
  })
  return new Promise((resolve, reject) => {
    let said = ''
    child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()))
    child.on('exit', (code) => reject(new Error(`serve ended with ${code}: ${said}`)))
    createInterface({ input: child.stdout ?? process.stdin }).on('line', (line) => {
      const message = JSON.parse(line) as { event?: string; url?: string }
      if (message.event === 'serving' && message.url) resolve({ process: child, url: message.url })
    })
  })
}

function end({ process: child }: Serving): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve()
    child.removeAllListeners('exit')
    child.on('exit', () => resolve())
    child.kill('SIGINT')
  })
}

/** Starts a server shell. `fill` may put a data folder there first. */
export async function startStudio(
  fill?: (dataDir: string) => Promise<void>,
): Promise<RunningStudio & { close(): Promise<void> }> {
  const dataDir = await mkdtemp(join(tmpdir(), 'recast-e2e-'))
  await fill?.(dataDir)
  let serving = await serve(dataDir)
  return {
    get url() {
      return serving.url
    },
    dataDir,
    stop: () => end(serving),
    async restart(on) {
      const { port } = new URL(serving.url)
      await end(serving)
      serving = await serve(dataDir, on ? port : '0')
    },
    async close() {
      await end(serving)
      await rm(dataDir, { recursive: true, force: true, maxRetries: 10 })
    },
  }
}

const ownFolders: string[] = []

/** A fresh temporary folder that goes away with the process of the tests. */
export async function ownFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'recast-e2e-own-'))
  if (ownFolders.push(folder) === 1)
    process.once('exit', () => {
      for (const own of ownFolders) rmSync(own, { recursive: true, force: true, maxRetries: 10 })
    })
  return folder
}

/** A copy of a file in a folder of its own, under another name. */
export async function copyAs(source: string, name: string): Promise<string> {
  const folder = await ownFolder()
  const target = join(folder, name)
  await cp(source, target)
  return target
}

/**
 * Drops files from outside the browser with the browser's own drag events (Chrome DevTools protocol), as a file manager does.
 * @param point where on the page, CSS pixels
 * @param beforeDrop looks at the page while the files are over it
 */
export async function dropFiles(
  page: Page,
  files: string[],
  point: { x: number; y: number },
  beforeDrop?: () => Promise<void>,
): Promise<void> {
  const session = await page.context().newCDPSession(page)
  const data = { items: [], files, dragOperationsMask: 1 }
  const steps = [
    ['dragEnter', { x: point.x - 4, y: point.y - 4 }],
    ['dragOver', point],
    ['dragOver', point],
  ] as const
  for (const [type, at] of steps) {
    await session.send('Input.dispatchDragEvent', { type, ...at, data })
    // The page shows its drop zones in answer to the first events; the drop must hit what is there then.
    await page.waitForTimeout(120)
  }
  await beforeDrop?.()
  await session.send('Input.dispatchDragEvent', { type: 'drop', ...point, data })
  await session.detach()
}

/** Drags one element onto another with a real mouse: pressed, moved in steps, let go. */
export async function dragOnto(page: Page, from: { x: number; y: number }, to: { x: number; y: number }): Promise<void> {
  await page.mouse.move(from.x, from.y)
  await page.mouse.down()
  await page.mouse.move(from.x + 8, from.y + 8, { steps: 4 })
  await page.mouse.move(to.x, to.y, { steps: 12 })
  await page.waitForTimeout(150)
  await page.mouse.move(to.x + 2, to.y + 2, { steps: 2 })
  await page.mouse.up()
}

/** The middle of an element once it stands still, CSS pixels of the page. */
export async function middleOf(locator: Locator): Promise<{ x: number; y: number }> {
  await (await locator.elementHandle())?.waitForElementState('stable')
  const box = await locator.boundingBox()
  if (!box) throw new Error('not on the page')
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 }
}

/** Drops a photo from outside onto the empty studio and waits until it stands on the canvas. */
export async function bringPhoto(page: Page, file = coffee): Promise<void> {
  await expect(page.getByTestId('empty')).toBeVisible()
  await dropFiles(page, [file], { x: 720, y: 300 })
  await expect(page.getByTestId('canvas-image').first()).toBeVisible()
}

/** The cards of the queue, or only those in a state. */
export function jobs(page: Page, state?: string): Locator {
  return state === undefined ? page.getByTestId('job') : page.locator(`[data-testid=job][data-state=${state}]`)
}

/** Milliseconds that pictures of an engine may take on a slow machine. */
export const engineTime = 60_000

/**
 * Playwright's test with a studio of its own, on an empty data folder, and its page open. `second` is an empty page in a window of its
 * own: behind another tab of one window a page gets a frame a second (styles.spec.ts has two tabs of one).
 */
export const test = base.extend<{ studio: RunningStudio; open: Page; second: Page }>({
  // oxlint-disable-next-line no-empty-pattern -- Playwright reads the fixture's needs from this pattern
  studio: async ({}, provide) => {
    const studio = await startStudio()
    await provide(studio)
    await studio.close()
  },
  open: async ({ page, studio }, provide) => {
    const problems: string[] = []
    page.on('pageerror', (error) => problems.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text())
    })
    // While anybody listens, choosers are kept from the screen. Asked for only by a test's own wait, the browser may hear of
    // it after the key that opens one.
    page.on('filechooser', () => {})
    await page.goto(studio.url)
    // No key is heard before there is a studio.
    await expect(page.getByTestId('mode-style')).toBeVisible()
    await provide(page)
    expect(problems, 'errors in the page').toEqual([])
  },
  second: async ({ browser }, provide) => {
    const context = await browser.newContext()
    await provide(await context.newPage())
    await context.close()
  },
})

export { expect }
