import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startFakeComfyUi } from '../fakes/comfyui/fake-comfyui'
import { violationsOf } from './accessible'
import { bringPhoto, cli, engineTime, expect, jobs, ownFolder, screenshots, test } from './studio'

test.beforeAll(() => mkdir(screenshots, { recursive: true }))

test('pictures that are made from words stand in the queue, become pictures of the library, and say what made them', async ({
  open: page,
  studio,
}) => {
  const server = await startFakeComfyUi({ stepMs: 150 })
  const out = await ownFolder()
  /** A command that gives its jobs to the open studio; answers its end. */
  const recast = (...args: string[]): Promise<unknown[]> =>
    once(spawn(process.execPath, [cli, ...args, '--engine', server.url, '--out', out, '--data', studio.dataDir]), 'close')
  try {
    const prompt = 'a red mug on a white table beside a window, in the morning'
    const sketch = recast('generate', prompt, '--lod', 'sketch', '--count', '2', '--seed', '7')
    await expect(jobs(page)).toHaveCount(2, { timeout: engineTime })
    await expect(jobs(page).first()).toContainText('Sketch: a red mug on a white table')
    await page.screenshot({ path: join(screenshots, 'from-words-running.png') })
    await expect(jobs(page, 'done')).toHaveCount(2, { timeout: engineTime })
    expect(await sketch).toEqual([0, null])
    await expect(page.getByTestId('show-library')).toHaveText('Library 2')

    // The card leads to the new picture, whose first version is no import but the sketch.
    await jobs(page, 'done').first().getByRole('button', { name: 'Show the result' }).click()
    await expect(page.getByTestId('canvas-image').first()).toBeVisible()
    await expect(page.getByTestId('version')).toHaveCount(1)
    await expect(page.getByTestId('version').first()).toContainText('Sketch')
    await expect(page.getByTestId('facts')).toContainText('Text to image (Z-Image-Turbo)')
    await expect(page.getByTestId('facts')).toContainText(prompt)
    await page.screenshot({ path: join(screenshots, 'from-words-sketch.png') })

    const scenes = join(out, 'scenes.txt')
    const roles = join(out, 'roles.txt')
    await writeFile(roles, '[Anna] a woman')
    await writeFile(scenes, '[Anna] wakes up')
    const story = recast('story', '--roles', roles, '--scenes', scenes, '--scene', '1', '--name', 'Anna')
    await expect(jobs(page).filter({ hasText: 'Scene 1: wakes up' })).toHaveCount(1, { timeout: engineTime })
    await expect(jobs(page, 'done')).toHaveCount(3, { timeout: engineTime })
    await story

    await page.getByTestId('language-zh').click()
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
    await expect(jobs(page).filter({ hasText: '草图' })).toHaveCount(2)
    expect(await violationsOf(page)).toEqual([])
    await page.screenshot({ path: join(screenshots, 'from-words-light-zh.png') })
  } finally {
    await server.close()
  }
})

test('an edit of a photo that names its pictures is a version of it', async ({ open: page, studio }) => {
  const server = await startFakeComfyUi({ stepMs: 5 })
  try {
    await bringPhoto(page)
    const photo = join(import.meta.dirname, '../../resources/samples/coffee.png')
    const args = ['reference', photo, '--prompt', 'on a beach', '--engine', server.url, '--out', await ownFolder()]
    const command = once(spawn(process.execPath, [cli, ...args, '--data', studio.dataDir]), 'close')
    await expect(jobs(page, 'done')).toHaveCount(1, { timeout: engineTime })
    await command
    await expect(jobs(page).first()).toContainText('Edit: on a beach')
    await expect(page.getByTestId('version')).toHaveCount(2)
    await expect(page.getByTestId('show-library')).toHaveText('Library 1')
  } finally {
    await server.close()
  }
})
