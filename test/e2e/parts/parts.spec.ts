import type { Server } from 'node:http'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import AxeBuilder from '@axe-core/playwright'
import { expect, test, type Page } from '@playwright/test'
import { serveParts } from './serve'

const samples = resolve(import.meta.dirname, '../../../resources/samples')
const job = '00000000-0000-4000-8000-000000000001'
const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`

let url = ''
let server: Server
let work = ''

test.beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), 'recast-parts-'))
  ;({ url, server } = await serveParts(join(work, 'page')))
})
test.afterAll(async () => {
  server.close()
  rmSync(work, { recursive: true, force: true })
})

/** Opens the page and fails on anything that the console complains of. */
async function open(page: Page, query = ''): Promise<void> {
  page.on('pageerror', (error) => {
    throw error
  })
  page.on('console', (message) => {
    if (/Content Security Policy/u.test(message.text())) throw new Error(message.text())
  })
  await page.goto(url + query)
  await expect(page.getByTestId('style-tiles')).toBeVisible()
}
const drops = (page: Page) => page.evaluate(() => window.parts.drops)
const calls = (page: Page) => page.evaluate(() => window.parts.calls)
const item = (page: Page, n: number) => page.locator(`[data-picture="${uuid(n)}"]`)

/** Drags by the mouse, as a hand does: down, off, over, up. */
async function drag(
  page: Page,
  from: { x: number; y: number },
  to: { x: number; y: number },
  before?: () => Promise<void>,
): Promise<void> {
  await page.mouse.move(from.x, from.y)
  await page.mouse.down()
  await page.mouse.move(from.x + 8, from.y + 8)
  await page.mouse.move(to.x - 4, to.y, { steps: 5 })
  await page.mouse.move(to.x, to.y)
  await page.waitForTimeout(60)
  await before?.()
  await page.mouse.up()
}
async function middle(page: Page, selector: string): Promise<{ x: number; y: number }> {
  const box = await page.locator(selector).first().boundingBox()
  if (!box) throw new Error(`${selector} is not on the screen`)
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 }
}

/** Lets the browser drag real files of this machine over a point, and drops them there. */
async function dropFiles(page: Page, files: string[], at: { x: number; y: number }, before?: () => Promise<void>): Promise<void> {
  const session = await page.context().newCDPSession(page)
  const data = { items: [], files, dragOperationsMask: 1 }
  for (const type of ['dragEnter', 'dragOver', 'dragOver'] as const) {
    await session.send('Input.dispatchDragEvent', { type, ...at, data })
    await page.waitForTimeout(40)
  }
  await before?.()
  await session.send('Input.dispatchDragEvent', { type: 'dragOver', ...at, data })
  await session.send('Input.dispatchDragEvent', { type: 'drop', ...at, data })
  await session.detach()
}

test.describe('dragging', () => {
  test('style tile onto the photo, with its zone named', async ({ page }) => {
    await open(page, '?after=none')
    await drag(page, await middle(page, '[data-style=clay]'), await middle(page, '[data-testid=canvas-view]'), async () => {
      await expect(page.getByTestId('canvas-drop-zones')).toHaveText('Restyle coffee as Clay')
      await page.screenshot({ path: test.info().outputPath('tile-over-photo.png') })
    })
    expect(await drops(page)).toEqual([
      {
        action: {
          do: 'restyle',
          styleId: 'clay',
          title: 'Clay',
          pictures: [{ pictureId: 'open', assetId: 'coffee-0', name: 'coffee' }],
        },
      },
    ])
    await expect(page.getByTestId('canvas-drop-zones')).toHaveCount(0)
  })

  test('photo of the canvas onto a tile, photo of the library onto a tile', async ({ page }) => {
    await open(page, '?after=none')
    await drag(page, await middle(page, '[data-testid=canvas-frame]'), await middle(page, '[data-style=anime]'))
    await drag(page, await middle(page, `[data-picture="${uuid(1)}"]`), await middle(page, '[data-style=pencil]'))
    expect((await drops(page)).map(({ action }) => action)).toMatchObject([
      { do: 'restyle', styleId: 'anime', pictures: [{ pictureId: 'open' }] },
      { do: 'restyle', styleId: 'pencil', pictures: [{ pictureId: uuid(1), name: 'chelsea 1' }] },
    ])
  })

  test('tile onto an item, tile onto a selection, selection onto a tile', async ({ page }) => {
    await open(page)
    await drag(page, await middle(page, '[data-style=clay]'), await middle(page, `[data-picture="${uuid(3)}"]`))
    await item(page, 0).click()
    await item(page, 2).click({ modifiers: ['Shift'] })
    await drag(page, await middle(page, '[data-style=clay]'), await middle(page, `[data-picture="${uuid(1)}"]`), async () => {
      await expect(item(page, 1)).toContainText('Restyle 3 pictures as Clay')
      await page.screenshot({ path: test.info().outputPath('tile-over-selection.png') })
    })
    await drag(page, await middle(page, `[data-picture="${uuid(2)}"]`), await middle(page, '[data-style=anime]'))
    const done = (await drops(page)).map(({ action }) =>
      action.do === 'restyle' ? [action.styleId, action.pictures.map(({ pictureId }) => pictureId)] : [],
    )
    expect(done).toEqual([
      ['clay', [uuid(3)]],
      ['clay', [uuid(0), uuid(1), uuid(2)]],
      ['anime', [uuid(0), uuid(1), uuid(2)]],
    ])
  })

  test('a photo of the library onto the canvas: to open it, or as the style', async ({ page }) => {
    await open(page, '?after=none')
    const view = await page.getByTestId('canvas-view').boundingBox()
    if (!view) throw new Error('no canvas')
    const from = await middle(page, `[data-picture="${uuid(1)}"]`)
    await drag(page, from, { x: view.x + view.width * 0.25, y: view.y + view.height / 2 })
    await drag(page, from, { x: view.x + view.width * 0.75, y: view.y + view.height / 2 }, async () => {
      await page.screenshot({ path: test.info().outputPath('photo-over-canvas.png') })
    })
    expect((await drops(page)).map(({ action }) => action.do)).toEqual(['open', 'restyle-by'])
  })

  test('a drag that ends nowhere, and one put back by Escape, do nothing and leave no zone', async ({ page }) => {
    await open(page)
    await drag(page, await middle(page, '[data-style=clay]'), await middle(page, '[data-testid=version-strip]'))
    expect(await drops(page)).toEqual([])
    await expect(page.getByTestId('canvas-drop-zones')).toHaveCount(0)
  })

  test('real files and a folder of the system: into the library, as style, onto a tile', async ({ page }) => {
    await open(page)
    const folder = join(work, 'photos')
    mkdirSync(join(folder, 'red'), { recursive: true })
    writeFileSync(join(folder, 'notes.txt'), 'no picture')
    for (const name of ['b.png', 'a.png', 'red/c.png']) writeFileSync(join(folder, name), 'x')
    const coffee = join(samples, 'coffee.png')
    const view = await page.getByTestId('canvas-view').boundingBox()
    if (!view) throw new Error('no canvas')
    const left = { x: view.x + view.width * 0.25, y: view.y + view.height / 2 }
    const right = { x: view.x + view.width * 0.75, y: view.y + view.height / 2 }

    await dropFiles(page, [coffee], right, async () => {
      await expect(page.getByTestId('canvas-drop-zones')).toContainText('Add to the library')
      await expect(page.locator('[data-drop-place=canvas-style]')).toHaveAttribute('data-over', 'true')
      await page.screenshot({ path: test.info().outputPath('file-over-canvas.png') })
    })
    await dropFiles(page, [coffee, join(samples, 'chelsea.png')], left)
    await dropFiles(page, [folder], await middle(page, '[data-testid=library-scroller]'))
    await dropFiles(page, [coffee], await middle(page, '[data-style=clay]'))
    await expect.poll(async () => (await drops(page)).length).toBe(4)
    expect(await drops(page)).toEqual([
      {
        action: { do: 'restyle-by-file', picture: { pictureId: 'open', assetId: 'coffee-0', name: 'coffee' } },
        files: { paths: ['coffee.png'], skipped: 0 },
      },
      { action: { do: 'import', count: 2 }, files: { paths: ['coffee.png', 'chelsea.png'], skipped: 0 } },
      { action: { do: 'import', count: 1 }, files: { paths: ['photos/a.png', 'photos/b.png', 'photos/red/c.png'], skipped: 1 } },
      {
        action: { do: 'import-and-restyle', styleId: 'clay', title: 'Clay', count: 1 },
        files: { paths: ['coffee.png'], skipped: 0 },
      },
    ])
  })

  test('a file that misses every zone does not replace the page', async ({ page }) => {
    await open(page)
    await dropFiles(page, [join(samples, 'coffee.png')], await middle(page, '[data-testid=version-strip]'))
    await page.waitForTimeout(200)
    expect(page.url()).toContain('/parts')
    expect(await drops(page)).toEqual([])
  })
})

test.describe('the keyboard path of a drag', () => {
  test('tile to the photo, to an item; picture to a tile; Escape puts back', async ({ page }) => {
    await open(page, '?after=none')
    await page.getByTestId('style-clay').focus()
    await page.keyboard.press('d')
    await expect(page.getByTestId('drag-announcement')).toHaveText(/Style Clay picked up/u)
    await page.keyboard.press('Tab')
    await expect(page.getByTestId('drag-announcement')).toHaveText(/^Restyle coffee as Clay\. Place 1 of \d+\.$/u)
    await page.keyboard.press('Enter')
    await expect(page.getByTestId('style-clay')).toBeFocused()
    await page.keyboard.press('d')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.press(' ')
    await item(page, 1).focus()
    await page.keyboard.press('d')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Escape')
    await expect(page.getByTestId('drag-announcement')).toHaveText('Put back.')
    expect((await drops(page)).map(({ action }) => (action.do === 'restyle' ? action.pictures[0]?.name : action.do))).toEqual([
      'coffee',
      'chelsea 1',
    ])
  })

  test('Enter on a tile applies it, arrows walk the tiles', async ({ page }) => {
    await open(page)
    await page.getByTestId('style-oil-painting').focus()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowDown')
    await expect(page.getByTestId('style-pop-art')).toBeFocused()
    await page.keyboard.press('Enter')
    expect(await calls(page)).toEqual(expect.arrayContaining(['choose pop-art', 'apply pop-art']))
  })
})

test.describe('the canvas', () => {
  const frame = (page: Page) => page.getByTestId('canvas-frame').first()

  test('zooms around the pointer: what is under it stays under it', async ({ page }) => {
    await open(page, '?after=none')
    const before = await frame(page).boundingBox()
    if (!before) throw new Error('no frame')
    const at = { x: before.x + before.width * 0.3, y: before.y + before.height * 0.7 }
    await page.mouse.move(at.x, at.y)
    for (let n = 0; n < 5; n++) await page.mouse.wheel(0, -120)
    await expect.poll(async () => (await frame(page).boundingBox())?.width ?? 0).toBeGreaterThan(before.width * 2)
    const after = await frame(page).boundingBox()
    if (!after) throw new Error('no frame')
    expect((at.x - after.x) / after.width).toBeCloseTo(0.3, 2)
    expect((at.y - after.y) / after.height).toBeCloseTo(0.7, 2)
  })

  test('pans with space and with the middle button, fits with 0, is 100 % with 1', async ({ page }) => {
    await open(page, '?after=none')
    await page.getByTestId('canvas-view').focus()
    await page.keyboard.press('1')
    await expect(page.getByTestId('canvas-zoom')).toHaveText('100 %')
    const start = await frame(page).boundingBox()
    expect(start?.width).toBe(600)
    await page.keyboard.down(' ')
    await page.mouse.move(720, 400)
    await page.mouse.down()
    await page.mouse.move(760, 430, { steps: 4 })
    await page.mouse.up()
    await page.keyboard.up(' ')
    await expect.poll(async () => (await frame(page).boundingBox())?.x).toBe((start?.x ?? 0) + 40)
    await page.mouse.down({ button: 'middle' })
    await page.mouse.move(740, 420, { steps: 4 })
    await page.mouse.up({ button: 'middle' })
    await expect.poll(async () => (await frame(page).boundingBox())?.x).toBe((start?.x ?? 0) + 20)
    await page.keyboard.press('ArrowLeft')
    await expect.poll(async () => (await frame(page).boundingBox())?.x).toBe((start?.x ?? 0) + 68)
    await page.keyboard.press('0')
    await expect.poll(async () => (await frame(page).boundingBox())?.width).toBeGreaterThan(600)
  })

  test('paints previews exactly over the original, then gives way to the result', async ({ page }) => {
    await open(page, '?compare=off')
    await page.evaluate(() => window.parts.push(300, 5, 60))
    const canvas = page.getByTestId('canvas-preview')
    await expect(canvas).toHaveAttribute('data-progress', '1')
    const [over, under] = [await canvas.boundingBox(), await frame(page).boundingBox()]
    expect(over).toEqual(under)
    await expect(page.getByTestId('label-right')).toHaveText('Oil painting · preview 62 %')
    await page.getByTestId('canvas-discard').click()
    await expect(page.getByTestId('canvas-preview')).toHaveCount(0)
    await expect(page.locator('[data-testid=layer-after] [data-asset=coffee-9]')).toBeVisible()
  })

  test('shows far more frames than it can without falling behind or keeping bitmaps', async ({ page }) => {
    await page.addInitScript(() => {
      const counts = { made: 0, closed: 0 }
      const make = window.createImageBitmap.bind(window) as (...values: unknown[]) => Promise<ImageBitmap>
      Object.assign(window, {
        bitmaps: counts,
        createImageBitmap: async (...values: unknown[]) => {
          const bitmap = await make(...values)
          counts.made++
          const close = bitmap.close.bind(bitmap)
          bitmap.close = () => {
            counts.closed++
            close()
          }
          return bitmap
        },
      })
    })
    await open(page)
    await page.evaluate(() => window.parts.push(1024, 400, 0))
    await page.evaluate(() => window.parts.push(1024, 200, 4))
    await expect(page.getByTestId('canvas-preview')).toHaveAttribute('data-progress', '1')
    await page.waitForTimeout(200)
    const counts = await page.evaluate(() => (window as unknown as { bitmaps: { made: number; closed: number } }).bitmaps)
    expect(counts.closed).toBe(counts.made)
    // Two views of 600 frames: without dropping there would be 1,200.
    expect(counts.made).toBeLessThan(600)
    expect(counts.made).toBeGreaterThan(10)
  })

  test('compares by a divider that keyboard and mouse move, beside each other, and by holding a key', async ({ page }) => {
    await open(page, '?after=result')
    const divider = page.getByRole('slider', { name: 'Where Original and Oil painting meet' })
    await divider.focus()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Shift+ArrowRight')
    await expect(divider).toHaveAttribute('aria-valuenow', '61')
    const [line, at] = [await divider.boundingBox(), await frame(page).boundingBox()]
    if (!line || !at) throw new Error('no divider')
    expect(line.x + line.width / 2).toBeCloseTo(at.x + at.width * 0.61, 0)
    await page.mouse.move(line.x + line.width / 2, line.y + 40)
    await page.mouse.down()
    await page.mouse.move(at.x + at.width * 0.25, line.y + 60, { steps: 4 })
    await page.mouse.up()
    await expect(divider).toHaveAttribute('aria-valuenow', '25')
    await page.screenshot({ path: test.info().outputPath('slider.png') })

    await page.getByTestId('compare-side').click()
    await expect(page.getByTestId('canvas-pane')).toHaveCount(2)
    const right = await page.getByTestId('canvas-frame').nth(1).boundingBox()
    if (!right) throw new Error('no second frame')
    await page.mouse.move(right.x + 60, right.y + 40)
    await page.mouse.wheel(0, -240)
    await expect
      .poll(async () => (await page.getByTestId('canvas-frame').nth(1).boundingBox())?.width)
      .toBeGreaterThan(right.width * 1.3)
    const [one, two] = [
      await page.getByTestId('canvas-frame').first().boundingBox(),
      await page.getByTestId('canvas-frame').nth(1).boundingBox(),
    ]
    expect(one?.width).toBeCloseTo(two?.width ?? 0, 2)
    expect(one?.y).toBeCloseTo(two?.y ?? -1, 2)
    expect((two?.x ?? 0) + (two?.width ?? 0) * (60 / right.width)).toBeCloseTo(right.x + 60, 0)
    await page.screenshot({ path: test.info().outputPath('side.png') })

    await page.getByTestId('compare-off').click()
    await expect(page.getByTestId('layer-after')).toBeVisible()
    await page.keyboard.down('\\')
    await expect(page.getByTestId('layer-after')).toBeHidden()
    await page.keyboard.up('\\')
    await expect(page.getByTestId('layer-after')).toBeVisible()
  })

  test('says what to do when the picture can not be loaded', async ({ page }) => {
    await open(page, '?after=none&state=broken')
    await expect(page.getByRole('alert')).toContainText('load it again')
  })
})

test.describe('the library', () => {
  test('of 100,000 pictures keeps under 500 nodes, and the focus wherever it scrolls', async ({ page }) => {
    await page.goto(`${url}?only=grid&items=100000`)
    const scroller = page.getByTestId('library-scroller')
    await item(page, 0).click()
    await scroller.evaluate((element) => element.scrollTo(0, element.scrollHeight))
    await expect(item(page, 99_999)).toBeVisible()
    expect(await page.evaluate(() => document.querySelectorAll('*').length)).toBeLessThan(500)
    await expect(item(page, 0)).toBeFocused()
    await page.keyboard.press('ArrowRight')
    await expect(item(page, 1)).toBeFocused()
    await expect(item(page, 1)).toHaveAttribute('aria-selected', 'true')
    await page.keyboard.press('Control+End')
    await expect(item(page, 99_999)).toBeFocused()
    await page.keyboard.press('Control+a')
    await page.keyboard.press('Home')
    await page.keyboard.press('PageUp')
    await expect(page.locator('[role=option]:focus')).toHaveCount(1)
  })

  test('asks for each page once, before the end is seen', async ({ page }) => {
    await open(page, '?items=1000&page=100')
    const scroller = page.getByTestId('library-scroller')
    for (let n = 0; n < 100; n++) {
      await scroller.evaluate((element) => element.scrollBy(0, 900))
      await page.waitForTimeout(30)
    }
    const asked = (await calls(page)).filter((call) => call.startsWith('more'))
    expect(asked).toEqual(Array.from({ length: 9 }, (_unused, n) => `more ${(n + 1) * 100}`))
    await expect(item(page, 999)).toBeAttached()
  })

  test('selects by mouse and keyboard as lists do', async ({ page }) => {
    await open(page)
    const selected = () => page.locator('[data-testid=library-item][aria-selected=true]').count()
    await item(page, 1).click()
    await item(page, 4).click({ modifiers: ['Shift'] })
    expect(await selected()).toBe(4)
    await item(page, 2).click({ modifiers: ['Control'] })
    expect(await selected()).toBe(3)
    await page.keyboard.press('Control+ArrowRight')
    expect(await selected()).toBe(3)
    await page.keyboard.press(' ')
    expect(await selected()).toBe(2)
    await page.keyboard.press('Escape')
    expect(await selected()).toBe(0)
    await page.keyboard.press('Enter')
    expect(await calls(page)).toContain(`open ${uuid(3)}`)
  })
})

test.describe('the version strip', () => {
  test('walks, compares, opens its menu by key and by mouse', async ({ page }) => {
    await open(page)
    await page.locator('[data-asset=coffee-9][role=option]').focus()
    await page.keyboard.press('c')
    await page.keyboard.press('ArrowRight')
    await expect(page.locator('[data-asset=coffee-12][role=option]')).toHaveAttribute('aria-selected', 'true')
    await page.keyboard.press('Shift+F10')
    await page.getByTestId('menu-export').click()
    await page.locator('[data-asset=coffee-5][role=option]').click({ button: 'right' })
    await expect(page.getByRole('menuitem', { name: 'Compare with Original' })).toBeVisible()
    await page.getByTestId('menu-as-style').click()
    expect(await calls(page)).toEqual(['version compare coffee-9 coffee-0', 'version export coffee-12', 'version style coffee-5'])
  })

  test('paints the running version', async ({ page }) => {
    await open(page)
    await page.evaluate(() => window.parts.push(600, 3, 40))
    const thumb = page.getByTestId('version-run').locator('canvas')
    await expect(thumb).toHaveAttribute('data-progress', '1')
    expect(await thumb.evaluate((canvas: HTMLCanvasElement) => canvas.width)).toBe(256)
  })
})

for (const theme of ['dark', 'light']) {
  for (const language of ['en', 'zh']) {
    test(`no axe violation: ${theme}, ${language}`, async ({ page }) => {
      await open(page, `?theme=${theme}&language=${language}`)
      await page.evaluate(() => window.parts.push(600, 3, 20))
      await page.waitForTimeout(400)
      await page.screenshot({ path: test.info().outputPath(`parts-${theme}-${language}.png`) })
      const { violations } = await new AxeBuilder({ page }).analyze()
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`)).toEqual([])
    })
  }
}

test('no word of the parts is missing in the page', async ({ page }) => {
  await open(page, '?language=zh')
  const text = await page.locator('body').innerText()
  expect(text).not.toMatch(/\b(canvas|library|styles|versions|drag)\.[a-z]/u)
  expect(job).toHaveLength(36)
})
