import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { bringPhoto, chelsea, dropFiles, engineTime, expect, jobs, screenshots, test } from './studio'

test.beforeAll(() => mkdir(screenshots, { recursive: true }))

test('two tabs show the same truth, whichever acts', async ({ open: one, second: two, studio }) => {
  await two.goto(studio.url)
  await expect(two.getByTestId('empty')).toBeVisible()
  await bringPhoto(one)
  await expect(two.getByTestId('show-library')).toHaveText('Library 1')
  await two.getByTestId('show-library').click()
  await two.getByTestId('library-item').dblclick()

  await two.getByTestId('queue-pause').click()
  await expect(one.getByTestId('queue-counts')).toContainText('Paused')
  await one.getByTestId('style-clay').dblclick()
  await one.getByTestId('style-pencil').dblclick()
  for (const tab of [one, two]) await expect(jobs(tab, 'queued')).toHaveCount(2)
  await two.locator('[data-testid=job]').filter({ hasText: 'Pencil' }).getByTestId('job-cancel').click({ force: true })
  for (const tab of [one, two]) await expect(jobs(tab, 'canceled')).toHaveCount(1)
  await one.getByTestId('queue-pause').click()
  for (const tab of [one, two]) {
    await expect(jobs(tab, 'done')).toHaveCount(1, { timeout: engineTime })
    await expect(tab.getByTestId('version')).toHaveCount(2)
  }

  await two.getByTestId('canvas-apply').click()
  for (const tab of [one, two]) await expect(tab.getByTestId('version').nth(1)).toHaveAttribute('data-current', 'true')
  await one.getByTestId('trash').click()
  await expect(two.getByTestId('empty')).toBeVisible()
  await one.getByTestId('toast-undo').click()
  await expect(two.getByTestId('show-library')).toHaveText('Library 1')

  // Also where both have the same setting open.
  for (const tab of [one, two]) {
    await tab.keyboard.press('Control+,')
    await tab.getByTestId('settings-tab-queue').click()
    await expect(tab.getByTestId('settings-keep')).toContainText('All of them')
  }
  await one.getByTestId('settings-keep').click()
  await one.getByRole('option', { name: 'At most so many GB' }).click()
  await one.getByTestId('settings-keep-hold').click()
  await expect(two.getByTestId('settings-keep')).toContainText('At most so many GB')
  await expect(two.getByTestId('settings-keep-told')).toContainText('Nothing goes now')
  await expect(one.getByTestId('settings-keep-hold')).toHaveCount(0)
  await expect(one.getByTestId('settings-keep')).toBeFocused()
  for (const tab of [one, two]) {
    await tab.keyboard.press('Escape')
    await expect(tab.getByTestId('settings')).toHaveCount(0)
  }
  await two.getByTestId('language-zh').click()
  await expect(one.getByTestId('show-canvas')).toHaveText('图片')
})

/** Puts a gate between the page and its socket: closing it breaks the connection and refuses new ones. */
async function gate(page: Page): Promise<{ shut(): Promise<void>; open(): void }> {
  let isShut = false
  const sockets = new Set<{ close(): Promise<void> }>()
  await page.routeWebSocket(/\/socket$/u, (socket) => {
    if (isShut) return void socket.close()
    socket.connectToServer()
    sockets.add(socket)
  })
  return {
    async shut() {
      isShut = true
      await Promise.all([...sockets].map((socket) => socket.close()))
      sockets.clear()
    },
    open() {
      isShut = false
    },
  }
}

test('a tab whose link was lost says so, comes back by itself and shows what happened meanwhile', async ({
  page,
  second: other,
  studio,
}) => {
  const link = await gate(page)
  await page.goto(studio.url)
  await bringPhoto(page)
  await other.goto(studio.url)
  await expect(other.getByTestId('canvas-image').first()).toBeVisible()

  await link.shut()
  await expect(page.getByTestId('link-lost')).toContainText('Connection lost')
  await page.screenshot({ path: join(screenshots, '34-link-lost.png') })
  await other.getByTestId('style-pencil').dblclick()
  await expect(jobs(other, 'done')).toHaveCount(1, { timeout: engineTime })
  await dropFiles(other, [chelsea], { x: 720, y: 300 })
  await expect(other.getByTestId('show-library')).toHaveText('Library 2')
  await expect(jobs(page)).toHaveCount(0)

  link.open()
  await expect(page.getByTestId('link-lost')).toBeHidden({ timeout: 15_000 })
  await expect(jobs(page, 'done')).toHaveCount(1)
  await expect(page.getByTestId('show-library')).toHaveText('Library 2')
  await expect(page.getByTestId('version')).toHaveCount(2)
})

test('a tab of an earlier start says how to go on', async ({ page, studio }) => {
  await page.goto(studio.url)
  await expect(page.getByTestId('empty')).toBeVisible()
  await studio.restart('same port')
  const denied = page.getByTestId('link-denied')
  await expect(denied).toBeVisible({ timeout: 15_000 })
  await expect(denied).toContainText('Recast was started again and has a new address')
  await expect(denied.getByRole('listitem')).toHaveCount(3)
  await page.screenshot({ path: join(screenshots, '35-link-denied.png') })
  await page.goto('about:blank')
  await page.goto(studio.url)
  await expect(page.getByTestId('empty')).toBeVisible()
})

test('two tabs show the same gallery: stars, collections, the trash, and an undo in the other tab', async ({
  open: one,
  second: two,
  studio,
}) => {
  await bringPhoto(one)
  for (const style of ['clay', 'pencil']) await one.getByTestId(`style-${style}`).dblclick()
  await expect(jobs(one, 'done')).toHaveCount(2, { timeout: engineTime })
  await two.goto(studio.url)
  for (const tab of [one, two]) {
    await tab.getByTestId('show-gallery').click()
    await expect(tab.getByTestId('gallery-item')).toHaveCount(2)
  }
  await one.getByTestId('gallery-item').first().click()
  await one.keyboard.press('4')
  await two.getByTestId('scope-starred').click()
  await expect(two.getByTestId('gallery-item')).toHaveCount(1)
  await one.getByTestId('collection-new').click()
  await one.getByTestId('collection-name').fill('Shared')
  await one.keyboard.press('Enter')
  await expect(two.getByTestId('collection')).toContainText('Shared')
  await two.getByTestId('gallery-item').first().click()
  await two.keyboard.press('Delete')
  await expect(one.getByTestId('gallery-item')).toHaveCount(1)
  await two.getByTestId('toast-undo').click()
  await expect(one.getByTestId('gallery-item')).toHaveCount(2)
})
