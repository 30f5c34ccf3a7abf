import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import sharp from 'sharp'
import { expectAccessible } from './accessible'
import {
  bringPhoto,
  chelsea,
  coffee,
  copyAs,
  dragOnto,
  engineTime,
  expect,
  jobs,
  middleOf,
  ownFolder,
  screenshots,
  test,
} from './studio'

test.beforeAll(() => mkdir(screenshots, { recursive: true }))
test.use({ trace: 'off' })

/** A third photo: the first one, upside down. */
async function tinted(): Promise<string> {
  const path = join(await ownFolder(), 'flipped.png')
  await sharp(coffee).flip().png().toFile(path)
  return path
}

/** A library of three photos, all selected. */
async function threeSelected(page: Page): Promise<void> {
  await bringPhoto(page)
  const more = [await copyAs(chelsea, 'second.png'), await copyAs(await tinted(), 'third.png')]
  await page.getByTestId('pick-files').setInputFiles(more)
  await page.keyboard.press('g')
  await expect(page.getByTestId('library-item')).toHaveCount(3)
  await page.getByTestId('library-item').first().click()
  await page.keyboard.press('Control+a')
  await expect(page.locator('[data-testid=library-item][aria-selected=true]')).toHaveCount(3)
}

test('a style dropped on three selected photos is three jobs, taken back together; everything in the library is said first', async ({
  open: page,
}) => {
  test.setTimeout(120_000)
  await threeSelected(page)
  await page.getByTestId('queue-pause').click()
  await dragOnto(page, await middleOf(page.getByTestId('style-clay')), await middleOf(page.getByTestId('library-item').nth(1)))
  await expect(jobs(page, 'queued')).toHaveCount(3)
  await page.getByTestId('toast-undo').click()
  await expect(jobs(page, 'canceled')).toHaveCount(3)
  await page.getByTestId('scope').click()
  await page.getByTestId('menu-scope-all').click()
  await expect(page.getByTestId('scope-text')).toContainText('Clay on 3 pictures, one result each: 3 jobs')
  await expectAccessible(page, 'styles-scope', { shot: 'styles-scope' })
  await page.getByTestId('scope-run').click()
  await expect(jobs(page, 'queued')).toHaveCount(3)
})

test('an own preset is made from a style, changed, applied, exported, deleted, imported', async ({ open: page }) => {
  test.setTimeout(180_000)
  await bringPhoto(page)
  await page.getByTestId('style-pencil').click({ button: 'right' })
  await page.getByTestId('menu-style-duplicate').click()
  const editor = page.getByTestId('preset-editor')
  await expect(page.getByTestId('preset-name')).toHaveValue('Pencil 2')
  await page.getByTestId('preset-name').fill('Blueprint')
  await page.getByTestId('preset-wording').fill('Blueprint Style, white lines on blue')
  await page.getByTestId('preset-sample-choose').click()
  await page.getByTestId('menu-preset-sample-open').click()
  await page.getByTestId('preset-draw').fill('blueprint, technical drawing')
  await expectAccessible(page, 'styles-editor', { shot: 'styles-editor' })
  await page.getByTestId('preset-save').click()
  await expect(editor).toBeHidden()
  const tile = page.getByTestId('style-tiles').getByRole('option', { name: 'Blueprint' })
  await expect(tile).toHaveAttribute('aria-selected', 'true')
  await tile.focus()
  await page.keyboard.press('f')
  await expect(page.getByRole('option', { name: 'Blueprint, favourite' })).toBeVisible()
  await page.getByTestId('show-favourites').click()
  await expect(page.getByTestId('style-tiles').getByRole('option')).toHaveCount(1)
  await page.getByTestId('show-all').click()
  await tile.dblclick()
  await expect(jobs(page, 'done').first()).toContainText('Blueprint', { timeout: engineTime })
  await tile.click({ button: 'right' })
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId('menu-style-export').click()])
  expect(download.suggestedFilename()).toBe('Blueprint.recast-styles.json')
  const file = join(await ownFolder(), 'Blueprint.recast-styles.json')
  await download.saveAs(file)
  expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ format: 'recast-styles', styles: [{ name: 'Blueprint' }] })
  await tile.focus()
  await page.keyboard.press('Delete')
  await expect(tile).toHaveCount(0)
  // The result is understood without it.
  await expect(jobs(page, 'done').first()).toContainText('Blueprint')
  await page.getByTestId('presets-file').setInputFiles(file)
  await expect(tile).toHaveCount(1)
  await expectAccessible(page, 'styles-panel', { shot: 'styles-panel' })
  await tile.dblclick()
  await expect(jobs(page, 'done')).toHaveCount(2, { timeout: engineTime })
  await page
    .getByTestId('presets-file')
    .setInputFiles({ name: 'x.json', mimeType: 'application/json', buffer: Buffer.from('{"a":1}') })
  await expect(page.getByTestId('toast-bad')).toContainText('This JSON file holds no presets.')
})

test('two tabs agree about presets and favourites', async ({ open: page, studio, context }) => {
  const other = await context.newPage()
  await other.goto(studio.url)
  await page.getByTestId('preset-new').click()
  await page.getByTestId('preset-name').fill('Noir')
  await page.getByTestId('preset-wording').fill('film noir')
  await page.getByTestId('preset-save').click()
  await expect(other.getByRole('option', { name: 'Noir' })).toBeVisible()
  await other.getByRole('option', { name: 'Noir' }).focus()
  await other.keyboard.press('f')
  await expect(page.getByRole('option', { name: 'Noir, favourite' })).toBeVisible()
})

test('by keyboard alone, in Chinese: a picture of the library as style, and a preset', async ({ open: page }) => {
  test.setTimeout(120_000)
  await bringPhoto(page)
  await page.getByTestId('pick-files').setInputFiles([chelsea])
  // What was added comes onto the canvas; only then is the library asked for.
  await expect(page.getByText('chelsea').first()).toBeVisible()
  await page.keyboard.press('g')
  await page.getByTestId('language-zh').click()
  await expect(page.getByTestId('library-item')).toHaveCount(2)
  await page.getByTestId('library-item').first().focus()
  await page.keyboard.press('Shift+F10')
  await expect(page.getByTestId('menu-use-as-style')).toHaveText('用作风格')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await expect(page.locator('[data-testid=style-picture][aria-pressed=true]')).toHaveCount(1)
  // Keys belong to the menu until it has gone.
  await expect(page.getByRole('menu')).toHaveCount(0)
  await page.keyboard.press('Control+Enter')
  await expect(jobs(page, 'done')).toHaveCount(1, { timeout: engineTime })
  await page.getByTestId('style-clay').focus()
  await page.keyboard.press('e')
  await page.getByTestId('preset-name').focus()
  await page.keyboard.press('Control+a')
  await page.keyboard.type('我的黏土')
  await expectAccessible(page, 'styles-editor-chinese', { shot: 'styles-editor-chinese' })
  await page.keyboard.press('Enter')
  await expect(page.getByRole('option', { name: '我的黏土' })).toHaveAttribute('aria-selected', 'true')
  await page.getByTestId('style-search').focus()
  await page.keyboard.type('黏土')
  await expect(page.getByTestId('style-tiles').getByRole('option')).toHaveCount(2)
})
