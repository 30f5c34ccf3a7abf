import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expectAccessible } from './accessible'
import { bringPhoto, chelsea, coffee, dropFiles, engineTime, expect, jobs, middleOf, screenshots, test } from './studio'

test.beforeAll(() => mkdir(screenshots, { recursive: true }))
// A trace copies the page around each of axe's many steps and doubles the time; what axe finds is in the message.
test.use({ trace: 'off' })

// Colours do not depend on the language, nor names on the theme: each language has one theme.
const walks = [
  { language: 'en', schemes: ['dark'] },
  { language: 'zh', schemes: ['light'] },
] as const

for (const { language, schemes } of walks) {
  test(`axe finds nothing on any screen in ${language}, ${schemes.join(' and ')}`, async ({ open: page }) => {
    test.setTimeout(240_000)
    const check = (name: string) => expectAccessible(page, name, { schemes })
    await page.getByTestId(`language-${language}`).click()
    await check('empty')

    await bringPhoto(page)
    await check('photo')
    const help = page.getByTestId('panel-help')
    for (const [topic, opener] of [
      ['compose', 'mode-compose'],
      ['view', 'mode-view'],
      ['gallery', 'show-gallery'],
      ['models', 'open-models'],
      ['engines', 'open-engines'],
      ['style', 'mode-style'],
      ['queue', undefined],
    ] as const) {
      if (opener) await page.getByTestId(opener).click()
      await page.getByTestId(`help-${topic}`).click()
      await expect(help).toBeVisible()
      await page.screenshot({ path: join(screenshots, `51-help-${topic}-${language}.png`) })
      if (topic === 'style') await check('help of a panel')
      await page.keyboard.press('Escape')
      await expect(help).toHaveCount(0)
      if (topic === 'gallery') await page.getByTestId('show-canvas').click()
      if (topic !== 'models' && topic !== 'engines') continue
      // The focus is back at the question mark, and no tooltip of it takes the Escape that is meant for the dialog.
      await expect(page.getByTestId(`help-${topic}`)).toBeFocused()
      await page.keyboard.press('Escape')
      await expect(page.getByTestId(topic)).toHaveCount(0)
    }
    await page.getByTestId('queue-pause').click()
    for (const style of ['clay', 'pencil']) await page.getByTestId(`style-${style}`).dblclick()
    await expect(jobs(page, 'queued')).toHaveCount(2)
    await check('waiting')
    await page.getByTestId('queue-pause').click()
    await expect(jobs(page, 'done')).toHaveCount(2, { timeout: engineTime })
    await expect(page.getByTestId('compare-divider')).toBeVisible()
    await check('result with the slider')
    await page.getByRole('radio', { name: language === 'zh' ? '并排' : 'Side by side' }).click()
    await check('side by side')

    await page.getByTestId('version').nth(1).click({ button: 'right' })
    await expect(page.getByRole('menu')).toBeVisible()
    await check('menu of a version')
    await page.keyboard.press('Escape')
    for (const opener of ['import-menu', 'engine-chip', 'queue-menu'] as const) {
      await page.getByTestId(opener).click()
      await expect(page.getByRole('menu')).toBeVisible()
      await check(opener)
      await page.keyboard.press('Escape')
      await expect(page.getByRole('menu')).toBeHidden()
    }
    await jobs(page).first().hover()
    await page.getByTestId('job-menu').first().click()
    await expect(page.getByRole('menu')).toBeVisible()
    await check('menu of a job')
    await page.keyboard.press('Escape')
    for (const [opener, dialog] of [
      ['open-settings', 'settings'],
      ['open-engines', 'engines'],
      ['open-shortcuts', 'shortcuts'],
      ['export-open', 'export'],
    ] as const) {
      await page.getByTestId(opener).click()
      await expect(page.getByTestId(dialog)).toBeVisible()
      await check(dialog)
      await page.keyboard.press('Escape')
      await expect(page.getByTestId(dialog)).toBeHidden()
    }

    await page.getByTestId('style-anime').focus()
    await page.keyboard.press('d')
    await page.keyboard.press('Tab')
    await expect(page.getByTestId('canvas-drop-zones')).toBeVisible()
    await check('drop zone of a lifted style')
    await page.keyboard.press('Escape')
    await dropFiles(page, [chelsea], await middleOf(page.getByTestId('canvas-view')), () => check('drop zones of a file'))
    await expect(page.getByTestId('show-library')).toContainText('2')

    await page.getByTestId('mode-view').click()
    await page.getByTestId('sheet-8').click()
    await check('views')
    await page.getByTestId('tab-history').click()
    await expect(jobs(page)).toHaveCount(2)
    await check('history')
    await page.getByTestId('show-library').click()
    await page.getByTestId('library-item').first().click()
    await check('library with a selection')
    await page.getByTestId('library-item').first().click({ button: 'right' })
    await expect(page.getByRole('menu')).toBeVisible()
    await check('menu of a picture')
    await page.keyboard.press('Escape')
    await page.getByTestId('trash').click()
    await expect(page.getByTestId('toast-info')).toBeVisible()
    await check('message with undo')
    await dropFiles(page, [import.meta.filename, coffee], { x: 720, y: 400 })
    await expect(page.getByTestId('toast-bad')).toBeVisible()
    await check('message of an error')
    await page.screenshot({ path: join(screenshots, `50-accessibility-${language}.png`) })
  })
}

test('axe finds nothing where a link is denied or lost', async ({ page, studio }) => {
  await page.goto(new URL('/', studio.url).href)
  await expect(page.getByTestId('link-denied')).toBeVisible()
  await expectAccessible(page, 'denied')
  await page.goto('about:blank')
  await page.goto(studio.url)
  await expect(page.getByTestId('empty')).toBeVisible()
  await studio.stop()
  await expect(page.getByTestId('link-lost')).toBeVisible({ timeout: 15_000 })
  await expectAccessible(page, 'lost')
})
