import { mkdtempSync, rmSync } from 'node:fs'
import type { Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
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
      return scroller.evaluate(
        (element) =>
          new Promise<number>((done) => {
            const began = performance.now()
            let count = 0
            const step = (now: number): void => {
              count++
              // 2,400 px a second, as a quick hand on the wheel; by time, so that a slow one has no less to show.
              element.scrollTop = ((now - began) * 2.4) % (element.scrollHeight - element.clientHeight)
              if (now - began < 1500) requestAnimationFrame(step)
              else done((count * 1000) / (now - began))
            }
            requestAnimationFrame(step)
          }),
      )
    }
    // Turn and turn about. What else the machine does can only take frames away, so the best window of each is compared;
    // the medians are said beside it.
    await frames(barePage)
    await frames(gridPage)
    const bare: number[] = []
    const grid: number[] = []
    for (let n = 0; n < rounds; n++) {
      bare.push(await frames(barePage))
      grid.push(await frames(gridPage))
    }
    const median = (values: number[]): string => (values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0).toFixed(1)
    const ratio = Math.max(...grid) / Math.max(...bare)
    const words = `${name}: best: grid ${Math.max(...grid).toFixed(1)}, bare ${Math.max(...bare).toFixed(1)}, ratio ${ratio.toFixed(3)}; medians: ${median(grid)}, ${median(bare)}`
    test.info().annotations.push({ type: 'frames a second', description: words })
    console.log(words)
    expect(ratio).toBeGreaterThanOrEqual(0.95)
  })
