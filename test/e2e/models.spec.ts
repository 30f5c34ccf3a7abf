import { join } from 'node:path'
import { violationsOf } from './accessible'
import { expect, screenshots, test } from './studio'

test('models: lists what each workflow needs, asks for licences, and is clean in both themes and languages', async ({
  page,
  studio,
}) => {
  await page.goto(studio.url)
  await page.getByTestId('open-models').focus()
  await page.keyboard.press('Enter')
  const dialog = page.getByTestId('models')
  const kontext = dialog.locator('[data-workflow=flux-kontext-reference]')
  await expect(kontext.getByTestId('model')).toHaveCount(4)
  await expect(kontext.getByTestId('model').first()).toHaveAttribute('data-state', 'missing')
  for (const [theme, language] of [
    ['dark', 'en'],
    ['light', 'zh'],
  ] as const) {
    await page.evaluate((value) => (document.documentElement.dataset['theme'] = value), theme)
    if (language === 'zh') {
      await page.keyboard.press('Escape')
      await page.getByTestId('open-settings').click()
      await page.getByTestId('settings-language').click()
      await page.getByRole('option', { name: '中文' }).click()
      await page.keyboard.press('Escape')
      await page.evaluate((value) => (document.documentElement.dataset['theme'] = value), theme)
      await page.getByTestId('open-models').focus()
      await page.keyboard.press('Enter')
      await expect(dialog.getByRole('heading', { name: '模型' })).toBeVisible()
    }
    await expect(kontext.getByTestId('model')).toHaveCount(4)
    await page.screenshot({ path: join(screenshots, `models-${theme}.png`) })
    expect(await violationsOf(page, { within: '[data-testid=models]' })).toEqual([])
  }

  // Nothing is fetched before the licence is accepted.
  await kontext.getByTestId('get-missing').click()
  const accept = dialog.getByTestId('accept-and-get')
  await expect(accept).toBeDisabled()
  await page.screenshot({ path: join(screenshots, 'models-licences.png') })
  await dialog.getByTestId('accept-licence').click()
  await expect(accept).toBeEnabled()
})
