import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { calls, drag, dropFiles, drops, item, middle, open, samples, uuid, workFolder, servePartsPage } from './parts-page'

servePartsPage()

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
    const folder = join(workFolder(), 'photos')
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
