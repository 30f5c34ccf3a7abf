import { expect, test } from '@playwright/test'
import { violationsOf } from '../accessible'
import { calls, item, job, open, url, uuid, servePartsPage } from './parts-page'

servePartsPage()

test.describe('the library', () => {
  test('of 100,000 pictures keeps under 500 nodes, and the focus wherever it scrolls', async ({ page }) => {
    await page.goto(`${url}?only=grid&items=100000`)
    const scroller = page.getByTestId('library-scroller')
    await item(page, 0).click()
    await scroller.evaluate((element) => element.scrollTo(0, element.scrollHeight))
    await expect(item(page, 99_999)).toBeVisible()
    expect(await page.evaluate(() => document.querySelectorAll('*').length)).toBeLessThan(500)
    await expect(item(page, 0)).toBeFocused()
    await page.keyboard.press('ArrowRight')
    await expect(item(page, 1)).toBeFocused()
    await expect(item(page, 1)).toHaveAttribute('aria-selected', 'true')
    await page.keyboard.press('Control+End')
    await expect(item(page, 99_999)).toBeFocused()
    await page.keyboard.press('Control+a')
    await page.keyboard.press('Home')
    await page.keyboard.press('PageUp')
    await expect(page.locator('[role=option]:focus')).toHaveCount(1)
  })

  test('asks for each page once, before the end is seen', async ({ page }) => {
    await open(page, '?items=1000&page=100')
    const scroller = page.getByTestId('library-scroller')
    await expect
      .poll(
        async () => {
          await scroller.evaluate((element) => element.scrollBy(0, 900))
          return item(page, 999).count()
        },
        { intervals: [30], timeout: 30_000 },
      )
      .toBe(1)
    const asked = (await calls(page)).filter((call) => call.startsWith('more'))
    expect(asked).toEqual(Array.from({ length: 9 }, (_unused, n) => `more ${(n + 1) * 100}`))
  })

  test('selects by mouse and keyboard as lists do', async ({ page }) => {
    await open(page)
    const selected = () => page.locator('[data-testid=library-item][aria-selected=true]').count()
    await item(page, 1).click()
    await item(page, 4).click({ modifiers: ['Shift'] })
    expect(await selected()).toBe(4)
    await item(page, 2).click({ modifiers: ['Control'] })
    expect(await selected()).toBe(3)
    await page.keyboard.press('Control+ArrowRight')
    expect(await selected()).toBe(3)
    await page.keyboard.press(' ')
    expect(await selected()).toBe(2)
    await page.keyboard.press('Escape')
    expect(await selected()).toBe(0)
    await page.keyboard.press('Enter')
    expect(await calls(page)).toContain(`open ${uuid(3)}`)
  })
})

test('the gallery loses no key, however quickly they follow each other while rows come and go', async ({ page }) => {
  await page.goto(`${url}?only=gallery&items=100000`)
  const at = (index: number) => page.locator(`[data-index="${index}"]`)
  await at(0).click()
  const columns = await page.getByTestId('gallery-item').evaluateAll((items) => {
    const tops = items.map((element) => element.getBoundingClientRect().top)
    return tops.filter((top) => top === tops[0]).length
  })
  for (let n = 0; n < 60; n++) await page.keyboard.press('ArrowDown')
  await expect(at(60 * columns)).toBeFocused()
  await page.keyboard.press('Control+End')
  await page.keyboard.press('ArrowLeft')
  await expect(at(99_998)).toBeFocused()
  await page.keyboard.press('Control+Home')
  await page.keyboard.press('ArrowRight')
  await expect(at(1)).toBeFocused()
})

test.describe('the version strip', () => {
  test('walks, compares, opens its menu by key and by mouse', async ({ page }) => {
    await open(page)
    await page.locator('[data-asset=coffee-9][role=option]').focus()
    await page.keyboard.press('c')
    await page.keyboard.press('ArrowRight')
    await expect(page.locator('[data-asset=coffee-12][role=option]')).toHaveAttribute('aria-selected', 'true')
    await page.keyboard.press('Shift+F10')
    await page.getByTestId('menu-export').click()
    await page.locator('[data-asset=coffee-5][role=option]').click({ button: 'right' })
    await expect(page.getByRole('menuitem', { name: 'Compare with Original' })).toBeVisible()
    await page.getByTestId('menu-as-style').click()
    expect(await calls(page)).toEqual(['version compare coffee-9 coffee-0', 'version export coffee-12', 'version style coffee-5'])
  })

  test('paints the running version', async ({ page }) => {
    await open(page)
    await page.evaluate(() => window.parts.push(600, 3, 40))
    const thumb = page.getByTestId('version-run').locator('canvas')
    await expect(thumb).toHaveAttribute('data-progress', '1')
    expect(await thumb.evaluate((canvas: HTMLCanvasElement) => canvas.width)).toBe(256)
  })
})

for (const theme of ['dark', 'light']) {
  for (const language of ['en', 'zh']) {
    test(`no axe violation: ${theme}, ${language}`, async ({ page }) => {
      await open(page, `?theme=${theme}&language=${language}`)
      await page.evaluate(() => window.parts.push(600, 3, 20))
      await page.waitForTimeout(400)
      await page.screenshot({ path: test.info().outputPath(`parts-${theme}-${language}.png`) })
      expect(await violationsOf(page)).toEqual([])
    })
  }
}

test('no word of the parts is missing in the page', async ({ page }) => {
  await open(page, '?language=zh')
  const text = await page.locator('body').innerText()
  expect(text).not.toMatch(/\b(canvas|library|styles|versions|drag)\.[a-z]/u)
  expect(job).toHaveLength(36)
})
