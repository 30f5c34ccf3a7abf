import { createHash } from 'node:crypto'
import { cp, mkdir, readdir, readFile, rename } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Page } from '@playwright/test'
import sharp from 'sharp'
import { expectAccessible } from './accessible'
import { bringPhoto, coffee, dropFiles, engineTime, expect, jobs, middleOf, ownFolder, screenshots, test } from './studio'

test.beforeAll(() => mkdir(screenshots, { recursive: true }))
test.use({ permissions: ['clipboard-read', 'clipboard-write'] })

const names = (page: Page) =>
  jobs(page).evaluateAll((cards) => cards.map((card) => card.getAttribute('aria-label')?.split(',')[0]))

/** The files of the pictures in a data folder. */
async function storedFiles(dataDir: string): Promise<string[]> {
  const entries = await readdir(join(dataDir, 'blobs'), { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}

/** The file of the only picture in a data folder. */
async function storedPhoto(dataDir: string): Promise<string> {
  const files = await storedFiles(dataDir)
  expect(files).toHaveLength(1)
  return files[0] ?? ''
}

/** A photo and a queue that stands still with these styles waiting in it. */
async function waitingJobs(page: Page, ...styles: string[]): Promise<void> {
  await bringPhoto(page)
  await page.getByTestId('queue-pause').click()
  await expect(page.getByTestId('queue-counts')).toContainText('Paused')
  for (const [n, style] of styles.entries()) {
    await page.getByTestId(`style-${style}`).dblclick()
    await expect(jobs(page, 'queued')).toHaveCount(n + 1)
  }
}

test('a paused queue waits; one job or all are canceled and retried; what is finished is cleared, comes back by undo, and stays in the history', async ({
  open: page,
}) => {
  await waitingJobs(page, 'clay', 'pencil')
  await expect(page.getByTestId('queue-counts')).toHaveText('Paused · 0 running · 2 waiting')
  const cancelAll = async (): Promise<void> => {
    await page.getByTestId('queue-menu').click()
    await page.getByTestId('menu-cancel-all').click()
    await expect(page.getByTestId('cancel-all')).toBeVisible()
  }
  await cancelAll()
  await expect(page.getByTestId('cancel-all')).toContainText('2 jobs have not finished')
  await page.keyboard.press('Escape')
  await expect(page.getByTestId('cancel-all')).toHaveCount(0)
  await expect(jobs(page, 'queued')).toHaveCount(2)

  const pencil = jobs(page).filter({ hasText: 'Pencil' })
  await pencil.getByTestId('job-cancel').focus()
  await page.keyboard.press('Enter')
  await expect(pencil).toHaveAttribute('data-state', 'canceled')
  // The button went with the state that it ended; the focus stayed at the card.
  await expect(pencil.getByTestId('job-menu')).toBeFocused()
  await expect(jobs(page, 'queued')).toHaveCount(1)
  await cancelAll()
  await page.getByTestId('cancel-all-confirm').click()
  await expect(page.getByTestId('cancel-all')).toHaveCount(0)
  await expect(jobs(page, 'canceled')).toHaveCount(2)

  for (const [n, name] of ['Pencil', 'Clay'].entries()) {
    const job = jobs(page).filter({ hasText: name })
    await job.hover()
    await job.getByTestId('job-menu').click()
    await page.getByTestId('menu-retry').click()
    await expect(page.getByTestId('menu-retry')).toHaveCount(0)
    await expect(jobs(page, 'queued')).toHaveCount(n + 1)
  }
  await page.getByTestId('queue-pause').click()
  await expect(jobs(page, 'done')).toHaveCount(2, { timeout: engineTime })
  await expect(page.getByTestId('queue-counts')).toHaveText('Nothing waiting')
  await expect(page.getByTestId('version')).toHaveCount(3)

  await page.getByTestId('queue-clear').click()
  await expect(jobs(page)).toHaveCount(0)
  await page.getByTestId('toast-undo').click()
  await expect(jobs(page)).toHaveCount(2)
  await page.keyboard.press('Control+Shift+z')
  await expect(jobs(page)).toHaveCount(0)
  await page.getByTestId('tab-history').click()
  await expect(jobs(page, 'done')).toHaveCount(2)
})

test('a running job is canceled at once, and leaves no version', async ({ open: page }) => {
  // So large that it is not done before the hand is at the button.
  const large = join(await ownFolder(), 'large.png')
  await sharp(coffee).resize(3000).png({ compressionLevel: 1 }).toFile(large)
  await bringPhoto(page, large)
  await page.getByTestId('style-network-04').dblclick()
  await expect(jobs(page, 'running')).toHaveCount(1, { timeout: engineTime })
  await page.getByTestId('job-cancel').click()
  await expect(jobs(page, 'canceled')).toHaveCount(1)
  await expect(page.getByTestId('queue-counts')).toHaveText('Nothing waiting')
  await expect(page.getByTestId('version')).toHaveCount(1)
})

test('waiting jobs are put into another order by the mouse, by the menu and by keys, and it is said', async ({ open: page }) => {
  await waitingJobs(page, 'clay', 'pencil', 'anime')
  expect(await names(page)).toEqual(['Clay', 'Pencil', 'Anime'])
  const anime = jobs(page).filter({ hasText: 'Anime' })
  await anime.hover()
  const grip = await middleOf(anime.getByTestId('job-grip'))
  const first = await middleOf(jobs(page).first())
  await page.mouse.move(grip.x, grip.y)
  await page.mouse.down()
  await page.mouse.move(grip.x, grip.y - 20, { steps: 4 })
  await page.mouse.move(grip.x, first.y - 20, { steps: 8 })
  await page.screenshot({ path: join(screenshots, '32-reorder.png') })
  await page.mouse.up()
  await expect.poll(() => names(page)).toEqual(['Anime', 'Clay', 'Pencil'])
  await anime.hover()
  await anime.getByTestId('job-menu').click()
  await page.getByTestId('menu-last').click()
  await expect.poll(() => names(page)).toEqual(['Clay', 'Pencil', 'Anime'])
  await expect(page.getByTestId('menu-last')).toHaveCount(0)
  const byKeys = anime.getByTestId('job-grip')
  await byKeys.focus()
  await page.keyboard.press('Alt+ArrowUp')
  await expect.poll(() => names(page)).toEqual(['Clay', 'Anime', 'Pencil'])
  await expect(page.getByText('Anime is now number 2 of 3')).toBeAttached()
  await page.keyboard.press('Alt+ArrowUp')
  await expect.poll(() => names(page)).toEqual(['Anime', 'Clay', 'Pencil'])
  await expect(byKeys).toBeFocused()
  // The order is the app's, not the page's.
  await page.reload()
  await expect(jobs(page)).toHaveCount(3)
  expect(await names(page)).toEqual(['Anime', 'Clay', 'Pencil'])
})

test('a job that fails says why and what to do, its details unfold and are copied, and once that is done a retry succeeds', async ({
  page,
  studio,
}) => {
  // Not the watched page: the thumbnails of the lost file are errors in its console.
  await page.goto(studio.url)
  await bringPhoto(page)
  const file = await storedPhoto(studio.dataDir)
  await rename(file, `${file}.away`)
  await page.getByTestId('style-clay').dblclick()
  const failed = jobs(page, 'failed')
  await expect(failed).toHaveCount(1, { timeout: engineTime })
  const card = failed.getByTestId('job-error')
  await expect(card).toContainText('is not there any more')
  await expect(card).toContainText('Add the picture again.')
  await card.getByTestId('error-details').click()
  await page.screenshot({ path: join(screenshots, '33-error-card.png') })
  const details = await card.locator('pre').innerText()
  await card.getByRole('button', { name: 'Copy the details' }).click()
  await expect(page.getByTestId('toast-info')).toContainText('Copied')
  const copied = await page.evaluate(() => navigator.clipboard.readText())
  expect(copied).toBe(details)
  expect(copied).toContain(await failed.getAttribute('data-job'))

  await rename(`${file}.away`, file)
  await jobs(page).getByTestId('job-menu').click()
  await page.getByTestId('menu-retry').click()
  await expect(jobs(page, 'done')).toHaveCount(1, { timeout: engineTime })
  await expect(page.getByTestId('job-error')).toHaveCount(0)
})

test('a folder dropped on a style is one card: it is moved as one, what failed is told and tried again by itself, and all is exported under its name', async ({
  page,
  studio,
}) => {
  const folder = await ownFolder()
  await mkdir(join(folder, 'below'))
  const photos = Array.from({ length: 12 }, (_, n) => `${n < 6 ? '' : 'below/'}photo ${n + 1}.png`)
  for (const [n, name] of photos.entries())
    await sharp({ create: { width: 96, height: 64, channels: 3, background: { r: 20 * n, g: 128, b: 90 } } })
      .png()
      .toFile(join(folder, name))
  // The first photo once more, under another name.
  const twice = join(folder, photos[0] ?? '')
  await cp(twice, join(folder, 'again.png'))
  // Not the watched page: the thumbnail of the lost file is an error in its console.
  await page.goto(studio.url)
  await expect(page.getByTestId('empty')).toBeVisible()
  await page.getByTestId('queue-pause').click()
  await expect(page.getByTestId('queue-counts')).toContainText('Paused')
  await dropFiles(page, [folder], await middleOf(page.getByTestId('style-pencil')))
  const batch = page.getByTestId('batch')
  await expect(batch).toHaveAttribute('data-total', '13')
  await expect(batch).toContainText('12 pictures')
  await expect(page.getByTestId('toasts')).toContainText('One file holds the same photo as another')
  await expect(jobs(page)).toHaveCount(0)

  // A lone job comes first; the whole batch passes it by keys, by the mouse and by its menu.
  await page.getByTestId('library-item').first().click()
  await page.getByTestId('style-clay').dblclick()
  await expect(jobs(page, 'queued')).toHaveCount(1)
  const lines = () =>
    page.locator('[data-testid=job], [data-testid=batch]').evaluateAll((cards) => cards.map((card) => card.dataset['testid']))
  await expect.poll(lines).toEqual(['job', 'batch'])
  const grip = batch.getByTestId('batch-grip')
  await grip.focus()
  await page.keyboard.press('Alt+ArrowUp')
  await expect.poll(lines).toEqual(['batch', 'job'])
  await expect(page.getByText('Pencil is now number 1 of 2')).toBeAttached()
  await page.keyboard.press('Alt+ArrowDown')
  await expect.poll(lines).toEqual(['job', 'batch'])
  await expect(grip).toBeFocused()
  await batch.hover()
  const from = await middleOf(grip)
  const above = await middleOf(jobs(page))
  await page.mouse.move(from.x, from.y)
  await page.mouse.down()
  await page.mouse.move(from.x, from.y - 20, { steps: 4 })
  await page.mouse.move(from.x, above.y - 20, { steps: 8 })
  await page.mouse.up()
  await expect.poll(lines).toEqual(['batch', 'job'])
  await batch.getByTestId('batch-menu').click()
  await page.getByTestId('menu-last').click()
  await expect(page.getByTestId('menu-last')).toHaveCount(0)
  await expect.poll(lines).toEqual(['job', 'batch'])
  await jobs(page).hover()
  await jobs(page).getByTestId('job-cancel').click()
  await expect(jobs(page, 'canceled')).toHaveCount(1)
  await page.getByTestId('queue-clear').click()
  await expect(jobs(page)).toHaveCount(0)

  const hash = createHash('sha256')
    .update(await readFile(twice))
    .digest('hex')
  const lost = (await storedFiles(studio.dataDir)).find((file) => !file.includes(hash)) ?? ''
  await rename(lost, `${lost}.away`)
  await page.getByTestId('queue-pause').click()
  await expect(batch).toHaveAttribute('data-failed', '1', { timeout: engineTime })
  await expect(batch).toHaveAttribute('data-done', '12', { timeout: engineTime })
  await batch.getByTestId('batch-open').click()
  await expect(jobs(page, 'failed').getByTestId('job-error')).toContainText('is not there any more')
  await page.screenshot({ path: join(screenshots, '34-batch-open.png') })
  await batch.getByTestId('batch-open').click()
  await expect(jobs(page)).toHaveCount(0)
  await expectAccessible(page, 'batch', { shot: '35-batch' })
  // The counts are the app's, not the page's.
  await page.reload()
  await expect(batch).toHaveAttribute('data-done', '12')

  await rename(`${lost}.away`, lost)
  await batch.getByTestId('batch-retry').click()
  await expect(batch).toHaveAttribute('data-done', '13', { timeout: engineTime })
  await expect(batch).toHaveAttribute('data-failed', '0')
  await page.getByTestId('show-gallery').click()
  await expect(page.getByTestId('gallery-item')).toHaveCount(12)
  await batch.getByTestId('batch-export').click()
  const preview = page.getByTestId('export-preview')
  await expect(preview).toContainText('photo 1.png')
  await expect(preview).toContainText('again.png')
  await page.getByTestId('export-name').fill('{folder}_{name}_{style}')
  for (const name of ['photo 1', 'again']) await expect(preview).toContainText(`${basename(folder)}_${name}_pencil.png`)
  await page.screenshot({ path: join(screenshots, '36-batch-export.png') })
})
