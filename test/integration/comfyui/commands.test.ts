import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { openBench, type Outcome } from '../cli/support'
import { startFake, temporaryFolder, writePhoto } from './harness'

const bench = openBench()

interface Place {
  folder: string
  out: string
  recast: (...args: string[]) => Promise<Outcome>
}

async function place(): Promise<Place> {
  const fake = await startFake()
  const folder = await temporaryFolder()
  const out = join(folder, 'out')
  const flags = ['--engine', fake.url, '--out', out, '--data', join(folder, 'data'), '--json']
  return { folder, out, recast: (...args) => bench.run([...args, ...flags], { cwd: folder }) }
}

/** The results' lines by seed: two at a time, they may end in another order. */
const outputs = (outcome: Outcome) =>
  outcome
    .lines()
    .filter(({ event }) => event === 'output')
    .toSorted((a, b) => Number(a['seed']) - Number(b['seed']))

describe('on the command line', { timeout: 60_000 }, () => {
  it('generate makes sketches, and refines one by its file or by its job', async () => {
    const { recast, out } = await place()
    const sketches = await recast('generate', 'a red mug', '--lod', 'sketch', '--count', '2', '--seed', '7', '--size', '512x320')
    expect(sketches.code).toBe(0)
    expect(outputs(sketches)).toMatchObject([
      { seed: 7, edit: 'sketch', width: 512, height: 320, workflow: 'z-image-turbo-text-to-image' },
      { seed: 8, edit: 'sketch' },
    ])
    expect((await readdir(out)).toSorted()).toEqual(['a red mug_sketch_7.png', 'a red mug_sketch_8.png'])
    const byFile = await recast('generate', 'a red mug', '--lod', 'final', '--from', 'out/a red mug_sketch_8.png', '--steps', '3')
    expect(outputs(byFile)).toMatchObject([{ seed: 8, edit: 'final' }])
    const job = String(outputs(sketches)[0]?.['job'])
    const byJob = await recast(
      'generate',
      'a red mug',
      '--lod',
      'final',
      '--from',
      job.slice(0, 8),
      '--variant',
      'speed=lightning-4',
    )
    expect(outputs(byJob)).toMatchObject([{ seed: 7, edit: 'final' }])
  })

  it('remix, reference and upscale edit photos', async () => {
    const { recast, folder } = await place()
    const photo = await writePhoto(join(folder, 'mug.png'), { width: 120, height: 90 })
    const other = await writePhoto(join(folder, 'logo.png'), { width: 64, height: 64 })
    const remix = await recast('remix', photo, 'of glass', '--denoise', '0.4', '--seed', '3')
    expect(outputs(remix)).toMatchObject([{ path: join(folder, 'out', 'mug_remix_3.png'), width: 120, height: 90 }])
    const reference = await recast('reference', photo, other, '--prompt', 'with the logo', '--count', '2', '--size', '400x300')
    expect(reference.code).toBe(0)
    expect(outputs(reference).map(({ width, height }) => [width, height])).toEqual([
      [400, 300],
      [400, 300],
    ])
    const upscale = await recast('upscale', photo, other, '--factor', '4')
    expect(outputs(upscale)).toMatchObject([{ edit: 'upscale-4x' }, { edit: 'upscale-4x' }])
  })

  it('story draws a picture a scene, and one of them anew', async () => {
    const { recast, folder } = await place()
    await writeFile(join(folder, 'roles.txt'), '[Anna] a woman, in a red coat\n')
    await writeFile(join(folder, 'scenes.txt'), '[Anna] wakes up\n[NC] an empty street\n[Anna] sleeps\n')
    const files = ['--roles', 'roles.txt', '--scenes', 'scenes.txt']
    const whole = await recast('story', ...files, '--style', 'line art', '--name', 'Day', '--seed', '5')
    expect(whole.code).toBe(0)
    expect(outputs(whole).map(({ path }) => String(path).slice(folder.length + 5))).toEqual([
      'Day_story_5.png',
      'Day_story_5 (2).png',
      'Day_story_5 (3).png',
    ])
    expect((await sharp(String(outputs(whole)[0]?.['path'])).metadata()).width).toBe(768)
    const one = await recast('story', ...files, '--scene', '3', '--seed', '6')
    expect(outputs(one)).toMatchObject([{ edit: 'scene-3', seed: 6 }])
    const hero = await writePhoto(join(folder, 'anna.png'), { width: 80, height: 80 })
    const fallback = await recast(
      'story',
      ...files,
      '--role-image',
      `Anna=${hero}`,
      '--workflow',
      'qwen-story',
      '--seeds',
      'each',
      '--seed',
      '1',
    )
    expect(outputs(fallback).map(({ edit, seed }) => [edit, seed])).toEqual([
      ['scene-1', 1],
      ['scene-2', 2],
      ['scene-3', 3],
    ])
  })

  it.each([
    [['generate'], 2, /missing required argument/],
    [['generate', 'x', '--lod', 'best'], 2, /sketch, mid, final, direct_final/],
    [['generate', 'x', '--lod', 'final'], 2, /--from FILE/],
    [['generate', 'x', '--size', '10x10'], 2, /1024x640/],
    [['generate', 'x', '--set', 'guidance=3'], 2, /has no value "guidance"/],
    [['generate', 'x', '--lod', 'final', '--from', 'nothing.png'], 1, /nothing\.png/],
    [['remix', 'nothing.png', 'x'], 1, /nothing\.png/],
    [['reference', 'a', 'b', 'c', 'd', '--prompt', 'x'], 2, /At most three/],
    [['reference', 'a.png', '--prompt', 'x', '--count', '5'], 2, /from 1 to 4/],
    [['story', '--roles', 'no.txt', '--scenes', 'no.txt'], 2, /no\.txt/],
    [['generate', 'x', '--engine', 'draft'], 1, /needs ComfyUI/],
  ])('%j is refused with exit code %i', async (args, code, words) => {
    const { folder } = await place()
    const outcome = await bench.run(
      ['--data', join(folder, 'data'), ...args, ...(args.includes('--engine') ? [] : ['--engine', (await startFake()).url])],
      { cwd: folder },
    )
    expect([outcome.code, outcome.stdout]).toEqual([code, ''])
    expect(outcome.stderr).toMatch(words)
  })
})
