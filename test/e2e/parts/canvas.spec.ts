import { expect, test, type Page } from '@playwright/test'
import { previewFacts, watchPreviews } from '../preview-stream'
import { open, servePartsPage } from './parts-page'

servePartsPage()

test.describe('the canvas', () => {
  const frame = (page: Page) => page.getByTestId('canvas-frame').first()

  test('zooms around the pointer: what is under it stays under it', async ({ page }) => {
    await open(page, '?after=none')
    const before = await frame(page).boundingBox()
    if (!before) throw new Error('no frame')
    const at = { x: before.x + before.width * 0.3, y: before.y + before.height * 0.7 }
    await page.mouse.move(at.x, at.y)
    for (let n = 0; n < 5; n++) await page.mouse.wheel(0, -120)
    await expect.poll(async () => (await frame(page).boundingBox())?.width ?? 0).toBeGreaterThan(before.width * 2)
    const after = await frame(page).boundingBox()
    if (!after) throw new Error('no frame')
    expect((at.x - after.x) / after.width).toBeCloseTo(0.3, 2)
    expect((at.y - after.y) / after.height).toBeCloseTo(0.7, 2)
  })

  test('pans with space and with the middle button, fits with 0, is 100 % with 1', async ({ page }) => {
    await open(page, '?after=none')
    await page.getByTestId('canvas-view').focus()
    await page.keyboard.press('1')
    await expect(page.getByTestId('canvas-zoom')).toHaveText('100 %')
    const start = await frame(page).boundingBox()
    expect(start?.width).toBe(600)
    await page.keyboard.down(' ')
    await page.mouse.move(720, 400)
    await page.mouse.down()
    await page.mouse.move(760, 430, { steps: 4 })
    await page.mouse.up()
    await page.keyboard.up(' ')
    await expect.poll(async () => (await frame(page).boundingBox())?.x).toBe((start?.x ?? 0) + 40)
    await page.mouse.down({ button: 'middle' })
    await page.mouse.move(740, 420, { steps: 4 })
    await page.mouse.up({ button: 'middle' })
    await expect.poll(async () => (await frame(page).boundingBox())?.x).toBe((start?.x ?? 0) + 20)
    await page.keyboard.press('ArrowLeft')
    await expect.poll(async () => (await frame(page).boundingBox())?.x).toBe((start?.x ?? 0) + 68)
    await page.keyboard.press('0')
    await expect.poll(async () => (await frame(page).boundingBox())?.width).toBeGreaterThan(600)
  })

  test('paints previews exactly over the original, then gives way to the result', async ({ page }) => {
    await open(page, '?compare=off')
    await page.evaluate(() => window.parts.push(300, 5, 60))
    const canvas = page.getByTestId('canvas-preview')
    await expect(canvas).toHaveAttribute('data-progress', '1')
    const [over, under] = [await canvas.boundingBox(), await frame(page).boundingBox()]
    expect(over).toEqual(under)
    await expect(page.getByTestId('label-right')).toHaveText('Oil painting · preview 62 %')
    await page.getByTestId('canvas-discard').click()
    await expect(page.getByTestId('canvas-preview')).toHaveCount(0)
    await expect(page.locator('[data-testid=layer-after] [data-asset=coffee-9]')).toBeVisible()
  })

  test('shows far more frames than it can without falling behind or keeping bitmaps', async ({ page }) => {
    await watchPreviews(page)
    await open(page)
    await page.evaluate(() => window.parts.push(1024, 400, 0))
    await page.evaluate(() => window.parts.push(1024, 200, 4))
    await expect(page.getByTestId('canvas-preview')).toHaveAttribute('data-progress', '1')
    const counts = async () => (await previewFacts(page)).bitmaps
    await expect.poll(async () => (({ made, closed }) => made - closed)(await counts())).toBe(0)
    // Two views of 600 frames: without dropping there would be 1,200.
    const { made } = await counts()
    expect(made).toBeLessThan(600)
    expect(made).toBeGreaterThan(10)
  })

  test('compares by a divider that keyboard and mouse move, beside each other, and by holding a key', async ({ page }) => {
    await open(page, '?after=result')
    const divider = page.getByRole('slider', { name: 'Where Original and Oil painting meet' })
    await divider.focus()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Shift+ArrowRight')
    await expect(divider).toHaveAttribute('aria-valuenow', '61')
    const [line, at] = [await divider.boundingBox(), await frame(page).boundingBox()]
    if (!line || !at) throw new Error('no divider')
    expect(line.x + line.width / 2).toBeCloseTo(at.x + at.width * 0.61, 0)
    await page.mouse.move(line.x + line.width / 2, line.y + 40)
    await page.mouse.down()
    await page.mouse.move(at.x + at.width * 0.25, line.y + 60, { steps: 4 })
    await page.mouse.up()
    await expect(divider).toHaveAttribute('aria-valuenow', '25')
    await page.screenshot({ path: test.info().outputPath('slider.png') })

    await page.getByTestId('compare-side').click()
    await expect(page.getByTestId('canvas-pane')).toHaveCount(2)
    const right = await page.getByTestId('canvas-frame').nth(1).boundingBox()
    if (!right) throw new Error('no second frame')
    await page.mouse.move(right.x + 60, right.y + 40)
    await page.mouse.wheel(0, -240)
    await expect
      .poll(async () => (await page.getByTestId('canvas-frame').nth(1).boundingBox())?.width)
      .toBeGreaterThan(right.width * 1.3)
    const [one, two] = [
      await page.getByTestId('canvas-frame').first().boundingBox(),
      await page.getByTestId('canvas-frame').nth(1).boundingBox(),
    ]
    expect(one?.width).toBeCloseTo(two?.width ?? 0, 2)
    expect(one?.y).toBeCloseTo(two?.y ?? -1, 2)
    expect((two?.x ?? 0) + (two?.width ?? 0) * (60 / right.width)).toBeCloseTo(right.x + 60, 0)
    await page.screenshot({ path: test.info().outputPath('side.png') })

    await page.getByTestId('compare-off').click()
    await expect(page.getByTestId('layer-after')).toBeVisible()
    await page.keyboard.down('\\')
    await expect(page.getByTestId('layer-after')).toBeHidden()
    await page.keyboard.up('\\')
    await expect(page.getByTestId('layer-after')).toBeVisible()
  })

  test('says what to do when the picture can not be loaded', async ({ page }) => {
    await open(page, '?after=none&state=broken')
    await expect(page.getByRole('alert')).toContainText('load it again')
  })
})
