import type { Page } from '@playwright/test'
import { heapOf, openPreviewStream, percentile, previewFacts, watchPreviews } from './preview-stream'
import { bringPhoto, expect, test } from './studio'

// A trace takes pictures of the page all the while: it would be measured too.
test.use({ trace: 'off' })

/** Opens the sheet with as many views running as asked. */
async function runViews(page: Page, url: string, count: 8 | 24): Promise<void> {
  await page.goto(url)
  await bringPhoto(page)
  await page.getByTestId('mode-view').click()
  await page.getByTestId(`sheet-${count}`).click()
  await page.getByTestId('run-views').click()
  await expect(page.getByTestId('sheet-preview')).toHaveCount(count)
}

const cases = [
  { name: 'ten jobs, 30 previews a second each', count: 8, more: 2, aSecond: 30 },
  { name: 'a sheet of 24, at the ten a second that the app sends', count: 24, more: 0, aSecond: 10 },
] as const

for (const { name, count, more, aSecond } of cases) {
  test(name, async ({ page }) => {
    const stream = await openPreviewStream(count + more)
    try {
      await watchPreviews(page)
      await runViews(page, stream.url, count)
      if (more > 0) {
        await page.getByTestId('sheet-cell').nth(0).focus()
        await page.keyboard.press('r')
        await page.getByTestId('sheet-cell').nth(1).focus()
        await page.keyboard.press('r')
      }
      // Once through everything, so that what is made once is there.
      await stream.send(aSecond, aSecond)
      await page.waitForTimeout(500)
      const [heapBefore, before] = [await heapOf(page), await previewFacts(page)]
      const sent = await stream.send(6 * aSecond, aSecond)
      // What is painted from now on is the last frame of each job, for which there is no hurry.
      const during = await previewFacts(page)
      await page.waitForTimeout(500)
      const after = await previewFacts(page)
      const heapAfter = await heapOf(page)
      const drawn = during.drawn.slice(before.drawn.length)
      const shown = during.shown.slice(before.shown.length)
      const refreshes = during.refreshes.slice(before.refreshes.length)
      const ms = (values: readonly number[], share: number): string => percentile(values, share).toFixed(1)
      const words = [
        `sent ${sent}, arrived ${after.arrived - before.arrived}, painted ${drawn.length}`,
        `drawn after arrival p50 ${ms(drawn, 0.5)} p99 ${ms(drawn, 0.99)}`,
        `shown p50 ${ms(shown, 0.5)} p99 ${ms(shown, 0.99)}`,
        `refreshes a second ${(1000 / percentile(refreshes, 0.5)).toFixed(0)}, p99 ${ms(refreshes, 0.99)}`,
        `bitmaps ${after.bitmaps.made} closed ${after.bitmaps.closed}, at most ${after.bitmaps.mostOpen} open, ${after.bitmaps.mostDecoding} decoding`,
        `heap ${(heapBefore / 1e6).toFixed(1)} → ${(heapAfter / 1e6).toFixed(1)} MB`,
      ].join('; ')
      test.info().annotations.push({ type: 'previews', description: words })
      console.log(`${name}: ${words}`)
      expect(after.bitmaps.closed).toBe(after.bitmaps.made)
      expect(after.urls.revoked).toBe(after.urls.made)
      expect(heapAfter).toBeLessThan(heapBefore * 1.1)
      expect(percentile(drawn, 0.99)).toBeLessThanOrEqual(25)
    } finally {
      await stream.close()
    }
  })
}
