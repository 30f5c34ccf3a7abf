import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { startFakeComfyUi, type FakeComfyUi } from '../fakes/comfyui/fake-comfyui'
import { violationsOf } from './accessible'
import { bringPhoto, cli, coffee, engineTime, expect, jobs, screenshots, test } from './studio'

test.use({ trace: 'off' })

let plain: FakeComfyUi
let locked: FakeComfyUi
test.beforeAll(async () => {
  plain = await startFakeComfyUi({ without: ['Qwen-Image-Edit-2511-Lightning-4steps-V1.0-bf16.safetensors'] })
  locked = await startFakeComfyUi({ headers: { authorization: 'Bearer s3cret-of-the-studio' } })
})
test.afterAll(async () => {
  await plain.close()
  await locked.close()
})

test('servers are added, tested, weighed, drained and removed in the engines panel, by keyboard too', async ({
  open: page,
  studio: { dataDir },
}) => {
  test.setTimeout(120_000)
  await page.setViewportSize({ width: 1280, height: 860 })
  await page.getByTestId('open-engines').click()
  const dialog = page.getByTestId('engines')
  await expect(dialog.getByTestId('engine-card')).toHaveCount(1)

  // By keyboard alone: open the form, type, Enter saves.
  await page.getByTestId('engines-add').focus()
  await page.keyboard.press('Enter')
  await page.getByTestId('server-address').focus()
  await page.keyboard.type(plain.url)
  await page.keyboard.press('Tab')
  await page.keyboard.type('Studio')
  await page.keyboard.press('Tab')
  await page.keyboard.type('fast big')
  await page.keyboard.press('Enter')
  const studio = page.locator(`[data-engine="${plain.url}"]`)
  await expect(studio).toHaveAttribute('data-state', 'ready', { timeout: 15_000 })
  await expect(studio).toContainText('Studio')
  await expect(studio).toContainText('ComfyUI 0.8.0')

  // A login: refused without its header, told in words; with it the test is good.
  await page.getByTestId('engines-add').click()
  await page.getByTestId('server-address').fill(locked.url)
  await page.getByTestId('server-test').click()
  await expect(page.getByTestId('server-tested')).toContainText(/./, { timeout: 15_000 })
  await page.getByTestId('server-locked').click()
  await page.getByTestId('server-value').fill('Bearer s3cret-of-the-studio')
  await page.getByTestId('server-test').click()
  await expect(page.getByTestId('server-tested')).toContainText('0.8.0', { timeout: 15_000 })
  await page.getByTestId('server-name').fill('Cloud')
  for (const scheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
    await page.screenshot({ path: join(screenshots, `60-engines-add-${scheme}.png`) })
  }
  await page.getByTestId('server-add').click()
  const cloud = page.locator(`[data-engine="${locked.url}"]`)
  await expect(cloud).toHaveAttribute('data-state', 'ready', { timeout: 15_000 })
  expect(await page.content()).not.toContain('s3cret')

  // An address where nobody is: saved, and said.
  await page.getByTestId('engines-add').click()
  await page.getByTestId('server-address').fill('http://127.0.0.1:9')
  await page.getByTestId('server-add').click()
  await expect(page.locator('[data-engine="http://127.0.0.1:9"]')).toHaveAttribute('data-state', 'offline', { timeout: 15_000 })

  await studio.getByTestId('engine-weight').fill('2')
  await studio.getByTestId('engine-weight').press('Enter')
  await cloud.getByTestId('engine-drain').click()
  await expect(cloud.getByTestId('engine-state')).toContainText('drained')

  await studio.getByTestId('engine-workflows').click()
  await expect(studio.getByTestId('engine-workflow-list')).toContainText(
    'Qwen-Image-Edit-2511-Lightning-4steps-V1.0-bf16.safetensors',
  )
  await expect(studio.getByTestId('engine-workflow-list')).toContainText('models/loras')

  for (const [scheme, language] of [
    ['dark', 'en'],
    ['light', 'en'],
    ['light', 'zh'],
  ] as const) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
    if (language === 'zh') {
      await page.keyboard.press('Escape')
      await page.getByTestId('language-zh').click()
      await page.getByTestId('open-engines').click()
      await expect(page.getByTestId('engine-card')).toHaveCount(4)
      await studio.getByTestId('engine-workflows').click()
      await expect(studio.getByTestId('engine-workflow-list')).toBeVisible()
    }
    expect(await violationsOf(page)).toEqual([])
    await page.getByTestId('engine-card').nth(1).scrollIntoViewIfNeeded()
    await page.screenshot({ path: join(screenshots, `61-engines-${scheme}-${language}.png`) })
  }

  await cloud.getByTestId('engine-remove').click()
  await cloud.getByTestId('engine-keep').click()
  // A job that waits for it alone is not left behind.
  const asked = spawn(process.execPath, [cli, 'style', coffee, '--style', 'clay', '--engine', 'name:Cloud', '--data', dataDir])
  await expect(jobs(page, 'queued')).toHaveCount(1, { timeout: 30_000 })
  await cloud.getByTestId('engine-remove').click()
  await cloud.getByTestId('engine-remove-sure').click()
  await expect(cloud.getByTestId('engine-remove-sure')).toHaveText('取消任务并移除', { timeout: 15_000 })
  await page.screenshot({ path: join(screenshots, '62-engines-remove-light-zh.png') })
  await cloud.getByTestId('engine-remove-sure').click()
  await expect(cloud).toHaveCount(0, { timeout: 15_000 })
  await expect(jobs(page, 'canceled')).toHaveCount(1, { timeout: 15_000 })
  asked.kill()
})

test('while its server is away a job waits, and a draft of it can be had', async ({ open: page }) => {
  await bringPhoto(page)
  await page.getByTestId('open-engines').click()
  await page.getByTestId('engines-add').click()
  await page.getByTestId('server-address').fill('http://127.0.0.1:9')
  await page.getByTestId('server-add').click()
  await expect(page.locator('[data-engine="http://127.0.0.1:9"]')).toHaveAttribute('data-state', 'offline', { timeout: 15_000 })
  await page.keyboard.press('Escape')
  await expect(page.getByTestId('engines')).toHaveCount(0)
  await page.getByTestId('style-clay').dblclick()
  await expect(jobs(page, 'queued')).toHaveCount(1)
  await expect(page.getByTestId('queue-away')).toBeVisible()
  await page.getByTestId('queue-drafts').click()
  await expect(jobs(page, 'done')).toHaveCount(1, { timeout: engineTime })
  await expect(page.getByTestId('version')).toHaveCount(2)
  // Once; and the job itself goes on waiting.
  await expect(page.getByTestId('queue-drafts')).toBeDisabled()
  await expect(jobs(page, 'queued')).toHaveCount(1)
  await page.screenshot({ path: join(screenshots, '63-engines-away.png') })
})

test('what ran out of memory is done again in a lighter way, with its seed', async ({ open: page }) => {
  const small = await startFakeComfyUi({ faults: { outOfMemory: true } })
  try {
    await bringPhoto(page)
    await page.getByTestId('open-engines').click()
    await page.getByTestId('engines-add').click()
    await page.getByTestId('server-address').fill(small.url)
    await page.getByTestId('server-add').click()
    await expect(page.locator(`[data-engine="${small.url}"]`)).toHaveAttribute('data-state', 'ready', { timeout: 15_000 })
    await page.keyboard.press('Escape')
    await expect(page.getByTestId('engines')).toHaveCount(0)
    // Nothing is said of a card's memory where there is no card.
    await expect(page.getByTestId('compose-unmeasured')).toHaveCount(0)
    await page.getByTestId('style-clay').dblclick()
    const failed = jobs(page, 'failed')
    await expect(failed.getByTestId('job-error')).toContainText('Not enough memory', { timeout: engineTime })
    await page.screenshot({ path: join(screenshots, '64-engines-lighter.png') })
    small.faults.outOfMemory = false
    await failed.getByTestId('job-lighter').focus()
    await page.keyboard.press('Enter')
    await expect(jobs(page, 'done')).toHaveCount(1, { timeout: engineTime })
    await expect(page.getByTestId('version')).toHaveCount(2)
    const graphs = small.graphs.map((graph) => JSON.stringify(graph))
    expect(graphs).toHaveLength(2)
    const [heavy, light] = graphs.map((graph) => /"(?:noise_)?seed":(\d+)/u.exec(graph)?.[1])
    expect(light).toMatch(/^\d+$/u)
    expect(light).toBe(heavy)
    expect(graphs[1]).not.toBe(graphs[0])
  } finally {
    await small.close()
  }
})

test('a ComfyUI of this computer is offered and added; its memory is shown; a certificate is checked before it is saved', async ({
  open: page,
}) => {
  const vram = { total: 24 * 2 ** 30, free: 6 * 2 ** 30 }
  // Its usual ports; one that is taken already would be another's.
  const local = await startFakeComfyUi({ port: 8000, vram }).catch(() => startFakeComfyUi({ port: 8188, vram }))
  try {
    await page.setViewportSize({ width: 1280, height: 860 })
    await page.getByTestId('open-engines').click()
    const offer = page.getByTestId('engine-found').filter({ hasText: local.url })
    await expect(offer).toBeVisible({ timeout: 15_000 })
    await page.screenshot({ path: join(screenshots, '62-engines-found.png') })
    await offer.getByTestId('engine-found-add').focus()
    await page.keyboard.press('Enter')
    const card = page.locator(`[data-engine="${local.url}"]`)
    await expect(card).toHaveAttribute('data-state', 'ready', { timeout: 15_000 })
    await expect(offer).toHaveCount(0)
    await expect(card).toContainText('RTX 4090')
    await expect(card).toContainText('18.0')
    const filled = await card.getByTestId('engine-memory').evaluate((meter) => {
      const bar = meter.firstElementChild
      return bar ? bar.getBoundingClientRect().width / meter.getBoundingClientRect().width : 0
    })
    expect(filled).toBeCloseTo(0.75, 1)

    await page.getByTestId('engines-add').click()
    await page.getByTestId('server-address').fill('https://127.0.0.1:9')
    await page.getByTestId('server-private').click()
    await page.getByTestId('server-certificate').fill('no certificate')
    await page.getByTestId('server-add').click()
    await expect(page.getByTestId('toasts').locator('[data-testid^=toast-]').first()).toBeVisible()
    await page.getByTestId('server-test').click()
    await expect(page.getByTestId('server-tested').locator('.text-bad')).toBeVisible()
    await expect(page.locator('[data-engine="https://127.0.0.1:9"]')).toHaveCount(0)
    await expect(page.getByTestId('add-server')).toBeVisible()
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
    await page.screenshot({ path: join(screenshots, '63-engines-certificate.png') })
  } finally {
    await local.close()
  }
})

test('the chip in the top bar leads to the panel', async ({ open: page }) => {
  await page.getByTestId('engine-chip').click()
  await page.getByRole('menuitem', { name: /Engines and servers/ }).click()
  await expect(page.getByTestId('engines')).toBeVisible()
})
