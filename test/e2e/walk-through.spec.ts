import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Locator, Page } from '@playwright/test'
import sharp from 'sharp'
import { startFakeComfyUi, type FakeComfyUi } from '../fakes/comfyui/fake-comfyui'
import {
  bringPhoto,
  chelsea,
  coffee,
  copyAs,
  dragOnto,
  dropFiles,
  engineTime,
  expect,
  jobs,
  middleOf,
  ownFolder,
  screenshots,
  test,
} from './studio'

test.use({ trace: 'off' })

// What the draft engine can't do, pictures from words, is drawn by the test double.
let server: FakeComfyUi
test.beforeAll(async () => {
  await mkdir(screenshots, { recursive: true })
  server = await startFakeComfyUi({ stepMs: 20 })
})
test.afterAll(() => server.close())

/** Tab presses that lead once around the fullest screen. */
const oneRound = 150

/** Presses Tab until the element, or something in it, has the focus: what can't be reached so can't be used without a mouse. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  await expect(target).toBeVisible()
  for (let presses = 0; presses < oneRound; presses++) {
    if (await target.evaluate((element) => element.contains(document.activeElement))) return
    await page.keyboard.press('Tab')
  }
  throw new Error('Tab does not reach it')
}

/** Moves by an arrow key, within what has the focus, until the element has it. */
async function arrowTo(page: Page, target: Locator, key: 'ArrowRight' | 'ArrowDown'): Promise<void> {
  for (let presses = 0; presses < 40; presses++) {
    if (await target.evaluate((element) => element === document.activeElement)) return
    await page.keyboard.press(key)
  }
  throw new Error(`${key} does not reach it`)
}

/** The words that a walk looks for. */
const words = {
  en: {
    lang: 'en',
    view: 'Front right, elevated',
    front: 'Front',
    last: 'Front left',
    eight: 'Make 8 views',
    starred: 'starred',
    prompt: 'a red mug on a white table, in the morning',
    mid: 'Middle of sketch 2',
    final: 'Final of sketch 2',
    search: 'pencil',
    found: 'Pencil',
  },
  zh: {
    lang: 'zh-CN',
    view: '右前方 · 高角度',
    front: '正面',
    last: '左前方',
    eight: '生成 8 个视角',
    starred: '已加星',
    prompt: '清晨白桌上的红色马克杯',
    mid: '草图 2 的中稿',
    final: '草图 2 的成稿',
    search: '铅笔',
    found: '铅笔',
  },
}

/** How the studio is used in a walk. Each step ends where its mouse and its keyboard way come together. */
interface Hand {
  press(target: Locator): Promise<void>
  speakChinese(): Promise<void>
  bringFirst(): Promise<void>
  bring(files: string[]): Promise<void>
  raiseCamera(): Promise<void>
  chooseEight(): Promise<void>
  makeViews(): Promise<void>
  redo(cell: Locator): Promise<void>
  star(cell: Locator): Promise<void>
  select(cell: Locator): Promise<void>
  turn(label: Locator, say: { front: string; last: string }): Promise<void>
  selectAllPictures(items: Locator): Promise<void>
  dropStyle(tile: Locator, onto: Locator): Promise<void>
  write(field: Locator, text: string): Promise<void>
  closeEngines(): Promise<void>
  go(place: 'style' | 'view' | 'compose' | 'library' | 'gallery'): Promise<void>
  chooseResult(item: Locator): Promise<void>
}

function mouse(page: Page): Hand {
  const opener = {
    style: 'mode-style',
    view: 'mode-view',
    compose: 'mode-compose',
    library: 'show-library',
    gallery: 'show-gallery',
  }
  return {
    press: (target) => target.click(),
    speakChinese: () => page.getByTestId('language-zh').click(),
    bringFirst: () => bringPhoto(page),
    bring: (files) =>
      dropFiles(page, files, { x: 720, y: 300 }, async () => {
        await expect(page.getByTestId('drop-sign')).toBeVisible()
      }),
    async raiseCamera() {
      const label = page.getByTestId('camera-label')
      const before = (await label.textContent()) ?? ''
      // The scene comes after its handles: a hand that was too quick takes hold once more.
      await expect(async () => {
        const from = await middleOf(page.getByTestId('camera-elevation'))
        await page.mouse.move(from.x, from.y)
        await page.mouse.down()
        await page.mouse.move(from.x + 1, from.y - 34, { steps: 8 })
        await page.mouse.up()
        await expect(label).not.toHaveText(before, { timeout: 2_000 })
      }).toPass()
      await page.getByTestId('run-views').click()
    },
    chooseEight: () => page.getByTestId('sheet-8').click(),
    makeViews: () => page.getByTestId('run-views').click(),
    async redo(cell) {
      await cell.hover()
      await cell.getByTestId('sheet-redo-cell').click()
    },
    async star(cell) {
      await cell.hover()
      await cell.getByTestId('sheet-star').click()
    },
    select: (cell) => cell.click(),
    async turn(label, { front }) {
      await page.getByTestId('sheet-way-turn').click()
      const { x, y } = await middleOf(page.getByTestId('turntable-stage'))
      await page.mouse.move(x, y)
      await page.mouse.down()
      await page.mouse.move(x + 190, y, { steps: 10 })
      await page.mouse.up()
      await expect(label).not.toHaveText(front)
    },
    async selectAllPictures(items) {
      await items.nth(0).click()
      for (const n of [1, 2]) await items.nth(n).click({ modifiers: ['Control'] })
    },
    write: (field, text) => field.fill(text),
    closeEngines: () => page.getByTestId('engines').locator('header').getByRole('button').last().click(),
    dropStyle: async (tile, onto) => dragOnto(page, await middleOf(tile), await middleOf(onto)),
    go: (place) => page.getByTestId(opener[place]).click(),
    chooseResult: (item) => item.click(),
  }
}

function keyboard(page: Page): Hand {
  const keys = { style: 's', view: 'v', compose: 'm', library: 'g', gallery: 'h' }
  const enter = async (target: Locator): Promise<void> => {
    await tabTo(page, target)
    await page.keyboard.press('Enter')
  }
  const toCell = async (cell: Locator): Promise<void> => {
    await tabTo(page, page.getByTestId('sheet-grid'))
    await page.keyboard.press('Home')
    await arrowTo(page, cell, 'ArrowRight')
  }
  const openFiles = async (files: string[]): Promise<void> => {
    const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.keyboard.press('Control+o')])
    await chooser.setFiles(files)
  }
  return {
    press: enter,
    async speakChinese() {
      await tabTo(page, page.getByTestId('language-en'))
      await arrowTo(page, page.getByTestId('language-zh'), 'ArrowRight')
      await page.keyboard.press('Space')
    },
    async bringFirst() {
      await expect(page.getByTestId('empty')).toBeVisible()
      await openFiles([coffee])
    },
    bring: openFiles,
    async raiseCamera() {
      await tabTo(page, page.getByTestId('camera-elevation'))
      await page.keyboard.press('ArrowUp')
      await page.keyboard.press('Enter')
    },
    async chooseEight() {
      await tabTo(page, page.getByTestId('sheet-one'))
      await arrowTo(page, page.getByTestId('sheet-8'), 'ArrowRight')
      await page.keyboard.press('Space')
    },
    makeViews: () => page.keyboard.press('Control+Enter'),
    async redo(cell) {
      await toCell(cell)
      await page.keyboard.press('r')
    },
    async star(cell) {
      await toCell(cell)
      await page.keyboard.press('f')
    },
    async select(cell) {
      await toCell(cell)
      await page.keyboard.press('Space')
    },
    async turn(label, { front, last }) {
      await tabTo(page, page.getByTestId('turntable').getByRole('slider'))
      await page.keyboard.press('End')
      await expect(label).toHaveText(last)
      await page.keyboard.press('Home')
      await expect(label).toHaveText(front)
      await page.keyboard.press('ArrowRight')
      await expect(label).not.toHaveText(front)
    },
    async selectAllPictures() {
      await tabTo(page, page.getByTestId('library-scroller'))
      await page.keyboard.press('Control+a')
    },
    async dropStyle(tile) {
      await tabTo(page, page.getByTestId('style-tiles'))
      await page.keyboard.press('Home')
      await arrowTo(page, tile, 'ArrowDown')
      await page.keyboard.press('d')
      await page.keyboard.press('Tab')
      await page.keyboard.press('Enter')
    },
    async write(field, text) {
      await tabTo(page, field)
      await page.keyboard.type(text)
    },
    closeEngines: () => page.keyboard.press('Escape'),
    go: async (place) => page.keyboard.press(keys[place]),
    async chooseResult(item) {
      await tabTo(page, item)
      await page.keyboard.press('Space')
    },
  }
}

// Each hand in each language; each theme in each language and by each hand.
for (const { name, by, language, theme } of [
  { name: 'mouse-en', by: mouse, language: 'en', theme: 'light' },
  { name: 'keyboard-en', by: keyboard, language: 'en', theme: 'dark' },
  { name: 'mouse-zh', by: mouse, language: 'zh', theme: 'dark' },
  { name: 'keyboard-zh', by: keyboard, language: 'zh', theme: 'light' },
] as const) {
  test(`the whole way, ${name}: camera, sheet, styles, sketches, history`, async ({ open: page }) => {
    test.setTimeout(300_000)
    const hand = by(page)
    const say = words[language]
    const shoot = async (state: string): Promise<void> => {
      await page.screenshot({ path: join(screenshots, `walk-${name}-${state}-${theme}.png`) })
    }
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
    if (language === 'zh') await hand.speakChinese()
    await expect(page.locator('html')).toHaveAttribute('lang', say.lang)
    await shoot('00-empty')
    await hand.bringFirst()
    await expect(page.getByTestId('canvas-image').first()).toBeVisible()
    await shoot('01-photo')

    await hand.go('view')
    await hand.raiseCamera()
    await expect(page.getByTestId('camera-label')).toHaveText(say.view)
    await expect(jobs(page, 'done')).toHaveCount(1, { timeout: engineTime })
    await expect(page.getByTestId('version')).toHaveCount(2)
    await shoot('02-view')

    const cell = (view: string): Locator => page.locator(`[data-testid=sheet-cell][data-view="${view}"]`)
    await hand.chooseEight()
    await expect(page.getByTestId('run-views')).toHaveText(say.eight)
    await hand.makeViews()
    await expect(page.getByTestId('sheet-cell')).toHaveCount(8)
    await shoot('03-sheet-running')
    await expect(page.locator('[data-testid=sheet-cell][data-state=done]')).toHaveCount(8, { timeout: engineTime })
    await shoot('04-sheet')
    await hand.redo(cell('back'))
    await expect(cell('back').getByTestId('sheet-take')).toHaveText(/2.+2/u, { timeout: engineTime })
    await hand.star(cell('front'))
    await expect(cell('front')).toContainText(say.starred)
    await hand.select(cell('front-right'))
    await hand.select(cell('front-left'))
    await shoot('05-sheet-selected')
    await hand.press(page.getByTestId('sheet-compare'))
    const compared = page.getByTestId('sheet-compared').getByTestId('canvas-image')
    await expect(compared).toHaveCount(2)
    for (const n of [0, 1]) await expect(compared.nth(n)).toHaveJSProperty('complete', true)
    await shoot('06-sheet-compare')
    await hand.turn(page.getByTestId('turntable-label'), say)
    await shoot('07-turntable')
    await hand.press(page.getByTestId('sheet-export-open'))
    await expect(page.getByTestId('sheet-export')).toBeVisible()
    await shoot('08-sheet-export')
    const download = page.waitForEvent('download')
    await hand.press(page.getByTestId('sheet-export-run'))
    const saved = join(await ownFolder(), 'sheet')
    await (await download).saveAs(saved)
    expect((await readFile(saved)).byteLength).toBeGreaterThan(10_000)
    await expect(page.getByTestId('sheet-export')).toBeHidden()

    const mug = await copyAs(coffee, 'red mug.png')
    await sharp(coffee).modulate({ hue: 120 }).toFile(mug)
    const items = page.getByTestId('library-item')
    await hand.go('style')
    await hand.bring([chelsea, mug])
    await expect(page.getByTestId('show-library')).toContainText('3')
    await hand.go('library')
    await expect(items).toHaveCount(3)
    await hand.selectAllPictures(items)
    await expect(page.getByTestId('library-count')).toContainText('3')
    await hand.dropStyle(page.getByTestId('style-pencil'), items.nth(1))
    await expect(jobs(page)).toHaveCount(13)
    await shoot('09-three-styled')
    await expect(jobs(page, 'done')).toHaveCount(13, { timeout: engineTime })

    // What is done leaves the list, which shows only what is in sight.
    await hand.press(page.getByTestId('queue-clear'))
    await expect(jobs(page)).toHaveCount(0)
    await hand.press(page.getByTestId('open-engines'))
    await hand.press(page.getByTestId('engines-add'))
    await hand.write(page.getByTestId('server-address'), server.url)
    await hand.press(page.getByTestId('server-add'))
    await expect(page.locator(`[data-engine="${server.url}"]`)).toHaveAttribute('data-state', 'ready', { timeout: engineTime })
    await shoot('10-engines')
    await hand.closeEngines()
    await expect(page.getByTestId('engines')).toHaveCount(0)

    await hand.go('compose')
    const drawn = (level: string): Locator => page.getByTestId(`path-${level}`).locator('[data-state=done]')
    await hand.write(page.getByTestId('words-prompt'), say.prompt)
    await hand.press(page.getByTestId('compose-run'))
    await expect(drawn('sketch')).toHaveCount(4, { timeout: engineTime })
    await hand.press(page.getByTestId('path-choose').nth(1))
    await shoot('11-sketches')
    await hand.press(page.getByTestId('refine-mid'))
    await expect(drawn('mid')).toHaveCount(1, { timeout: engineTime })
    await expect(page.getByTestId('path-mid')).toContainText(say.mid)
    await hand.press(page.getByTestId('refine-final'))
    await expect(drawn('final')).toHaveCount(1, { timeout: engineTime })
    await expect(page.getByTestId('path-final')).toContainText(say.final)
    await page.getByTestId('path-final').scrollIntoViewIfNeeded()
    // The board scrolled, and not the whole window with it.
    await expect(page.getByTestId('language-zh')).toBeInViewport({ ratio: 1 })
    await shoot('12-final')

    await hand.go('gallery')
    const results = page.getByTestId('gallery-item')
    await hand.press(page.getByTestId('gallery-search'))
    await shoot('13-gallery')
    await page.keyboard.type(say.search)
    await expect(results).toHaveCount(3)
    await hand.chooseResult(results.first())
    await expect(page.getByTestId('result-facts')).toContainText(say.found)
    await shoot('14-found')
    await hand.press(page.getByTestId('result-remix'))
    await expect(page.getByTestId('canvas-view')).toBeVisible()
    await shoot('15-remixed')
    await page.keyboard.press('Control+Enter')
    await expect(jobs(page)).toHaveCount(7)
    await expect(jobs(page, 'done')).toHaveCount(7, { timeout: engineTime })
    await shoot('16-remix-made')
  })
}
