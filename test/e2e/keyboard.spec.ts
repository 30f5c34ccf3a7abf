import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Locator, Page } from '@playwright/test'
import sharp from 'sharp'
import { bringPhoto, chelsea, dropFiles, engineTime, expect, jobs, screenshots, test } from './studio'

test.beforeAll(() => mkdir(screenshots, { recursive: true }))

/** Presses Tab until the element, or something in it, has the focus: what can't be reached so can't be used without a mouse. */
async function tabTo(page: Page, target: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  for (let presses = 0; presses < 80; presses++) {
    if (await target.evaluate((element) => element.contains(document.activeElement))) return
    await page.keyboard.press(key)
  }
  throw new Error('Tab does not reach it')
}

test('the main job is done without a mouse: sample, style lifted and dropped, compare, apply, export', async ({ open: page }) => {
  await tabTo(page, page.getByTestId('import-sample'))
  await page.keyboard.press('Enter')
  await expect(page.getByTestId('canvas-image').first()).toBeVisible()

  await tabTo(page, page.getByTestId('style-tiles'))
  const tile = page.getByTestId('style-oil-painting')
  await page.keyboard.press('Home')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  await expect(tile).toBeFocused()

  await page.keyboard.press('d')
  await expect(page.getByText('Tab: next place')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByText('Tab: next place')).toBeHidden()
  await expect(tile).toBeFocused()
  await expect(jobs(page)).toHaveCount(0)

  await page.keyboard.press('d')
  await page.keyboard.press('Tab')
  await expect(page.locator('[data-drop-place=canvas][data-over=true]')).toHaveText('Restyle coffee as Oil painting')
  await page.screenshot({ path: join(screenshots, '31-lifted.png') })
  await page.keyboard.press('Enter')
  await expect(jobs(page)).toHaveCount(1)
  await expect(page.getByTestId('canvas-apply')).toBeVisible({ timeout: engineTime })

  const divider = page.getByTestId('compare-divider')
  await tabTo(page, divider)
  const before = await divider.getAttribute('aria-valuenow')
  await page.keyboard.press('ArrowLeft')
  await expect(divider).not.toHaveAttribute('aria-valuenow', before ?? '')
  await page.keyboard.press('c')
  await expect(divider).toBeHidden()
  await page.keyboard.press('c')
  await expect(divider).toBeVisible()

  await page.keyboard.press('a')
  await expect(page.getByTestId('version').nth(1)).toHaveAttribute('data-current', 'true')
  await page.keyboard.press('Control+z')
  await expect(page.getByTestId('version').nth(0)).toHaveAttribute('data-current', 'true')
  await page.keyboard.press('Control+Shift+z')
  await expect(page.getByTestId('version').nth(1)).toHaveAttribute('data-current', 'true')

  await page.keyboard.press('Control+e')
  await expect(page.getByTestId('export')).toBeVisible()
  const download = page.waitForEvent('download')
  await tabTo(page, page.getByTestId('export-download'))
  await page.keyboard.press('Enter')
  expect(await sharp(await readFile(await (await download).path())).metadata()).toMatchObject({ width: 600, height: 400 })
})

test('the shortcuts are listed under “?”, and Escape gives the focus back', async ({ open: page }) => {
  await bringPhoto(page)
  await page.getByTestId('style-clay').focus()
  await page.keyboard.press('?')
  const dialog = page.getByTestId('shortcuts')
  await expect(dialog).toBeVisible()
  await expect(dialog).toContainText('Pick up a focused style or picture')
  // Keys belong to the dialog while it is open.
  await page.keyboard.press('g')
  await page.keyboard.press('Escape')
  await expect(dialog).toBeHidden()
  await expect(page.getByTestId('style-clay')).toBeFocused()
  await expect(page.getByTestId('canvas-view')).toBeVisible()
})

test('pictures of the library are walked, chosen, opened and put into the trash by keys', async ({ open: page }) => {
  await bringPhoto(page)
  await dropFiles(page, [chelsea], { x: 720, y: 300 })
  await expect(page.getByTestId('show-library')).toHaveText('Library 2')
  await page.keyboard.press('g')
  const items = page.getByTestId('library-item')
  await expect(items).toHaveCount(2)
  await tabTo(page, page.getByTestId('library-scroller'))
  await page.keyboard.press('Home')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Enter')
  await expect(page.getByTestId('open-name')).toHaveText('coffee')
  await page.keyboard.press('[')
  await expect(page.getByTestId('open-name')).toHaveText('chelsea')
  await page.keyboard.press('Delete')
  await expect(page.getByTestId('show-library')).toHaveText('Library 1')
  await page.keyboard.press('Control+z')
  await expect(page.getByTestId('show-library')).toHaveText('Library 2')
})
