import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from './large-studio'
import { expect, screenshots } from './studio'

test('5,000 pictures and 10,000 jobs: the first screen is there at once, and the last picture and job can be reached', async ({
  page,
  largeUrl,
}) => {
  test.setTimeout(180_000)
  mkdirSync(screenshots, { recursive: true })
  await page.goto(largeUrl)
  await expect(page.getByTestId('job').first()).toBeVisible()
  await page
    .getByRole('radio', { name: /library/i })
    .or(page.getByRole('tab', { name: /library/i }))
    .first()
    .click()
  const scroller = page.getByTestId('library-scroller')
  await expect(page.getByTestId('library-item').first()).toBeVisible()
  await expect(page.getByTestId('library-count')).toContainText('5,000')
  await page.screenshot({ path: join(screenshots, '20-large-library.png') })
  expect(await page.evaluate(() => document.querySelectorAll('*').length)).toBeLessThan(2_000)

  // Newest first: the oldest picture is the last one.
  await expect
    .poll(
      async () => {
        await scroller.evaluate((element) => element.scrollTo({ top: element.scrollHeight }))
        return page.getByTestId('library-item').last().getAttribute('aria-label')
      },
      { timeout: 60_000 },
    )
    .toMatch(/^photo 0\b/)
  await page.screenshot({ path: join(screenshots, '21-large-library-end.png') })
})
