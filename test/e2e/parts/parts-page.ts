import type { Server } from 'node:http'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, test, type Page } from '@playwright/test'
import { serveParts } from './serve'

/** Folder of the sample photos. */
export const samples = resolve(import.meta.dirname, '../../../resources/samples')
/** Id of the page's running job. */
export const job = '00000000-0000-4000-8000-000000000001'
/** The page's nth id. */
export const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`

/** Where the page is, once it is served. */
export let url = ''
let server: Server
let work = ''

/** Serves the parts' page to the tests of the file that calls this. */
export function servePartsPage(): void {
  test.beforeAll(async () => {
    work = mkdtempSync(join(tmpdir(), 'recast-parts-'))
    ;({ url, server } = await serveParts(join(work, 'page')))
  })
  test.afterAll(() => {
    server.close()
    rmSync(work, { recursive: true, force: true })
  })
}

/** Folder of this run's own files. */
export const workFolder = (): string => work

/** Opens the page and fails on anything that the console complains of. */
export async function open(page: Page, query = ''): Promise<void> {
  page.on('pageerror', (error) => {
    throw error
  })
  page.on('console', (message) => {
    if (/Content Security Policy/u.test(message.text())) throw new Error(message.text())
  })
  await page.goto(url + query)
  await expect(page.getByTestId('style-tiles')).toBeVisible()
}
/** What was dropped where, in order. */
export const drops = (page: Page) => page.evaluate(() => window.parts.drops)
/** What the parts called back with, in order. */
export const calls = (page: Page) => page.evaluate(() => window.parts.calls)
/** The library's nth picture. */
export const item = (page: Page, n: number) => page.locator(`[data-picture="${uuid(n)}"]`)

/** Drags by the mouse, as a hand does: down, off, over, up. */
export async function drag(
  page: Page,
  from: { x: number; y: number },
  to: { x: number; y: number },
  before?: () => Promise<void>,
): Promise<void> {
  await page.mouse.move(from.x, from.y)
  await page.mouse.down()
  await page.mouse.move(from.x + 8, from.y + 8)
  await page.mouse.move(to.x - 4, to.y, { steps: 5 })
  await page.mouse.move(to.x, to.y)
  await page.waitForTimeout(60)
  await before?.()
  await page.mouse.up()
}
/** The middle of the first element that the selector finds, in CSS pixels. */
export async function middle(page: Page, selector: string): Promise<{ x: number; y: number }> {
  const box = await page.locator(selector).first().boundingBox()
  if (!box) throw new Error(`${selector} is not on the screen`)
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 }
}

/** Lets the browser drag real files of this machine over a point, and drops them there. */
export async function dropFiles(
  page: Page,
  files: string[],
  at: { x: number; y: number },
  before?: () => Promise<void>,
): Promise<void> {
  const session = await page.context().newCDPSession(page)
  const data = { items: [], files, dragOperationsMask: 1 }
  for (const type of ['dragEnter', 'dragOver', 'dragOver'] as const) {
    await session.send('Input.dispatchDragEvent', { type, ...at, data })
    await page.waitForTimeout(40)
  }
  await before?.()
  await session.send('Input.dispatchDragEvent', { type: 'dragOver', ...at, data })
  await session.send('Input.dispatchDragEvent', { type: 'drop', ...at, data })
  await session.detach()
}
