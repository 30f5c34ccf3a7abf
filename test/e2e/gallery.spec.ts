import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Locator, Page } from '@playwright/test'
import { violationsOf } from './accessible'
import { bringPhoto, engineTime, expect, jobs, screenshots, test } from './studio'

test.beforeAll(() => mkdir(screenshots, { recursive: true }))

const items = (page: Page): Locator => page.getByTestId('gallery-item')

/** Brings the photo and makes a result in each of these styles. */
async function makeResults(page: Page, styles: string[]): Promise<void> {
  await bringPhoto(page)
  for (const style of styles) await page.getByTestId(`style-${style}`).dblclick()
  await expect(jobs(page, 'done')).toHaveCount(styles.length, { timeout: engineTime })
}

test('history is searched; a result is starred, collected, compared, trashed, and restored after a restart', async ({
  open: page,
  studio,
}) => {
  test.setTimeout(180_000)
  await makeResults(page, ['clay', 'pencil', 'watercolour', 'pop-art'])
  await page.getByTestId('show-gallery').click()
  await expect(items(page)).toHaveCount(4)
  await expect(page.getByTestId('gallery-count')).toHaveText('4 results')
  await page.screenshot({ path: join(screenshots, '60-gallery-dark.png') })

  // Search by words of the style, in either language.
  await page.getByTestId('gallery-search').fill('水彩')
  await expect(items(page)).toHaveCount(1)
  await expect(items(page).first()).toHaveAttribute('aria-label', /^Watercolour, coffee/u)
  await page.getByTestId('gallery-search').fill('no such thing')
  await expect(page.getByTestId('gallery-empty')).toContainText('Nothing matches')
  await page.getByTestId('gallery-search').fill('')
  await expect(items(page)).toHaveCount(4)

  // Starred by key, seen in the panel, filtered by it.
  await items(page).first().click()
  await page.keyboard.press('4')
  await expect(page.getByTestId('marks')).toHaveAttribute('data-star', '4')
  await items(page).nth(1).click()
  await page.keyboard.press('x')
  await expect(items(page).nth(1)).toHaveAttribute('data-rejected', 'true')
  await page.getByTestId('filter-star').click()
  await page.getByTestId('menu-4').click()
  await expect(items(page)).toHaveCount(1)
  await page.screenshot({ path: join(screenshots, '61-gallery-filtered.png') })
  await page.getByTestId('filter-clear').click()
  await expect(items(page)).toHaveCount(4)
  // By the month that they were made in.
  await page.getByTestId('filter-date').click()
  await page
    .getByTestId(/^menu-\d{4}$/u)
    .first()
    .click()
  await page
    .getByTestId(/^menu-\d{4}-\d+$/u)
    .first()
    .click()
  await expect(page.getByTestId('filter-date')).toContainText(/\d{4}/u)
  await expect(items(page)).toHaveCount(4)
  await page.getByTestId('filter-clear').click()
  await expect(page.getByTestId('gallery-search')).toBeFocused()
  await expect(page.getByTestId('filter-date')).toHaveText('Date')
  await page.getByTestId('scope-rejected').click()
  await expect(items(page)).toHaveCount(1)
  await page.getByTestId('scope-all').click()

  // Two into a collection.
  await items(page).first().click()
  await items(page)
    .nth(2)
    .click({ modifiers: ['Control'] })
  await expect(page.getByTestId('gallery-count')).toHaveText('2 selected')
  await page.getByTestId('collection-new').click()
  await page.getByTestId('collection-name').fill('Autumn sheet')
  await page.keyboard.press('Enter')
  await expect(page.getByTestId('collection')).toContainText('Autumn sheet')
  await expect(page.getByTestId('collection')).toContainText('2')
  await page.screenshot({ path: join(screenshots, '62-gallery-collection.png') })
  await page.getByTestId('scope-collection').click()
  await expect(items(page)).toHaveCount(2)
  // Moved by key, and moved on from where it is then; the keyboard stays with it.
  const moved = (await items(page).first().getAttribute('data-asset')) ?? ''
  await items(page).first().click()
  await page.keyboard.press('Alt+ArrowRight')
  await expect(items(page).nth(1)).toHaveAttribute('data-asset', moved)
  await expect(items(page).nth(1)).toBeFocused()
  await page.keyboard.press('Alt+ArrowLeft')
  await expect(items(page).first()).toHaveAttribute('data-asset', moved)

  // Compared, in every way, under one zoom.
  await items(page).first().click()
  await page.keyboard.press('Control+a')
  await page.getByTestId('gallery-compare').click()
  await expect(page.getByTestId('compare-pane')).toHaveCount(2)
  const zoom = await page.getByTestId('compare-zoom').textContent()
  await page.getByTestId('compare-pane').first().hover()
  await page.mouse.wheel(0, -400)
  await expect(page.getByTestId('compare-zoom')).not.toHaveText(zoom ?? '')
  const boxes = await page
    .getByTestId('compare-pane')
    .locator('img')
    .evaluateAll((images) =>
      images.map((image) => {
        const own = image.getBoundingClientRect()
        const pane = image.closest('[data-testid=compare-pane]')?.getBoundingClientRect()
        return [own.x - (pane?.x ?? 0), own.y - (pane?.y ?? 0), own.width].map(Math.round)
      }),
    )
  expect(boxes[1]).toEqual(boxes[0])
  await page.screenshot({ path: join(screenshots, '63-gallery-side.png') })
  await page.getByTestId('compare-slider').click()
  await page.getByTestId('compare-divider').focus()
  await page.keyboard.press('ArrowRight')
  await expect(page.getByTestId('compare-divider')).toHaveValue('51')
  await page.screenshot({ path: join(screenshots, '64-gallery-slider.png') })
  await page.getByTestId('compare-back').click()

  // Into the trash and back, by undo and after a restart.
  await page.getByTestId('scope-all').click()
  await items(page).first().click()
  const label = await items(page).first().getAttribute('aria-label')
  await page.keyboard.press('Delete')
  await expect(items(page)).toHaveCount(3)
  await page.getByTestId('toast-undo').click()
  await expect(items(page)).toHaveCount(4)
  await items(page).first().click()
  await page.keyboard.press('Delete')
  await expect(items(page)).toHaveCount(3)
  await page.goto('about:blank')
  await studio.restart()
  await page.goto(studio.url)
  await page.getByTestId('show-gallery').click()
  await expect(items(page)).toHaveCount(3)
  await page.getByTestId('scope-trash').click()
  await expect(items(page)).toHaveCount(1)
  await expect(items(page).first()).toHaveAttribute('aria-label', label ?? '')
  await page.screenshot({ path: join(screenshots, '65-gallery-trash.png') })
  await items(page).first().click()
  await page.getByTestId('gallery-restore').click()
  await expect(page.getByTestId('gallery-empty')).toContainText('The trash is empty')
  await page.getByTestId('scope-all').click()
  await expect(items(page)).toHaveCount(4)
  await page.getByTestId('scope-collection').click()
  await expect(items(page)).toHaveCount(2)
})

test('a result is remixed: it is on the canvas with the values that made it, and the next edit works on it', async ({
  open: page,
}) => {
  test.setTimeout(180_000)
  await makeResults(page, ['clay', 'pencil'])
  await page.getByTestId('show-gallery').click()
  await items(page).nth(1).click()
  await expect(page.getByTestId('result-facts')).toContainText('Clay')
  await page.getByTestId('result-remix').click()
  await expect(page.getByTestId('open-name')).toHaveText('coffee')
  await page.getByTestId('style-watercolour').dblclick()
  await expect(jobs(page, 'done')).toHaveCount(3, { timeout: engineTime })
  // Made from the clay one: a child of it in the tree.
  await page.getByTestId('open-tree').click()
  const versions = page.getByTestId('tree-version')
  await expect(versions).toHaveCount(4)
  await expect(versions.nth(2)).toHaveAttribute('aria-level', '3')
  await page.screenshot({ path: join(screenshots, '66-version-tree.png') })
  await versions.nth(2).click()
  await page.getByTestId('tree-apply').click()
  await expect(versions.nth(2)).toHaveAttribute('data-current', 'true')
  await page.getByTestId('tree-undo').click()
  await expect(versions.nth(0)).toHaveAttribute('data-current', 'true')
  await page.getByTestId('tree-redo').click()
  await expect(versions.nth(2)).toHaveAttribute('data-current', 'true')
  expect(await violationsOf(page)).toEqual([])
})

test('all by keyboard alone', async ({ open: page }) => {
  test.setTimeout(180_000)
  await makeResults(page, ['clay', 'pencil', 'pop-art'])
  await page.keyboard.press('Escape')
  await page.locator('body').press('h')
  await expect(items(page)).toHaveCount(3)
  await page.getByTestId('gallery-search').focus()
  await page.keyboard.type('coffee')
  await expect(page.getByTestId('gallery-count')).toHaveText('3 results')
  // From the search over the filters to the grid, by Tab alone.
  for (let n = 0; n < 20; n++) {
    await page.keyboard.press('Tab')
    if (
      await items(page)
        .first()
        .evaluate((element) => element === document.activeElement)
    )
      break
  }
  await expect(items(page).first()).toBeFocused()
  await page.keyboard.press('Home')
  await page.keyboard.press('3')
  await expect(page.getByTestId('marks')).toHaveAttribute('data-star', '3')
  await page.keyboard.press('Shift+ArrowRight')
  await expect(page.getByTestId('gallery-count')).toHaveText('2 selected')
  await page.keyboard.press('c')
  await expect(page.getByTestId('compare-pane')).toHaveCount(2)
  await expect(page.getByTestId('compare-back')).toBeFocused()
  await page.keyboard.press('+')
  await page.keyboard.press('Escape')
  await expect(items(page)).toHaveCount(3)
  for (let n = 0; n < 30; n++) {
    if (await page.evaluate(() => document.activeElement?.matches('[data-testid=gallery-item]') ?? false)) break
    await page.keyboard.press('Tab')
  }
  await page.keyboard.press('End')
  await page.keyboard.press('Delete')
  await expect(items(page)).toHaveCount(2)
  await page.keyboard.press('Control+z')
  await expect(items(page)).toHaveCount(3)
  // All at once, before the selection has been fetched, and back from an empty gallery.
  await page.keyboard.press('Control+a')
  await page.keyboard.press('Delete')
  await expect(page.getByTestId('gallery-empty')).toBeVisible()
  await page.keyboard.press('Control+z')
  await expect(items(page)).toHaveCount(3)
  await items(page).last().focus()
  await page.keyboard.press('End')
  await page.keyboard.press('Shift+F10')
  await expect(page.getByRole('menu')).toBeVisible()
  await page.keyboard.press('Enter')
  await expect(page.getByTestId('open-name')).toHaveText('coffee')
})

test('in Chinese, in both themes, without an accessibility violation', async ({ open: page }) => {
  test.setTimeout(180_000)
  await makeResults(page, ['clay', 'pencil'])
  await page.getByTestId('show-gallery').click()
  await expect(items(page)).toHaveCount(2)
  expect(await violationsOf(page)).toEqual([])
  await page.getByTestId('language-zh').click()
  await expect(page.getByTestId('gallery-count')).toHaveText('2 个结果')
  await page.getByTestId('gallery-search').fill('黏土')
  await expect(items(page)).toHaveCount(1)
  await items(page).first().click()
  await expect(page.getByTestId('result-facts')).toContainText('照片')
  expect(await violationsOf(page)).toEqual([])
  await page.screenshot({ path: join(screenshots, '67-gallery-zh.png') })
  await page.getByTestId('gallery-search').fill('')
  await expect(items(page)).toHaveCount(2)
  await page.getByTestId('theme').click()
  await items(page).first().click()
  await page.keyboard.press('5')
  await page.keyboard.press('Control+a')
  expect(await violationsOf(page)).toEqual([])
  await page.screenshot({ path: join(screenshots, '68-gallery-light.png') })
  await page.keyboard.press('c')
  await expect(page.getByTestId('compare-pane')).toHaveCount(2)
  expect(await violationsOf(page)).toEqual([])
  await page.screenshot({ path: join(screenshots, '69-compare-light.png') })
  await page.getByTestId('compare-back').click()
  await page.getByTestId('scope-trash').click()
  await expect(page.getByTestId('gallery-empty')).toContainText('回收站是空的')
  expect(await violationsOf(page)).toEqual([])
})
