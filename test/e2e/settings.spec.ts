import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import sharp from 'sharp'
import { startFakeComfyUi } from '../fakes/comfyui/fake-comfyui'
import { expectAccessible, type Scheme } from './accessible'
import { bringPhoto, expect, screenshots, test } from './studio'

test.use({ trace: 'off' })
test.beforeAll(() => mkdir(screenshots, { recursive: true }))

/** Pictures of a state in both themes (or those named), to be looked at, and axe on each. */
const look = (page: Page, name: string, schemes: readonly Scheme[] = ['dark', 'light']): Promise<void> =>
  expectAccessible(page, name, { schemes, shot: `80-${name}` })

test('the first questions say what was found, test a server, block nothing, and are asked once', async ({
  open: page,
  studio,
}) => {
  test.setTimeout(120_000)
  const server = await startFakeComfyUi()
  await page.setViewportSize({ width: 1280, height: 860 })
  await expect(page.getByTestId('first-run-card')).toBeVisible()
  await page.getByTestId('first-run-open').click()
  const dialog = page.getByTestId('first-run')
  await expect(dialog.getByTestId('hardware')).toHaveAttribute('data-verdict', /./, { timeout: 30_000 })
  // A machine without a card is told so, and drafts are what is chosen.
  if ((await dialog.getByTestId('hardware').getAttribute('data-verdict')) === 'no_card')
    await expect(dialog).toContainText('No graphics card')
  await look(page, 'first-run')
  await dialog.getByTestId('first-run-remote').click()
  await page.getByTestId('first-run-address').fill('http://127.0.0.1:9')
  await page.getByTestId('first-run-test').click()
  await expect(page.getByTestId('first-run-tested')).toContainText('reached', { timeout: 30_000 })
  await page.getByTestId('first-run-address').fill(server.url)
  await page.getByTestId('first-run-test').click()
  await expect(page.getByTestId('first-run-tested')).toContainText('ComfyUI 0.8.0', { timeout: 30_000 })
  await look(page, 'first-run-remote')
  await page.getByTestId('first-run-done').click()
  await expect(dialog).toBeHidden()
  await expect(page.getByTestId('first-run-card')).toBeHidden()
  await expect(page.getByTestId('import-sample')).toBeFocused()
  await page.getByTestId('open-engines').click()
  await expect(page.locator(`[data-engine="${server.url}"]`)).toBeVisible()
  await page.keyboard.press('Escape')
  // Asked of a fresh page, with the app started anew: it was kept, not only remembered here.
  await page.goto('about:blank')
  await layInstallation(studio.dataDir)
  await studio.restart()
  await page.goto(studio.url)
  await expect(page.getByTestId('empty')).toBeVisible()
  await expect(page.getByTestId('first-run-card')).toBeHidden()
  await server.close()

  // The local ComfyUI that is there now: copied, the copy deleted by keyboard after a no, copied again and gone back to.
  await page.getByTestId('open-settings').click()
  await page.getByTestId('settings-tab-runtime').click()
  const panel = page.getByTestId('runtime')
  const rows = panel.getByTestId('runtime-snapshot-row')
  await expect(panel).toHaveAttribute('data-state', 'stopped', { timeout: 30_000 })
  await panel.getByTestId('runtime-snapshot-name').fill('before IPAdapter')
  await panel.getByTestId('runtime-snapshot').click()
  await expect(rows).toContainText(['before IPAdapter'])
  await panel.getByTestId('runtime-discard').focus()
  await page.keyboard.press('Enter')
  await expect(panel.getByRole('button', { name: 'Keep it' })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(panel.getByTestId('runtime-discard')).toBeFocused()
  await page.keyboard.press('Enter')
  await panel.getByTestId('runtime-discard-really').click()
  await expect(rows).toHaveCount(0)
  await panel.getByTestId('runtime-snapshot-name').press('Enter')
  await expect(rows).toContainText(['ComfyUI 0.8.0'])
  await panel.getByTestId('runtime-rollback').click()
  await expect(rows).toContainText(['kept by Recast'])
  await panel.getByTestId('runtime-mirrors').click()
  await panel.getByTestId('runtime-mirror-packages').fill('ftp://mirror.example')
  await expect(panel).toContainText('An address begins with https://')
  await panel.getByTestId('runtime-mirror-packages').fill('https://mirror.example/simple')
  await panel.getByTestId('runtime-mirrors-save').click()
  await expect(panel).toContainText('Saved.')
  await look(page, 'runtime-snapshots')
})

/** Lays a ComfyUI into a data folder as the installer leaves one; its Python is a program that answers nothing. */
async function layInstallation(dataDir: string): Promise<void> {
  const id = '0.8.0-cpu-aaaaaa'
  const folder = join(dataDir, 'runtime', 'versions', id)
  const facts = { id, recipe: 'r', version: '0.8.0', device: 'cpu', pinned: true, comfyTree: '0'.repeat(40), nodes: [] }
  await mkdir(join(folder, 'ComfyUI'), { recursive: true })
  await mkdir(join(folder, 'venv', 'bin'), { recursive: true })
  await writeFile(join(folder, 'ComfyUI', 'main.py'), '')
  await symlink('/bin/false', join(folder, 'venv', 'bin', 'python'))
  await writeFile(join(folder, 'installation.json'), JSON.stringify({ ...facts, installedAt: '2026-11-20T10:00:00.000Z' }))
  await writeFile(join(dataDir, 'runtime', 'current.json'), JSON.stringify({ id }))
}

for (const language of ['en', 'zh'] as const) {
  test(`every section of the settings, by keyboard alone, in ${language}`, async ({ open: page }) => {
    test.setTimeout(240_000)
    await page.setViewportSize({ width: 1280, height: 860 })
    await page.getByTestId(`language-${language}`).click()
    await page.keyboard.press('Control+,')
    await expect(page.getByTestId('settings')).toBeVisible()
    await page.getByTestId('settings-tab-general').focus()
    for (const section of ['general', 'engines', 'models', 'runtime', 'queue', 'shortcuts', 'privacy', 'about']) {
      await expect(page.getByTestId(`settings-tab-${section}`)).toHaveAttribute('aria-selected', 'true')
      await expect(page.getByTestId(`settings-${section}`)).toBeVisible()
      if (section === 'runtime') {
        await expect(page.getByTestId('runtime')).toHaveAttribute('data-state', 'absent', { timeout: 30_000 })
        await expect(page.getByTestId('hardware')).toHaveAttribute('data-verdict', /./, { timeout: 30_000 })
      }
      if (section === 'queue') {
        const all = page.getByRole('option', { name: /^(All of them|全部保留)$/u })
        await page.getByTestId('settings-keep').focus()
        await page.keyboard.press('Enter')
        await expect(all).toBeFocused()
        await page.keyboard.press('ArrowDown')
        await page.keyboard.press('Enter')
        await expect(all).toHaveCount(0)
        await expect(page.getByTestId('settings-keep-told')).toContainText('0 B')
        await page.getByTestId(`settings-tab-${section}`).focus()
      }
      // The second language changes words, not colours: one theme tells.
      await look(page, `settings-${section}-${language}`, language === 'en' ? ['dark', 'light'] : ['dark'])
      await page.keyboard.press('ArrowDown')
    }
  })
}

test('a shortcut gets another key, a conflict is said, and reset brings the usual ones back', async ({ open: page }) => {
  await page.keyboard.press('?')
  await page.getByTestId('shortcuts-change').click()
  await page.getByTestId('shortcut-gallery').focus()
  await page.keyboard.press('Enter')
  await page.keyboard.press('Control+z')
  await expect(page.getByTestId('shortcut-conflict')).toContainText('Undo')
  await look(page, 'shortcut-conflict')
  await page.keyboard.press('y')
  await expect(page.getByTestId('shortcut-gallery')).toContainText('Y')
  await page.keyboard.press('Escape')
  await expect(page.getByTestId('settings')).toBeHidden()
  await page.keyboard.press('h')
  await expect(page.getByTestId('show-canvas')).toHaveAttribute('aria-checked', 'true')
  await page.keyboard.press('y')
  await expect(page.getByTestId('show-gallery')).toHaveAttribute('aria-checked', 'true')
  await page.keyboard.press('Control+,')
  await page.getByTestId('settings-tab-shortcuts').click()
  await page.getByTestId('shortcuts-reset').click()
  await expect(page.getByTestId('shortcut-gallery')).toContainText('H')
})

test('a token goes in and never comes out; diagnostics are shown and hold no secret', async ({ open: page }) => {
  await page.keyboard.press('Control+,')
  await page.getByTestId('settings-tab-models').click()
  await page.getByTestId('settings-token').fill('hf_secret_of_the_user')
  await page.getByTestId('settings-token-keep').click()
  await expect(page.getByTestId('settings-token-forget')).toBeEnabled()
  await expect(page.getByTestId('settings-token')).toHaveValue('')
  await page.getByTestId('settings-tab-about').click()
  await page.getByTestId('settings-diagnostics').click()
  await expect(page.getByTestId('diagnostics-text')).toContainText('SQLite')
  expect(await page.content()).not.toContain('hf_secret')
  await page.getByTestId('settings-check').click()
  await expect(page.getByTestId('settings-checked')).toContainText('in order', { timeout: 30_000 })
})

test('an export shows its names as they will be, and writes what was chosen', async ({ open: page }) => {
  test.setTimeout(120_000)
  await page.setViewportSize({ width: 1280, height: 900 })
  await bringPhoto(page)
  await page.getByTestId('export-open').click()
  const preview = page.getByTestId('export-preview')
  await expect(preview).toContainText('coffee.png')
  await page.getByTestId('export-name').fill('shop_{index}')
  await page.getByTestId('token-width').click()
  await expect(page.getByTestId('export-name')).toHaveValue('shop_{index}_{width}')
  await expect(preview).toContainText('shop_01_600.png')
  await page.getByTestId('export-metadata-recipe').click()
  await page.getByTestId('export-format').click()
  await page.getByRole('option', { name: 'WebP' }).click()
  await expect(preview).toContainText('shop_01_600.webp')
  await look(page, 'export')
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId('export-download').click()])
  expect(download.suggestedFilename()).toBe('shop_01_600.webp')
  const meta = await sharp(await readFile(await download.path())).metadata()
  expect(meta).toMatchObject({ format: 'webp', width: 600, height: 400 })
  expect(meta.icc).toBeDefined()
})

test('a picture that cannot be exported is named with its reason, and can be tried again', async ({ page, studio }) => {
  // Not `open`: the browser says every 507 in its console, and here one is wanted.
  await page.goto(studio.url)
  await bringPhoto(page)
  let refuse = true
  await page.route('**/files/*download=*', (route) =>
    refuse
      ? route.fulfill({
          status: 507,
          contentType: 'application/json',
          body: JSON.stringify({ ok: false, error: { code: 'io.disk_full', message: 'The disk is full.', retry: 'user' } }),
        })
      : route.continue(),
  )
  await page.getByTestId('export-open').click()
  await expect(page.getByTestId('export-preview')).toContainText('coffee')
  await page.getByTestId('export-download').click()
  await expect(page.getByTestId('export-failures')).toContainText('coffee')
  await look(page, 'export-failed')
  refuse = false
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId('export-retry').click()])
  expect(download.suggestedFilename()).toBe('coffee.png')
})
