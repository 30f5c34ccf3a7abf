import { heapOf, openPreviewStream, previewFacts, watchPreviews } from './preview-stream'
import { bringPhoto, expect, jobs, test } from './studio'

test.use({ trace: 'off' })

test('ten jobs send 30 previews a second each: frames are dropped, none is kept, the last of each is shown', async ({ page }) => {
  test.setTimeout(120_000)
  const stream = await openPreviewStream(10)
  try {
    await watchPreviews(page)
    await page.goto(stream.url)
    await bringPhoto(page)
    await page.getByTestId('mode-view').click()
    await page.getByTestId('sheet-8').click()
    await page.getByTestId('run-views').click()
    const cells = page.getByTestId('sheet-preview')
    await expect(cells).toHaveCount(8)
    for (const n of [0, 1]) {
      await page.getByTestId('sheet-cell').nth(n).focus()
      await page.keyboard.press('r')
    }
    await expect(page.locator('[data-testid=job][data-state=running]')).toHaveCount(10)
    await stream.send(30, 30)
    await page.waitForTimeout(400)
    const heapBefore = await heapOf(page)
    const sent = await stream.send(60, 30)
    expect(sent).toBe(600)
    // The last frame of each job is on the screen, however many before it were dropped.
    const lastOf = (cell: number): Promise<number> =>
      cells.nth(cell).evaluate((canvas) => Math.round(Number(canvas.dataset['progress']) * 1e6))
    for (let cell = 0; cell < 8; cell++) await expect.poll(() => lastOf(cell)).toBeGreaterThan(890)
    const facts = await previewFacts(page)
    expect(facts.bitmaps.made).toBeGreaterThan(50)
    expect(facts.bitmaps.mostDecoding).toBeLessThanOrEqual(2)
    expect(facts.bitmaps.mostOpen).toBeLessThanOrEqual(2)
    expect(facts.bitmaps.closed).toBe(facts.bitmaps.made)
    expect(facts.urls.revoked).toBe(facts.urls.made)
    expect(await heapOf(page)).toBeLessThan(heapBefore * 1.1)

    stream.release()
    await expect(jobs(page, 'done')).toHaveCount(10)
    await expect(cells).toHaveCount(0)
    const after = await previewFacts(page)
    expect(after.bitmaps.closed).toBe(after.bitmaps.made)
  } finally {
    await stream.close()
  }
})
