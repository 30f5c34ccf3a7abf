import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { findChromium, softwareWebGlArgs } from '../../scripts/chromium.mjs'
import { bringPhoto, dragOnto, engineTime, expect, jobs, middleOf, screenshots, test } from './studio'

const executablePath = findChromium()
// WebGL without a GPU, as on a machine whose driver is bad.
test.use({ launchOptions: { args: softwareWebGlArgs, ...(executablePath ? { executablePath } : {}) } })
test.beforeAll(() => mkdir(screenshots, { recursive: true }))

const camera = (page: Page, axis: 'azimuth' | 'elevation' | 'distance') => page.getByTestId(`camera-${axis}`)

async function openCamera(page: Page): Promise<void> {
  await bringPhoto(page)
  await page.getByTestId('mode-view').click()
  await expect(page.getByTestId('camera-gizmo')).toBeVisible()
}

/** How often the scene has been drawn. */
const drawn = (page: Page): Promise<number> =>
  page.getByTestId('camera-canvas').evaluate((canvas) => Number(canvas.dataset['frames'] ?? 0))

test('the camera is turned by the mouse, snaps, can be put back in mid-turn, and draws nothing while it rests', async ({
  open: page,
}) => {
  await openCamera(page)
  const canvas = page.getByTestId('camera-canvas')
  await expect(canvas).toBeVisible()
  await expect.poll(() => drawn(page)).toBeGreaterThan(0)
  await expect(page.getByTestId('camera-label')).toHaveText('Front right')

  // By its own handle up the arc to the height above; the draft card turns along.
  const card = page.getByTestId('draft-card').locator('> div')
  const before = await card.getAttribute('style')
  const from = await middleOf(camera(page, 'elevation'))
  await page.mouse.move(from.x, from.y)
  await page.mouse.down()
  await expect(page.getByTestId('camera-gizmo')).toHaveAttribute('data-held', 'elevation')
  await page.mouse.move(from.x + 1, from.y - 34, { steps: 8 })
  await expect(page.getByTestId('camera-label')).toHaveText('Front right, elevated')
  expect(await card.getAttribute('style')).not.toBe(before)
  await page.keyboard.press('Escape')
  await page.mouse.up()
  await expect(page.getByTestId('camera-label')).toHaveText('Front right')
  await page.mouse.move(from.x, from.y)
  await page.mouse.down()
  await page.mouse.move(from.x + 1, from.y - 34, { steps: 8 })
  await page.mouse.up()
  await expect(camera(page, 'elevation')).toHaveAttribute('aria-valuenow', '30')
  await expect(page.getByTestId('camera-prompt')).toHaveText('<sks> front-right quarter view elevated shot medium shot')

  // At rest nothing is drawn; the turn of a hand is.
  await page.waitForTimeout(500)
  const rest = await drawn(page)
  await page.waitForTimeout(1_000)
  expect(await drawn(page)).toBe(rest)
  await page.mouse.move(10, 400)
  await page.waitForTimeout(300)
  expect(await drawn(page)).toBe(rest)
  await camera(page, 'azimuth').press('ArrowRight')
  await expect.poll(() => drawn(page)).toBeGreaterThan(rest)
  await page.screenshot({ path: join(screenshots, '36-camera.png') })
})

test('without WebGL the flat gizmo does the same: front-right, elevated, and its view is made', async ({ open: page }) => {
  await page.addInitScript(() => {
    const real = HTMLCanvasElement.prototype.getContext
    HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement, kind: string, ...rest: never[]) {
      return /webgl/u.test(kind) ? null : real.call(this, kind as '2d', ...rest)
    } as typeof real
  })
  await page.reload()
  await openCamera(page)
  await expect(page.getByTestId('camera-svg')).toBeVisible()
  // Somewhere beside the handles: a free turn, around and up at once.
  const box = await page.getByTestId('camera-gizmo').boundingBox()
  if (!box) throw new Error('no gizmo')
  await page.mouse.move(box.x + 20, box.y + 40)
  await page.mouse.down()
  await page.mouse.move(box.x + 26, box.y + 2, { steps: 6 })
  await page.mouse.up()
  await expect(page.getByTestId('camera-label')).toHaveText('Front right, elevated')
  await page.getByTestId('run-views').click()
  await expect(jobs(page, 'done')).toHaveCount(1, { timeout: engineTime })
  await expect(jobs(page)).toContainText('Front right, elevated')
  await expect(jobs(page).getByTestId('job-line')).toContainText('Layout draft')
  await expect(page.getByTestId('version')).toHaveCount(2)
  await expect(page.getByTestId('facts')).toContainText('the photo as a card in space')
})

test('by keyboard alone, in Chinese: steps, ends, numbers, Enter', async ({ open: page }) => {
  await page.getByTestId('language-zh').click()
  await bringPhoto(page)
  await page.keyboard.press('v')
  await camera(page, 'azimuth').focus()
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('ArrowLeft')
  await expect(camera(page, 'azimuth')).toHaveAttribute('aria-valuetext', '左前方, -45°')
  await page.keyboard.press('Tab')
  await page.keyboard.press('End')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Home')
  await expect(page.getByTestId('camera-label')).toHaveText('左前方 · 俯拍 · 特写')
  const number = page.getByTestId('camera-number-azimuth')
  await number.fill('50')
  await number.press('Tab')
  await expect(page.getByTestId('camera-label')).toHaveText('右前方 · 俯拍 · 特写')
  await expect(page.getByTestId('camera-prompt')).toHaveText('<sks> front-right quarter view high-angle shot close-up')
  await camera(page, 'distance').focus()
  await page.keyboard.press('Enter')
  await expect(jobs(page, 'done')).toHaveCount(1, { timeout: engineTime })
  await expect(jobs(page)).toContainText('右前方 · 俯拍 · 特写')
  await page.screenshot({ path: join(screenshots, '37-camera-zh.png') })
})

test('the camera is dropped on the photo, by mouse and by keys', async ({ open: page }) => {
  await openCamera(page)
  await dragOnto(page, await middleOf(page.getByTestId('camera-drag')), await middleOf(page.getByTestId('canvas-view')))
  await expect(jobs(page, 'done')).toHaveCount(1, { timeout: engineTime })
  await page.getByTestId('camera-drag').focus()
  await page.keyboard.press('d')
  await page.keyboard.press('Tab')
  await expect(page.getByTestId('canvas-drop-zones')).toContainText('See coffee from: Front right')
  await page.keyboard.press('Enter')
  await expect(jobs(page)).toHaveCount(2)
  await expect(jobs(page, 'done')).toHaveCount(2, { timeout: engineTime })
})

test('where the photo was taken is marked, undone, and what relative commands are counted from', async ({ open: page }) => {
  await openCamera(page)
  await page.getByTestId('camera-workflow').click()
  await page.getByRole('option', { name: /2509/u }).click()
  await expect(page.getByTestId('camera-frame')).toHaveText('relative to the photo')
  await expect(page.getByTestId('camera-label')).toHaveText('45° to the right')
  await expect(page.getByTestId('camera-prompt')).toHaveText('将镜头向右旋转45度 Rotate the camera 45 degrees to the right.')
  await page.getByTestId('run-views').click()
  await expect(jobs(page, 'done')).toHaveCount(1, { timeout: engineTime })
  await expect(jobs(page)).toContainText('45° to the right')
  await expect(page.getByTestId('facts')).toContainText('Camera relative to the photo')

  await page.getByTestId('camera-mark').click()
  await expect(page.getByTestId('camera-label')).toHaveText('Front right')
  await expect(page.getByTestId('camera-prompt')).toHaveText(/no words/u)
  await expect(page.getByTestId('run-views')).toBeDisabled()
  await camera(page, 'azimuth').press('ArrowRight')
  await expect(page.getByTestId('camera-label')).toHaveText('Right side')
  await expect(page.getByTestId('camera-prompt')).toHaveText(/将镜头向右旋转45度/u)
  await page.getByTestId('undo').click()
  await expect(page.getByTestId('camera-label')).toHaveText('90° to the right')
})

test('free camera words are sent as they are; what the draft engine does not know is refused in words', async ({
  open: page,
}) => {
  await openCamera(page)
  await page.getByTestId('language-zh').click()
  await page.getByTestId('view-prompt').fill('Next Scene：将镜头向左旋转45度')
  await expect(page.getByTestId('camera-prompt')).toHaveText('Next Scene：将镜头向左旋转45度')
  await page.getByTestId('run-views').click()
  await expect(jobs(page, 'done')).toHaveCount(1, { timeout: engineTime })
  await expect(jobs(page)).toContainText('Next Scene：将镜头向左旋转45度')
  await expect(page.getByTestId('facts')).toContainText('镜头相对于照片')
  await page.getByTestId('view-prompt').fill('黄昏时的水下')
  await page.getByTestId('run-views').click()
  await expect(page.getByTestId('toast-bad')).toContainText('草稿引擎不认识这些描述中的机位')
  await expect(jobs(page)).toHaveCount(1)
})
