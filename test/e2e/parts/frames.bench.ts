import { mkdtempSync, rmSync } from 'node:fs'
import type { Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { compareFrames, scrollFrames } from './scroll-frames'
import { serveParts } from './serve'

// A trace takes pictures of the page all the while: it would be measured too.
test.use({ trace: 'off' })

/** Windows of each; fewer for a short look. */
const rounds = Number(process.env['RECAST_BENCH_ROUNDS'] ?? 7)

let url = ''
let server: Server
let work = ''

test.beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), 'recast-frames-'))
  ;({ url, server } = await serveParts(join(work, 'page')))
})
test.afterAll(() => {
  server.close()
  rmSync(work, { recursive: true, force: true })
})

for (const { name, grid: gridPage, bare: barePage, items } of [
  { name: 'the library, 5,000 pictures', grid: 'grid', bare: 'bare', items: 5_000 },
  { name: 'the gallery, 100,000 results', grid: 'gallery', bare: 'gallery-bare', items: 100_000 },
])
  test(`${name}: scrolls with at least 0.95 of the frames of a bare virtualised list`, async ({ page }) => {
    test.setTimeout(180_000)
    const frames = async (what: string): Promise<number> => {
      await page.goto(`${url}?only=${what}&items=${items}`)
      const scroller = page.getByTestId(what === 'gallery' ? 'gallery-scroller' : 'library-scroller')
      await expect(scroller.locator('img').first()).toBeVisible()
      await page.waitForTimeout(400)
      return scrollFrames(scroller)
    }
    await frames(barePage)
    await frames(gridPage)
    const bare: number[] = []
    const grid: number[] = []
    for (let n = 0; n < rounds; n++) {
      bare.push(await frames(barePage))
      grid.push(await frames(gridPage))
    }
    const { ratio, words } = compareFrames(name, grid, bare)
    test.info().annotations.push({ type: 'frames a second', description: words })
    console.log(words)
    expect(ratio).toBeGreaterThanOrEqual(0.95)
  })
