import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { bringPhoto, engineTime, expect, jobs, screenshots, test } from './studio'

test.beforeAll(() => mkdir(screenshots, { recursive: true }))

async function viewsOfPhoto(page: Page): Promise<void> {
  await bringPhoto(page)
  await page.getByTestId('mode-view').click()
  await expect(page.getByTestId('run-views')).toHaveText('Choose a view')
}

test('one pose is made, said to be a layout draft, and can be asked for again', async ({ open: page }) => {
  await viewsOfPhoto(page)
  await page.getByTestId('view-right').click()
  await expect(page.getByTestId('run-views')).toHaveText('Make one view')
  await page.getByTestId('run-views').click()
  await expect(jobs(page, 'done')).toHaveCount(1, { timeout: engineTime })
  await expect(jobs(page)).toContainText('Right side')
  await expect(jobs(page).getByTestId('job-line')).toContainText('Layout draft')
  await expect(page.getByTestId('version')).toHaveCount(2)
  await expect(page.getByTestId('facts')).toContainText('the photo as a card in space')
  await page.getByTestId('sheet-own').click()
  await page.getByTestId('use-all').click()
  await expect(page.getByTestId('view-right')).toHaveAttribute('aria-pressed', 'true')
  await expect(page.getByTestId('run-views')).toHaveText('Make one view')
})

test('sheets of 4 and 8 choose their poses, each can be taken out, and every view is made from the photo', async ({
  open: page,
}) => {
  await viewsOfPhoto(page)
  await page.getByTestId('sheet-4').click()
  await expect(page.getByTestId('run-views')).toHaveText('Make 4 views')
  await page.getByTestId('sheet-8').click()
  await expect(page.getByTestId('run-views')).toHaveText('Make 8 views')
  await page.getByTestId('view-back').click()
  await expect(page.getByTestId('run-views')).toHaveText('Make 7 views')
  await expect(page.getByTestId('sheet-own')).toHaveAttribute('aria-checked', 'true')
  await page.getByTestId('view-back').click()
  await page.getByTestId('run-views').click()
  await expect(jobs(page, 'done')).toHaveCount(8, { timeout: engineTime })
  await expect(page.getByTestId('version')).toHaveCount(9)
  await page.screenshot({ path: join(screenshots, '36-views.png') })

  // A view is applied, and one more asked for: it comes from the photo, not from the view.
  await page.getByTestId('version').nth(2).click()
  await page.getByTestId('canvas-apply').click()
  await expect(page.getByTestId('version').nth(2)).toHaveAttribute('data-current', 'true')
  await page.getByTestId('sheet-own').click()
  await page.getByTestId('view-left').click()
  await page.getByTestId('run-views').click()
  await expect(jobs(page, 'done')).toHaveCount(9, { timeout: engineTime })
  await expect(page.getByTestId('version').last()).toHaveAttribute('aria-label', /made from Original/u)
})

test('Chinese camera words that name a turn are done; others are refused in words', async ({ open: page }) => {
  await viewsOfPhoto(page)
  await page.getByTestId('language-zh').click()
  await page.getByTestId('view-prompt').fill('将镜头向左旋转45度')
  await page.getByTestId('run-views').click()
  await expect(jobs(page, 'done')).toHaveCount(1, { timeout: engineTime })
  await expect(jobs(page)).toContainText('将镜头向左旋转45度')
  await expect(page.getByTestId('facts')).toContainText('镜头相对于照片')
  await page.getByTestId('view-prompt').fill('黄昏时的水下')
  await page.getByTestId('run-views').click()
  await expect(page.getByTestId('toast-bad')).toContainText('草稿引擎不认识这些描述中的机位')
  await expect(page.getByTestId('toast-bad')).toContainText('请写出机位')
  await expect(jobs(page)).toHaveCount(1)
  await page.screenshot({ path: join(screenshots, '37-views-zh.png') })
})
