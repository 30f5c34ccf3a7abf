import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import AxeBuilder from '@axe-core/playwright'
import type { Locator, Page } from '@playwright/test'
import sharp from 'sharp'
import { bringPhoto, engineTime, expect, jobs, middleOf, ownFolder, screenshots, test } from './studio'

test.beforeAll(() => mkdir(screenshots, { recursive: true }))
test.use({ trace: 'off' })

const cell = (page: Page, view: string): Locator => page.locator(`[data-testid=sheet-cell][data-view="${view}"]`)
const made = (page: Page): Locator => page.locator('[data-testid=sheet-cell][data-state=done]')

async function expectAccessible(page: Page, name: string): Promise<void> {
  for (const scheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
    await expect(page.locator('html')).toHaveAttribute('data-theme', scheme)
    const { violations } = await new AxeBuilder({ page }).analyze()
    expect
      .soft(
        violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 160)}`)),
        `${name}, ${scheme}`,
      )
      .toEqual([])
  }
}

/** Exports the sheet in a form and answers the file. */
async function exported(page: Page, kind: RegExp): Promise<{ name: string; bytes: Buffer }> {
  await page.getByTestId('sheet-export-open').click()
  await page.getByTestId('sheet-export-kind').click()
  await page.getByRole('option', { name: kind }).click()
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId('sheet-export-run').click()])
  const path = join(await ownFolder(), 'file')
  await download.saveAs(path)
  return { name: download.suggestedFilename(), bytes: await readFile(path) }
}

test('eight views: one redone and starred, two compared, the turntable scrubbed, all exported', async ({ open: page }) => {
  test.setTimeout(180_000)
  await bringPhoto(page)
  await page.getByTestId('mode-view').click()
  await page.getByTestId('sheet-8').click()
  await page.getByTestId('show-sheet').click()
  await expect(page.getByTestId('sheet-cell')).toHaveCount(8)
  await expectAccessible(page, 'empty sheet')
  await page.emulateMedia({ colorScheme: 'dark' })
  await page.getByTestId('run-views').click()
  await expect(made(page)).toHaveCount(8, { timeout: engineTime })
  await expect(page.getByTestId('sheet-progress')).toHaveText('8 of 8 made · all from Original')
  await page.screenshot({ path: join(screenshots, '38-sheet.png') })

  await cell(page, 'back').hover()
  await cell(page, 'back').getByTestId('sheet-redo-cell').click()
  await expect(jobs(page, 'done')).toHaveCount(9, { timeout: engineTime })
  await expect(cell(page, 'back').getByTestId('sheet-take')).toHaveText('2 of 2')
  await cell(page, 'front').hover()
  await cell(page, 'front').getByTestId('sheet-star').click()
  await expect(cell(page, 'front')).toContainText('starred')
  await cell(page, 'right').hover()
  await cell(page, 'right').getByTestId('sheet-reject').click()
  await expect(page.getByTestId('sheet-progress')).toContainText('7 of 8 made')
  await page.getByTestId('undo').click()
  await expect(page.getByTestId('sheet-progress')).toContainText('8 of 8 made')

  await cell(page, 'front-right').click()
  await cell(page, 'front-left').click()
  await expectAccessible(page, 'sheet with a selection')
  await page.getByTestId('sheet-compare').click()
  await expect(page.getByTestId('sheet-compared').getByTestId('canvas-image')).toHaveCount(2)
  await page.screenshot({ path: join(screenshots, '39-sheet-compare.png') })

  await page.getByTestId('sheet-way-turn').click()
  const stage = page.getByTestId('turntable-stage')
  await expect(page.getByTestId('turntable-label')).toHaveText('Front')
  const { x, y } = await middleOf(stage)
  await page.mouse.move(x, y)
  await page.mouse.down()
  await page.mouse.move(x + 190, y, { steps: 10 })
  await page.mouse.up()
  await expect(page.getByTestId('turntable-label')).not.toHaveText('Front')
  await expectAccessible(page, 'turntable')

  const sheet = await exported(page, /One picture/u)
  expect(sheet.name).toBe('coffee.png')
  expect(await sharp(sheet.bytes).metadata()).toMatchObject({ format: 'png', width: 4 * 512 + 5 * 21 })
  const webp = await exported(page, /WebP/u)
  expect(webp.name).toBe('coffee.webp')
  expect(await sharp(webp.bytes, { pages: -1 }).metadata()).toMatchObject({ format: 'webp', pages: 8, loop: 0 })
  const gif = await exported(page, /GIF/u)
  expect(await sharp(gif.bytes, { pages: -1 }).metadata()).toMatchObject({ format: 'gif', pages: 8 })
  await page.getByTestId('sheet-export-open').click()
  await expectAccessible(page, 'export of a sheet')
})

test('own sets are kept, come back after a reload, and go from one to another as files', async ({ open: page }) => {
  await bringPhoto(page)
  await page.getByTestId('mode-view').click()
  await page.getByTestId('view-add').click()
  await page.getByTestId('camera-azimuth').press('ArrowRight')
  await page.getByTestId('view-add').click()
  await expect(page.getByTestId('sheet-own')).toBeVisible()
  await expect(page.getByTestId('run-views')).toHaveText('Make 2 views')
  await page.getByTestId('view-sets').click()
  await page.getByTestId('menu-sets').click()
  await page.getByTestId('sets-name').fill('Shop')
  await page.keyboard.press('Enter')
  await expect(page.getByTestId('view-set')).toHaveCount(1)
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId('set-export').click()])
  const file = join(await ownFolder(), 'shop.json')
  await download.saveAs(file)
  await expectAccessible(page, 'own sets')
  await page.getByTestId('set-delete').click()
  await expect(page.getByTestId('view-set')).toHaveCount(0)
  await page.getByTestId('sets-file').setInputFiles(file)
  await expect(page.getByTestId('view-set')).toHaveCount(1)
  await page.getByTestId('sets-file').setInputFiles(import.meta.filename)
  await expect(page.getByTestId('toast-bad')).toBeVisible()
  await page.keyboard.press('Escape')
  await page.getByTestId('sheet-one').click()
  await page.reload()
  await page.getByTestId('view-sets').click()
  await page.getByRole('menuitem', { name: /Shop/u }).click()
  await expect(page.getByTestId('run-views')).toHaveText('Make 2 views')
})
