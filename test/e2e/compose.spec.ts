import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import sharp from 'sharp'
import { startFakeComfyUi, type FakeComfyUi } from '../fakes/comfyui/fake-comfyui'
import { chair } from '../graphs/chair'
import { pngChunk, writePng } from '../pictures/png-writer'
import { expectAccessible } from './accessible'
import {
  bringPhoto,
  chelsea,
  coffee,
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

let server: FakeComfyUi
test.beforeAll(async () => {
  await mkdir(screenshots, { recursive: true })
  server = await startFakeComfyUi({ stepMs: 20 })
})
test.afterAll(() => server.close())

/** Adds the double as a server, as a user does. */
async function addServer(page: Page, url = server.url): Promise<void> {
  await page.getByTestId('open-engines').click()
  await page.getByTestId('engines-add').click()
  await page.getByTestId('server-address').fill(url)
  await page.getByTestId('server-add').click()
  await expect(page.locator(`[data-engine="${url}"]`)).toHaveAttribute('data-state', 'ready', { timeout: 15_000 })
  await page.getByTestId('engines').getByRole('button', { name: 'Close' }).click()
  await expect(page.getByTestId('engines')).toHaveCount(0)
}

/** A screenshot in both themes, and axe's findings in both. */
async function look(page: Page, name: string): Promise<void> {
  await page.mouse.move(2, 2)
  await expectAccessible(page, name, { shot: `compose-${name}` })
}

const cells = (page: Page, state: string) => page.locator(`[data-testid=compose-cell][data-state=${state}]`)

test('without a ComfyUI the panel says what to do, keeps what was written, and goes on when a server is added', async ({
  open: page,
}) => {
  test.setTimeout(120_000)
  await page.setViewportSize({ width: 1440, height: 900 })
  await page.getByTestId('mode-compose').click()
  await page.getByTestId('words-prompt').fill('a red mug on a white table')
  await expect(page.getByTestId('compose-none')).toBeVisible()
  await expect(page.getByTestId('compose-run')).toBeDisabled()
  await look(page, 'none')
  await page.getByTestId('compose-engines').click()
  await expect(page.getByTestId('engines')).toBeVisible()
  await page.keyboard.press('Escape')
  await page.reload()
  await expect(page.getByTestId('words-prompt')).toHaveValue('a red mug on a white table')
  await addServer(page)
  await expect(page.getByTestId('compose-none')).toHaveCount(0)
  await expect(page.getByTestId('compose-run')).toBeEnabled()
})

test('what a server lacks is named with its size and place, and leads to the models', async ({ open: page }) => {
  test.setTimeout(120_000)
  const bare = await startFakeComfyUi({ without: ['ae.safetensors', 'flux1-dev-kontext_fp8_scaled.safetensors'] })
  try {
    await addServer(page, bare.url)
    await page.getByTestId('mode-compose').click()
    await page.getByTestId('compose-reference').click()
    await expect(page.getByTestId('compose-lacking')).toContainText('models/', { timeout: 15_000 })
    await expect(page.getByTestId('compose-lacking')).toContainText('GB')
    await expect(page.getByTestId('compose-run')).toBeDisabled()
    await page.getByTestId('compose-models').click()
    await expect(page.getByTestId('models')).toBeVisible()
    await page.keyboard.press('Escape')
  } finally {
    await bare.close()
  }
})

test('a sketch is chosen, refined to the middle and to the final picture; every step is kept', async ({ open: page }) => {
  test.setTimeout(180_000)
  await page.setViewportSize({ width: 1440, height: 900 })
  await addServer(page)
  await page.getByTestId('mode-compose').click()
  await page.getByTestId('words-prompt').fill('a red mug on a white table beside a window, in the morning')
  await page.getByTestId('compose-run').click()
  await expect(page.getByTestId('compose-cell')).toHaveCount(4)
  await expect(page.getByTestId('compose-preview').first()).toHaveAttribute('data-painted', /\d/, { timeout: engineTime })
  await page.screenshot({ path: join(screenshots, 'compose-words-running.png') })
  await expect(cells(page, 'done')).toHaveCount(4, { timeout: engineTime })
  await expect(page.getByTestId('refine-final')).toBeDisabled()
  await page.getByTestId('path-choose').nth(1).click()
  await look(page, 'words-chosen')
  await page.getByTestId('refine-mid').click()
  await expect(page.getByTestId('path-mid').locator('[data-state=done]')).toHaveCount(1, { timeout: engineTime })
  await expect(page.getByTestId('path-mid')).toContainText('Middle of sketch 2')
  await page.getByTestId('refine-final').click()
  await expect(page.getByTestId('path-final').locator('[data-state=done]')).toHaveCount(1, { timeout: engineTime })
  await expect(page.getByTestId('path-sketch').locator('[data-state=done]')).toHaveCount(4)
  await page.getByTestId('path-final').scrollIntoViewIfNeeded()
  await look(page, 'words-final')

  // The same after a reload: the way is the app's, not the page's.
  await page.reload()
  await expect(page.getByTestId('path-final').locator('[data-state=done]')).toHaveCount(1)
  await page.getByTestId('path-open').click()
  await expect(page.getByTestId('version')).toHaveCount(3)
  await expect(page.getByTestId('open-name')).toContainText('red mug')
})

test('the open picture is remixed and enlarged', async ({ open: page }) => {
  test.setTimeout(120_000)
  await page.setViewportSize({ width: 1440, height: 900 })
  await bringPhoto(page)
  await addServer(page)
  await page.getByTestId('mode-compose').click()
  await page.getByTestId('compose-remix').click()
  await page.getByTestId('remix-prompt').fill('the same cup, of blue glass')
  const words = await page.getByTestId('remix-denoise-words').textContent()
  await page.getByTestId('remix-denoise').getByRole('textbox').fill('30')
  await page.keyboard.press('Tab')
  await expect(page.getByTestId('remix-denoise-words')).not.toHaveText(words ?? '')
  await page.getByTestId('remix-final').click()
  await page.getByTestId('compose-run').click()
  await expect(jobs(page, 'done')).toHaveCount(1, { timeout: engineTime })
  await expect(page.getByTestId('version')).toHaveCount(2)
  await look(page, 'remix')
  await page.getByTestId('upscale').click()
  await page.getByTestId('menu-upscale-2').click()
  await expect(jobs(page, 'done')).toHaveCount(2, { timeout: engineTime })
  await expect(page.getByTestId('version')).toHaveCount(3)
})

test('an edit takes two pictures: the open one, and one dropped from the disk', async ({ open: page }) => {
  test.setTimeout(120_000)
  await page.setViewportSize({ width: 1440, height: 900 })
  await addServer(page)
  await page.getByTestId('mode-compose').click()
  await page.getByTestId('compose-reference').click()
  // The board takes photos into the library, as every place in the middle does.
  await dropFiles(page, [coffee], await middleOf(page.getByTestId('board-start')), () =>
    expect(page.getByTestId('drop-sign')).toBeVisible(),
  )
  await expect(page.getByTestId('show-library')).toHaveText('Library 1')
  await page.getByTestId('reference-open').click()
  await expect(page.locator('[data-testid=picture-slot][data-filled]')).toHaveCount(1)
  await dropFiles(page, [chelsea], await middleOf(page.getByTestId('picture-slot').nth(1)))
  await expect(page.locator('[data-testid=picture-slot][data-filled]')).toHaveCount(2)
  await expect(page.getByTestId('show-library')).toHaveText('Library 2')
  await page.getByTestId('reference-prompt').fill('the cat of picture 2 sits beside the cup')
  await page.getByTestId('compose-count-2').click()
  await page.getByTestId('compose-run').click()
  await expect(cells(page, 'done')).toHaveCount(2, { timeout: engineTime })
  await look(page, 'reference')

  // From the library to a place of the panel, with the mouse.
  await page.getByTestId('slot-remove').nth(1).click()
  await expect(page.locator('[data-testid=picture-slot][data-filled]')).toHaveCount(1)
  await page.getByTestId('show-library').click()
  const cat = await middleOf(page.getByTestId('library-item').first())
  await dragOnto(page, cat, await middleOf(page.getByTestId('picture-slot').nth(1)))
  await expect(page.locator('[data-testid=picture-slot][data-filled]')).toHaveCount(2)
})

test('a story is drawn, one scene anew, its scenes moved, and its page exported with Chinese words', async ({ open: page }) => {
  test.setTimeout(180_000)
  await page.setViewportSize({ width: 1440, height: 900 })
  await bringPhoto(page)
  await addServer(page)
  await page.getByTestId('mode-compose').click()
  await page.getByTestId('compose-story').click()
  await expect(page.getByTestId('board-start')).toBeVisible()
  await page.getByTestId('role-add').click()
  await page.getByTestId('role-name').fill('小杯')
  await page.getByTestId('role-description').fill('a small red cup')
  await page.getByTestId('slot-choose').first().click()
  await page.getByTestId('slot-picture').first().click()
  const texts = [
    '小杯在清晨的厨房里醒来，窗外下着雨。',
    '它跳上桌子，看见一只猫。',
    'Both look out of the window, and the rain stops.',
  ]
  for (const [index, text] of texts.entries()) {
    await page.getByTestId('scene-add').click()
    await page.getByTestId('scene-text').nth(index).fill(text)
  }
  await page.getByTestId('compose-run').click()
  await expect(page.getByTestId('scene-card').locator('[data-state=done]')).toHaveCount(3, { timeout: engineTime })
  const second = page.locator('[data-testid=scene-card][data-scene="2"]')
  const before = await second.getByTestId('compose-picture').getAttribute('data-asset')
  await second.getByTestId('scene-redo').click()
  await expect(second.getByTestId('scene-take')).toHaveText('2 / 2', { timeout: engineTime })
  expect(await second.getByTestId('compose-picture').getAttribute('data-asset')).not.toBe(before)
  await look(page, 'story')

  await page.getByTestId('story-page').click()
  await page.getByTestId('page-title').fill('小杯的早晨')
  await expect(page.getByTestId('comic-page')).toHaveAttribute('data-drawn', '3')
  for (const layout of ['strip', 'rows', 'lead', 'grid']) await page.getByTestId(`page-${layout}`).click()
  await look(page, 'page')
  await page.getByTestId('captions-over').click()
  const started = page.waitForEvent('download')
  await page.getByTestId('page-export').click()
  const download = await started
  expect(download.suggestedFilename()).toBe('小杯的早晨.png')
  const file = join(screenshots, 'compose-comic.png')
  await download.saveAs(file)
  const { width, height, channels } = await sharp(file)
    .stats()
    .then(() => sharp(file).metadata())
  expect(width).toBe(1654)
  expect(height).toBeGreaterThan(1000)
  expect(channels).toBeGreaterThanOrEqual(3)
  // Not a blank page: ink, and the pictures' own colours.
  const { entropy } = await sharp(file).stats()
  expect(entropy).toBeGreaterThan(1)
})

test('an own workflow is dropped in, run by its form, renamed and removed; a broken file is refused in words', async ({
  open: page,
}) => {
  test.setTimeout(120_000)
  await page.setViewportSize({ width: 1440, height: 900 })
  const folder = await ownFolder()
  const good = join(folder, 'My chair.json')
  const broken = join(folder, 'broken.json')
  await writeFile(good, JSON.stringify(chair()))
  await writeFile(broken, '{"1": ')
  const inPicture = join(folder, 'made of it.png')
  const kept = pngChunk('tEXt', Buffer.from(`prompt\0${JSON.stringify(chair())}`, 'latin1'))
  await writeFile(inPicture, writePng({ width: 1, height: 1, colour: 'rgb', pixels: new Uint8Array(3), extra: [kept] }))
  await bringPhoto(page)
  await addServer(page)
  await page.getByTestId('mode-compose').click()
  await page.getByTestId('compose-own').click()
  await dropFiles(page, [broken], await middleOf(page.getByTestId('workflow-drop')))
  await expect(page.getByTestId('toast-bad')).toBeVisible()
  await dropFiles(page, [good], await middleOf(page.getByTestId('workflow-drop')))
  await expect(page.getByTestId('own-form')).toBeVisible()
  // A picture that ComfyUI saved carries the workflow that made it: the same one.
  await dropFiles(page, [inPicture], await middleOf(page.getByTestId('workflow-drop')))
  await expect(page.getByTestId('toast-info')).toContainText('My chair')
  await page.getByTestId('field-3.text').fill('a blue chair')
  await page.getByTestId('field-6.steps').fill('4')
  // Not by Tab: the help of the next field would open, a bubble outside of every landmark.
  await page.getByTestId('field-6.steps').blur()
  await look(page, 'own-form')
  await page.getByTestId('compose-run').click()
  await expect(cells(page, 'done')).toHaveCount(1, { timeout: engineTime })
  const graph = server.graphs.at(-1)
  expect(graph?.['3']?.inputs['text']).toBe('a blue chair')
  expect(graph?.['6']?.inputs['steps']).toBe(4)
  expect(graph?.['6']?.inputs['seed']).not.toBe(7)
  await look(page, 'own-done')

  await page.getByTestId('workflow-rename').click()
  await page.getByTestId('workflow-name').fill('Chairs')
  await page.keyboard.press('Enter')
  await expect(page.getByTestId('own-workflow')).toContainText('Chairs')
  await page.getByTestId('workflow-remove').click()
  await page.getByTestId('workflow-remove-sure').click()
  await expect(page.getByTestId('own-form')).toHaveCount(0)
  expect(await readFile(good, 'utf8')).toContain('chair')
})

test('by keyboard alone and in Chinese: sketches, one refined; a picture put in; scenes moved', async ({ open: page }) => {
  test.setTimeout(180_000)
  await page.setViewportSize({ width: 1280, height: 800 })
  await bringPhoto(page)
  await addServer(page)
  await page.getByTestId('language-zh').click()
  await page.locator('body').press('m')
  await expect(page.getByTestId('compose-panel')).toBeVisible()
  const prompt = page.getByTestId('words-prompt')
  await page.getByTestId('compose-words').focus()
  for (let presses = 0; presses < 6 && !(await prompt.evaluate((field) => field === document.activeElement)); presses++)
    await page.keyboard.press('Tab')
  await expect(prompt).toBeFocused()
  await page.keyboard.type('清晨窗边的红色马克杯')
  await page.keyboard.press('Control+Enter')
  await expect(cells(page, 'done')).toHaveCount(4, { timeout: engineTime })
  await page.getByTestId('path-choose').first().focus()
  await page.keyboard.press('Tab')
  await page.keyboard.press('Space')
  await page.getByTestId('refine-final').focus()
  await page.keyboard.press('Enter')
  await expect(page.getByTestId('path-final').locator('[data-state=done]')).toHaveCount(1, { timeout: engineTime })
  // The button went with the last step; the focus goes on at what is left to do.
  await expect(page.getByTestId('path-open')).toBeFocused()
  await expect(page.getByTestId('path-final')).toContainText('草图 2 的成稿')
  await look(page, 'zh')

  // The parts of the panel are tabs: arrows go through them.
  await page.getByTestId('compose-words').focus()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowRight')
  await expect(page.getByTestId('reference-panel')).toBeVisible()
  await page.getByTestId('slot-choose').first().focus()
  await page.keyboard.press('Enter')
  await expect(page.getByTestId('slot-dialog')).toBeVisible()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Enter')
  await expect(page.locator('[data-testid=picture-slot][data-filled]')).toHaveCount(1)

  await page.getByTestId('compose-reference').focus()
  await page.keyboard.press('ArrowRight')
  await page.getByTestId('scene-add').focus()
  await page.keyboard.press('Enter')
  await page.keyboard.press('Enter')
  await page.getByTestId('scene-text').first().focus()
  await page.keyboard.type('第一幕')
  await page.keyboard.press('Alt+ArrowDown')
  await expect(page.getByTestId('scene-text').nth(1)).toHaveValue('第一幕')
  await expect(page.getByTestId('scene-text').nth(1)).toBeFocused()
  await look(page, 'zh-story')
})
