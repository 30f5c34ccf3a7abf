import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { bringPhoto, engineTime, expect, jobs, screenshots, test } from './studio'

test.beforeAll(() => mkdir(screenshots, { recursive: true }))

/** Latin words that belong in the Chinese studio: names, formats, units, keys. */
const latin =
  /^(Recast|coffee|GPU|CPU|PNG|JPEG|WebP|TIFF|AVIF|KB|MB|EN|Ctrl|Shift|Alt|Enter|Del|Delete|Esc|English|px|s|F10|[A-Z]|recast-e2e-\w+|tmp|data|RECAST_DATA|sRGB|png)$/u

/** Words of the page that nobody translated: keys of the dictionaries, and Latin words that are no names. */
async function untranslated(page: Page): Promise<string[]> {
  const words = await page.evaluate(() => {
    const said: string[] = []
    // What is sent to a model as it is has no language (zxx).
    const shown = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let node = shown.nextNode(); node; node = shown.nextNode()) {
      if (node.parentElement?.checkVisibility() && !node.parentElement.closest('script, style, [lang=zxx]'))
        said.push(node.textContent ?? '')
    }
    for (const element of document.querySelectorAll('[aria-label], [title], [placeholder]'))
      said.push(...['aria-label', 'title', 'placeholder'].map((name) => element.getAttribute(name) ?? ''))
    return said
  })
  return [...new Set(words.flatMap((text) => text.match(/[A-Za-z][\w.-]*\w|[A-Za-z]/gu) ?? []))].filter(
    (word) => !latin.test(word),
  )
}

/** What does not fit where it stands: the page wider than the window, buttons whose words are cut off or broken into lines. */
function overflows(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const wrong: string[] = []
    if (document.documentElement.scrollWidth > innerWidth) wrong.push('the page is wider than the window')
    for (const element of document.querySelectorAll<HTMLElement>('button, [role=radio], [role=tab], label, h1, h2, h3, dt')) {
      // What is only read out has a box of one pixel.
      if (
        element.clientWidth <= 1 ||
        !element.checkVisibility() ||
        !element.innerText.trim() ||
        element.closest('[data-testid=style-tiles]')
      )
        continue
      const name = element.dataset['testid'] ?? element.innerText.slice(0, 30)
      if (element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).display !== 'inline')
        wrong.push(`cut: ${name}`)
      const range = document.createRange()
      for (const node of element.childNodes) {
        if (node.nodeType !== Node.TEXT_NODE) continue
        range.selectNodeContents(node)
        if (new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size > 1)
          wrong.push(`broken into lines: ${name}`)
      }
      const { left, right } = element.getBoundingClientRect()
      if (right > innerWidth + 1 || left < -1) wrong.push(`out of the window: ${name}`)
    }
    return wrong
  })
}

const sizes = [
  { width: 1024, height: 700 },
  { width: 1440, height: 900 },
  { width: 2560, height: 1440 },
]

for (const language of ['zh', 'en'] as const) {
  test(`every screen in ${language}: no word is missing and everything fits, from 1024 × 700 to 2560 × 1440`, async ({
    open: page,
  }) => {
    const look = async (name: string): Promise<void> => {
      for (const size of sizes) {
        await page.setViewportSize(size)
        await expect.poll(() => overflows(page), { message: `${name} at ${size.width}` }).toEqual([])
        await page.screenshot({ path: join(screenshots, `40-${language}-${name}-${size.width}.png`) })
      }
      await page.setViewportSize({ width: 1440, height: 900 })
      if (language === 'zh') expect.soft(await untranslated(page), name).toEqual([])
    }
    await page.getByTestId(`language-${language}`).click()
    await expect(page.locator('html')).toHaveAttribute('lang', language === 'zh' ? 'zh-CN' : 'en')
    await look('empty')
    await bringPhoto(page)
    await page.getByTestId('style-pencil').dblclick()
    await expect(page.getByTestId('canvas-apply')).toBeVisible({ timeout: engineTime })
    await look('result')
    for (const [opener, dialog] of [
      ['open-settings', 'settings'],
      ['open-shortcuts', 'shortcuts'],
      ['export-open', 'export'],
    ] as const) {
      await page.getByTestId(opener).click()
      await expect(page.getByTestId(dialog)).toBeVisible()
      await look(dialog)
      await page.keyboard.press('Escape')
      await expect(page.getByTestId(dialog)).toBeHidden()
    }
    await page.getByTestId('mode-view').click()
    await page.getByTestId('sheet-24').click()
    await look('views')
    await page.getByTestId('show-library').click()
    await expect(page.getByTestId('library-item')).toHaveCount(1)
    await page.getByTestId('tab-history').click()
    await expect(jobs(page)).toHaveCount(1)
    await look('library')
  })
}

test('the theme is dark, light or the system’s, and stays so; motion is reduced by the settings, too', async ({ open: page }) => {
  const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)
  const dark = 'rgb(20, 21, 23)'
  const light = 'rgb(228, 229, 232)'
  await page.emulateMedia({ colorScheme: 'dark' })
  await expect.poll(ground).toBe(dark)
  await page.emulateMedia({ colorScheme: 'light' })
  await expect.poll(ground).toBe(light)
  await page.getByTestId('theme').click()
  await expect.poll(ground).toBe(dark)
  await page.reload()
  await expect(page.getByTestId('empty')).toBeVisible()
  await expect.poll(ground).toBe(dark)
  await page.getByTestId('open-settings').click()
  await page.getByTestId('settings-theme').click()
  await page.getByRole('option', { name: 'As the system' }).click()
  await expect.poll(ground).toBe(light)
  await page.emulateMedia({ colorScheme: 'dark' })
  await expect.poll(ground).toBe(dark)
  // Motion likewise: by the settings where the system has no wish.
  const rail = page.getByTestId('mode-style')
  await page.emulateMedia({ reducedMotion: 'no-preference' })
  await expect(rail).not.toHaveCSS('transition-duration', '0s')
  await page.getByTestId('settings-motion').click()
  await page.getByRole('option', { name: 'Reduce' }).click()
  await expect(rail).toHaveCSS('transition-duration', '0s')
})
