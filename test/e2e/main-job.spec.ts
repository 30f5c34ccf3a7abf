import { existsSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import sharp from 'sharp'
import { bringPhoto, chelsea, coffee, copyAs, dragOnto, dropFiles, expect, middleOf, screenshots, test } from './studio'

test.beforeAll(() => mkdir(screenshots, { recursive: true }))

/** A number that changes with the pixels of the live preview. */
function previewFingerprint(page: Page): Promise<number | undefined> {
  return page.evaluate(() => {
    const canvas = document.querySelector<HTMLCanvasElement>('[data-testid="canvas-preview"]')
    if (!canvas || canvas.width === 0) return undefined
    const pixels = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data
    if (!pixels) return undefined
    let hash = 0
    for (let i = 0; i < pixels.length; i += 97) hash = (hash * 31 + (pixels[i] ?? 0)) | 0
    return hash
  })
}

test('a photo is dropped, a style is dragged onto it, previews are seen, the result is compared, applied, exported and found again', async ({
  open: page,
  studio,
}) => {
  // A larger photo, so that there is time to see previews change.
  const photo = await copyAs(coffee, '产品 photo.png')
  await sharp(coffee).resize(2400, 1600).png().toFile(photo)
  await bringPhoto(page, photo)
  await page.screenshot({ path: join(screenshots, '01-photo.png') })

  const seen = new Set<number>()
  await dragOnto(page, await middleOf(page.getByTestId('style-oil-painting')), await middleOf(page.getByTestId('canvas-view')))
  await expect(page.getByTestId('job').first()).toBeVisible()
  const done = page.getByTestId('canvas-apply').waitFor({ timeout: 60_000 })
  const watch = { over: false }
  void done.then(() => (watch.over = true))
  while (!watch.over) {
    const print = await previewFingerprint(page)
    if (print !== undefined) {
      if (!seen.has(print)) await page.screenshot({ path: join(screenshots, `02-preview-${seen.size}.png`) })
      seen.add(print)
    }
    await page.waitForTimeout(30)
  }
  await done
  expect(seen.size, 'previews that differ').toBeGreaterThanOrEqual(2)
  await page.screenshot({ path: join(screenshots, '03-result.png') })

  const divider = page.getByTestId('compare-divider')
  await expect(divider).toBeVisible()
  const before = await middleOf(divider)
  await divider.focus()
  for (let i = 0; i < 10; i++) await page.keyboard.press('ArrowLeft')
  expect((await middleOf(divider)).x).toBeLessThan(before.x)
  await page.screenshot({ path: join(screenshots, '04-compare.png') })

  await page.getByTestId('canvas-apply').click()
  await expect(page.getByTestId('version')).toHaveCount(2)
  await expect(page.getByTestId('undo')).toBeEnabled()

  await page.getByTestId('export-open').click()
  await page.screenshot({ path: join(screenshots, '05-export.png') })
  const download = page.waitForEvent('download')
  await page.getByTestId('export-download').click()
  const saved = await (await download).path()
  const exported = await sharp(await readFile(saved)).metadata()
  expect(exported).toMatchObject({ width: 2400, height: 1600, format: 'png' })
  expect((await download).suggestedFilename()).toContain('产品 photo')

  await page.goto('about:blank')
  await studio.restart()
  await page.goto(studio.url)
  await expect(page.getByTestId('version')).toHaveCount(2)
  await expect(page.getByTestId('job')).toHaveCount(1)
  await expect(page.getByTestId('open-name')).toContainText('产品 photo')
  await page.screenshot({ path: join(screenshots, '06-after-restart.png') })
})

test('a bad file is told in words, and the good one beside it comes in', async ({ open: page }) => {
  const text = await copyAs(join(import.meta.dirname, 'studio.ts'), 'not-a-picture.png')
  expect(existsSync(text)).toBe(true)
  await expect(page.getByTestId('empty')).toBeVisible()
  await dropFiles(page, [text, chelsea], { x: 720, y: 300 })
  await expect(page.getByTestId('canvas-image').first()).toBeVisible()
  await expect(page.getByTestId('toasts')).toContainText('not-a-picture.png')
  await page.screenshot({ path: join(screenshots, '07-bad-file.png') })
})
