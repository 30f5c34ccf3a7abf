import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import sharp from 'sharp'
import {
  bringPhoto,
  chelsea,
  coffee,
  dragOnto,
  dropFiles,
  engineTime,
  expect,
  jobs,
  middleOf,
  ownFolder,
  screenshots,
  test,
} from './studio'

test.beforeAll(() => mkdir(screenshots, { recursive: true }))

/** The queue stands still, so that what a drag asked for can be looked at. */
async function pauseQueue(page: Page): Promise<void> {
  await page.getByTestId('queue-pause').click()
  await expect(page.getByTestId('queue-counts')).toContainText('Paused')
}

/** A folder with pictures in it and below it, and a text file that is none. */
async function folderOfPhotos(): Promise<string> {
  const folder = await ownFolder()
  await mkdir(join(folder, 'red', 'deep'), { recursive: true })
  const tint = (rotation: number) => sharp(coffee).resize(240).modulate({ hue: rotation })
  await tint(0).png().toFile(join(folder, 'one.png'))
  await tint(90)
    .jpeg()
    .toFile(join(folder, 'red', 'two.jpg'))
  await tint(180)
    .webp()
    .toFile(join(folder, 'red', 'deep', 'three.webp'))
  return folder
}

test('a tile is dragged onto the photo: the zone says what will happen, and it happens; and the photo onto a tile', async ({
  open: page,
}) => {
  await bringPhoto(page)
  await pauseQueue(page)
  const tile = await middleOf(page.getByTestId('style-pencil'))
  const canvas = await middleOf(page.getByTestId('canvas-view'))
  await page.mouse.move(tile.x, tile.y)
  await page.mouse.down()
  await page.mouse.move(tile.x + 10, tile.y + 10, { steps: 4 })
  await page.mouse.move(canvas.x, canvas.y, { steps: 10 })
  const zone = page.getByTestId('canvas-drop-zones')
  await expect(zone).toHaveText('Restyle coffee as Pencil')
  await page.screenshot({ path: join(screenshots, '30-drop-zone.png') })
  await page.mouse.up()
  await expect(zone).toBeHidden()
  await expect(jobs(page, 'queued')).toHaveCount(1)
  await expect(jobs(page)).toContainText('Pencil')

  await dragOnto(page, await middleOf(page.getByTestId('canvas-image').first()), await middleOf(page.getByTestId('style-clay')))
  await expect(jobs(page, 'queued')).toHaveCount(2)
  await expect(jobs(page).last()).toContainText('Clay')
})

test('a folder is dropped: all its pictures come in, at every depth; a tile dragged onto three selected ones is a job for each', async ({
  open: page,
}) => {
  await expect(page.getByTestId('empty')).toBeVisible()
  await dropFiles(page, [await folderOfPhotos(), chelsea], { x: 720, y: 300 })
  const items = page.getByTestId('library-item')
  await expect(items).toHaveCount(4)
  await expect(page.getByTestId('toast-good')).toContainText('4 pictures added')
  for (const name of ['one', 'two', 'three'])
    await expect(page.getByRole('option', { name: new RegExp(`^${name},`, 'u') })).toBeVisible()
  await pauseQueue(page)
  await items.nth(0).click()
  await items.nth(1).click({ modifiers: ['Control'] })
  await items.nth(2).click({ modifiers: ['Control'] })
  await expect(page.getByTestId('library-count')).toHaveText('3 selected')
  await dragOnto(page, await middleOf(page.getByTestId('style-anime')), await middleOf(items.nth(1)))
  await expect(jobs(page, 'queued')).toHaveCount(3)
  const untouched = (await items.nth(3).getAttribute('aria-label'))?.split(',')[0] ?? ''
  expect((await jobs(page).allInnerTexts()).filter((text) => text.includes(untouched))).toEqual([])
})

test('a picture file is dropped on the style zone of the canvas: the photo is painted after it', async ({ open: page }) => {
  await bringPhoto(page)
  const view = await page.getByTestId('canvas-view').boundingBox()
  if (!view) throw new Error('no canvas')
  const right = { x: view.x + view.width * 0.75, y: view.y + view.height / 2 }
  await dropFiles(page, [chelsea], right, async () => {
    await expect(page.getByTestId('canvas-drop-zones')).toContainText('Add to the library')
    await expect(page.locator('[data-drop-place="canvas-style"][data-over=true]')).toHaveText('Use as style for coffee')
  })
  await expect(jobs(page)).toHaveCount(1)
  await expect(jobs(page)).toContainText('Own style picture')
  await expect(page.getByTestId('canvas-apply')).toBeVisible({ timeout: engineTime })
  // The style picture is kept among the style pictures, and is no picture of the library.
  await expect(page.getByTestId('style-picture')).toHaveCount(1)
  await expect(page.getByTestId('show-library')).toHaveText('Library 1')
})

test('files dropped on a tile come in and are restyled', async ({ open: page }) => {
  await expect(page.getByTestId('empty')).toBeVisible()
  await pauseQueue(page)
  await dropFiles(page, [coffee, chelsea], await middleOf(page.getByTestId('style-watercolour')))
  await expect(jobs(page, 'queued')).toHaveCount(2)
  await expect(page.getByTestId('show-library')).toHaveText('Library 2')
})

test('a picture is pasted', async ({ open: page }) => {
  await expect(page.getByTestId('empty')).toBeVisible()
  const bytes = [...(await readFile(chelsea))]
  await page.evaluate((png) => {
    const clipboardData = new DataTransfer()
    clipboardData.items.add(new File([new Uint8Array(png)], 'screenshot.png', { type: 'image/png' }))
    document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))
  }, bytes)
  await expect(page.getByTestId('canvas-image').first()).toBeVisible()
  await expect(page.getByTestId('open-name')).toHaveText('screenshot')
  // The same content again is known: no second entry.
  await dropFiles(page, [chelsea], { x: 720, y: 300 })
  await expect(page.getByTestId('toast-info')).toContainText('here already')
  await expect(page.getByTestId('show-library')).toHaveText('Library 1')
})
