import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import type { App } from '#core/app'
import { createDraftEngine } from '#core/engines/draft/draft-engine'
import type { Job, SubmissionInput } from '#shared/domain/job'
import type { FakeComfyUi, FakeOptions } from '../../fakes/comfyui/fake-comfyui'
import { openApp, startFake, submit, temporaryFolder, untilState, writePhoto } from './harness'

type Edit = SubmissionInput['edits'][number]
type Graph = Record<string, { class_type: string; inputs: Record<string, unknown> }>

async function studio(options: FakeOptions = {}): Promise<{ app: App; fake: FakeComfyUi; folder: string }> {
  const fake = await startFake(options)
  const folder = await temporaryFolder()
  return { app: await openApp(folder), fake, folder }
}

async function ask(app: App, fake: FakeComfyUi, edit: Edit, more: Partial<SubmissionInput> = {}): Promise<Job[]> {
  const { jobs } = await app.call('jobs.submit', { edits: [edit], engine: fake.url, ...more })
  const done: Job[] = []
  for (const job of jobs) {
    const end = await untilState(app, job, 'done', 'failed')
    expect(end.error).toBeUndefined()
    done.push(end)
  }
  return done
}

/** The graphs that the server got, oldest first. */
async function graphs(fake: FakeComfyUi): Promise<Graph[]> {
  const history = (await (await fetch(`${fake.url}/history`)).json()) as Record<string, { prompt: [number, string, Graph] }>
  return Object.values(history)
    .toSorted((a, b) => a.prompt[0] - b.prompt[0])
    .map(({ prompt }) => prompt[2])
}

async function importFile(app: App, path: string, as: 'picture' | 'style' = 'picture') {
  const { results } = await app.call('assets.import', { paths: [path], as })
  const [first] = results
  if (!first?.asset) throw new Error(first?.error?.message ?? 'no asset')
  return { assetId: first.asset.id, pictureId: first.picture?.id ?? '' }
}

const pixelsOf = async (app: App, job: Job | undefined): Promise<string> =>
  (
    await sharp((await app.files.read(job?.outputs[0]?.assetId ?? '')).path)
      .raw()
      .toBuffer()
  ).toString('base64')

const first = <T>(list: readonly T[]): T => {
  const [one] = list
  if (one === undefined) throw new Error('an empty list')
  return one
}

describe('text to image', () => {
  it('goes from sketch over mid to final, each level with its own model, size and values, and keeps them', async () => {
    const { app, fake } = await studio()
    const words = { kind: 'generate', prompt: 'a red mug', negative: 'text' } as const
    const sketch = first(await ask(app, fake, { ...words, level: 'sketch' }, { seed: 70 }))
    expect(sketch.made).toMatchObject({ workflowId: 'z-image-turbo-text-to-image', values: { seed: 70, prompt: 'a red mug' } })
    // At cfg 1 a negative does nothing, and that is said.
    expect(sketch.notes).toContain('negative_ignored')
    const mid = first(await ask(app, fake, { ...words, level: 'mid' }))
    expect(mid.made).toMatchObject({ workflowId: 'qwen-image-2512-text-to-image', choices: { speed: 'lightning-4' } })

    const final = first(await ask(app, fake, { ...words, level: 'final', from: { jobId: sketch.id } }))
    expect(final).toMatchObject({ seed: 70, pictureId: sketch.pictureId, inputAssetId: sketch.outputs[0]?.assetId })
    expect(final.made).toMatchObject({
      workflowId: 'qwen-image-2512-text-to-image',
      choices: { speed: 'full' },
      values: { steps: 50, cfg: 4, denoise: 0.5, seed: 70, negative: 'text' },
    })

    // None was named: the gallery finds each by the one that ran.
    const found = async (workflow: string): Promise<number> => (await app.call('results.search', { workflows: [workflow] })).total
    expect(await found('z-image-turbo-text-to-image')).toBe(1)
    expect(await found('qwen-image-2512-text-to-image')).toBe(2)
    expect((await app.call('results.search', { words: 'red mug', workflows: ['qwen-image-2512-text-to-image'] })).total).toBe(2)
    const graph = (await graphs(fake)).at(-1)
    // Drawn from the sketch, which was sent, and not from an empty latent.
    expect(graph?.['41']?.inputs).toMatchObject({ latent_image: ['44', 0], seed: 70, denoise: 0.5 })
    expect(fake.uploads).toHaveLength(1)
    const direct = first(await ask(app, fake, { ...words, level: 'direct_final' }))
    expect(direct.outputs[0]).toMatchObject({ width: 1664, height: 1040 })
  })

  it('a refined sketch keeps its shape at the pixels of the level', async () => {
    const { app, fake } = await studio()
    const make = { kind: 'generate', prompt: 'a tower' } as const
    const workflowId = 'sd15-text-to-image'
    const sketch = first(await ask(app, fake, { ...make, level: 'sketch', size: { width: 320, height: 640 } }, { workflowId }))
    const final = first(await ask(app, fake, { ...make, level: 'final', from: { jobId: sketch.id } }, { workflowId }))
    const { width, height } = first(final.outputs)
    expect(Math.abs(height / width - 2)).toBeLessThan(0.05)
    expect(Math.abs((width * height) / (1024 * 640) - 1)).toBeLessThan(0.05)
  })

  it('makes exactly the size that is wished, also where the model can not, and refuses what it never can', async () => {
    const { app, fake } = await studio()
    const edit = { kind: 'generate', prompt: 'a mug', level: 'mid' } as const
    const workflowId = 'sd15-text-to-image'
    const made = first(await ask(app, fake, { ...edit, size: { width: 300, height: 261 } }, { workflowId }))
    expect(made.outputs[0]).toMatchObject({ width: 300, height: 261 })
    expect((await graphs(fake))[0]?.['40']?.inputs).toMatchObject({ width: 304, height: 264 })
    for (const size of [
      { width: 100, height: 300 },
      { width: 2048, height: 2048 },
    ]) {
      await expect(app.call('jobs.submit', { edits: [{ ...edit, size }], workflowId, engine: fake.url })).rejects.toMatchObject({
        code: 'input.invalid',
      })
    }
  })

  it('makes several results with seeds in a row, each a picture of its own', async () => {
    const { app, fake } = await studio()
    const jobs = await ask(app, fake, { kind: 'generate', prompt: 'a mug', level: 'sketch' }, { seed: 5, count: 4 })
    expect(jobs.map(({ seed }) => seed)).toEqual([5, 6, 7, 8])
    expect(jobs.map(({ made }) => made?.values['seed'])).toEqual([5, 6, 7, 8])
    expect(new Set(await Promise.all(jobs.map((job) => pixelsOf(app, job)))).size).toBe(4)
    expect(new Set(jobs.map(({ pictureId }) => pictureId)).size).toBe(4)
  })

  it('takes every value of the workflow from the job, and refuses one that there is not', async () => {
    const { app, fake } = await studio()
    const edit = { kind: 'generate', prompt: 'a mug', level: 'mid' } as const
    const sampling = {
      steps: 3,
      cfg: 2,
      sampler: 'euler',
      scheduler: 'normal',
      choices: { speed: 'full' },
      values: { width: 512, height: 512 },
    }
    const made = first(await ask(app, fake, edit, { sampling }))
    expect(made.made).toMatchObject({
      choices: { speed: 'full' },
      values: { steps: 3, cfg: 2, sampler: 'euler', scheduler: 'normal', width: 512, height: 512 },
    })
    expect((await graphs(fake))[0]?.['41']?.inputs).toMatchObject({ steps: 3, cfg: 2, sampler_name: 'euler' })
    const refused = { edits: [edit], engine: fake.url, workflowId: 'qwen-image-2512-text-to-image' }
    await expect(app.call('jobs.submit', { ...refused, sampling: { values: { guidance: 3 } } })).rejects.toMatchObject({
      code: 'input.invalid',
    })
    await expect(app.call('jobs.submit', { ...refused, sampling: { choices: { speed: 'none' } } })).rejects.toMatchObject({
      code: 'input.invalid',
    })
    expect((await app.call('jobs.list', {})).total).toBe(1)
  })
})

describe('image to image', () => {
  it('lies over its photo, with the share that was asked for; refining keeps the seed', async () => {
    const { app, fake, folder } = await studio()
    const photo = await writePhoto(join(folder, 'photo.png'), { width: 300, height: 200 })
    const { pictureId } = await importFile(app, photo)
    const workflowId = 'sd15-image-to-image'
    const edit = { kind: 'remix', prompt: 'of blue glass', denoise: 0.35 } as const
    const one = first(await ask(app, fake, edit, { pictures: [{ pictureId }], workflowId, seed: 12 }))
    expect(one.outputs[0]).toMatchObject({ width: 300, height: 200 })
    expect(one).toMatchObject({ pictureId, made: { values: { denoise: 0.35, seed: 12 } } })
    const refined = first(
      await ask(
        app,
        fake,
        { kind: 'remix', prompt: 'of blue glass', level: 'final' },
        {
          pictures: [{ pictureId, assetId: first(one.outputs).assetId }],
          workflowId,
        },
      ),
    )
    expect(refined).toMatchObject({ seed: 12, made: { values: { denoise: 0.4, steps: 30 } } })
  })
})

describe('reference edits', () => {
  it('send up to three pictures; own size and four results', async () => {
    const { app, fake, folder } = await studio()
    const assets: { assetId: string; pictureId: string }[] = []
    for (const n of [1, 2, 3])
      assets.push(await importFile(app, await writePhoto(join(folder, `p${n}.png`), { width: 90 + n * 20, height: 80 })))
    const edit = { kind: 'reference', prompt: 'together', assetIds: assets.map(({ assetId }) => assetId) } as const
    const jobs = await ask(app, fake, { ...edit, size: { width: 500, height: 300 } }, { count: 4 })
    expect(jobs.map(({ outputs }) => [outputs[0]?.width, outputs[0]?.height])).toEqual(jobs.map(() => [500, 300]))
    expect(jobs.every(({ pictureId }) => pictureId === assets[0]?.pictureId)).toBe(true)
    expect(fake.uploads).toHaveLength(3)
    expect((await graphs(fake))[0]?.['44']?.inputs).toMatchObject({ width: 512, height: 304 })
    // Without a size it lies over the first picture; with one picture the others' nodes are not there.
    const alone = first(await ask(app, fake, { ...edit, assetIds: edit.assetIds.slice(0, 1) }))
    expect(alone.outputs[0]).toMatchObject({ width: 110, height: 80 })
    expect(Object.values((await graphs(fake)).at(-1) ?? {}).filter((node) => node.class_type === 'LoadImage')).toHaveLength(1)
    await expect(app.call('jobs.submit', { edits: [edit], count: 5, engine: fake.url })).rejects.toMatchObject({
      code: 'input.invalid',
    })
  })
})

const story: Extract<Edit, { kind: 'story' }> = {
  kind: 'story',
  roles: [
    { name: 'Anna', description: 'a woman, wearing a red coat' },
    { name: 'Bo', description: 'a man img, in a suit' },
  ],
  scenes: [
    { role: 'Anna', text: 'wakes up' },
    { role: 'Bo', text: 'drives a car' },
    { text: 'an empty street' },
    { role: 'Anna', text: 'sleeps' },
  ],
}

describe('stories', () => {
  it('on StoryDiffusion are one run with a picture a scene; one scene anew comes with the scenes that introduce its roles', async () => {
    const { app, fake } = await studio()
    const whole = await ask(
      app,
      fake,
      { ...story, style: 'comic book', size: { width: 512, height: 512 } },
      { seed: 3, name: 'Their day' },
    )
    expect(whole).toHaveLength(1)
    expect(whole[0]).toMatchObject({ made: { workflowId: 'story-diffusion', values: { look: 'Comic_book' } } })
    expect(whole[0]?.outputs.map(({ width, height }) => [width, height])).toEqual(story.scenes.map(() => [512, 512]))
    const { picture, versions } = await app.call('pictures.get', { id: whole[0]?.pictureId ?? '' })
    expect([picture.name, versions.length]).toEqual(['Their day', 4])
    expect((await graphs(fake))[0]?.['82']?.inputs).toMatchObject({
      role_text: '[Anna] a woman img, wearing a red coat\n[Bo] a man img, in a suit',
      scene_text: '[Anna] wakes up;\n[Bo] drives a car;\n[NC] an empty street;\n[Anna] sleeps;',
    })
    const again = await ask(app, fake, { ...story, scene: 3 }, { seed: 3 })
    expect(again[0]?.outputs).toHaveLength(1)
    expect((await graphs(fake))[1]?.['82']?.inputs['scene_text']).toBe('[Anna] wakes up;\n[Bo] drives a car;\n[Anna] sleeps;')
  })

  it('without those nodes are a job a scene from the picture of its hero', async () => {
    const { app, fake, folder } = await studio()
    const anna = await importFile(app, await writePhoto(join(folder, 'anna.png'), { width: 300, height: 400 }), 'style')
    const bo = await importFile(app, await writePhoto(join(folder, 'bo.png'), { width: 200, height: 200 }), 'style')
    const roles = [
      { ...first(story.roles), assetIds: [anna.assetId] },
      { ...first(story.roles.slice(1)), assetIds: [bo.assetId] },
    ]
    const scenes = [...story.scenes.slice(0, 2), { role: 'Anna', text: 'meets Bo' }]
    const jobs = await ask(app, fake, { ...story, roles, scenes, style: 'ink' }, { workflowId: 'qwen-story' })
    expect(jobs.map(({ made }) => made?.values['prompt'])).toEqual([
      'Next Scene: a woman, wearing a red coat wakes up, ink',
      'Next Scene: a man, in a suit drives a car, ink',
      'Next Scene: a woman, wearing a red coat meets Bo, ink',
    ])
    // The double gives the hero's picture back: scenes of one hero are one picture here, and of its own size.
    expect(new Set(jobs.map(({ pictureId }) => pictureId)).size).toBe(2)
    expect(jobs.map(({ outputs }) => outputs[0]?.height)).toEqual([1173, 1024, 1173])
    expect(fake.uploads).toHaveLength(2)
    const loads = (await graphs(fake)).map(
      (graph) => Object.values(graph).filter((node) => node.class_type === 'LoadImage').length,
    )
    expect(loads).toEqual([1, 1, 2])
  })

  it('that no workflow can draw are refused in words before anything is queued', async () => {
    const { app, fake } = await studio()
    const refusals: [Edit, Partial<SubmissionInput>, RegExp][] = [
      [{ ...story, scenes: [{ role: 'Cleo', text: 'sings' }] }, {}, /no role "Cleo"/],
      [
        { ...story, roles: [{ name: 'Anna' }], scenes: [{ role: 'Anna', text: 'sings' }] },
        { workflowId: 'story-diffusion' },
        /needs a description/,
      ],
      [story, { workflowId: 'qwen-story' }, /picture of its hero/],
    ]
    for (const [edit, more, message] of refusals) {
      await expect(app.call('jobs.submit', { edits: [edit], engine: fake.url, ...more })).rejects.toThrow(message)
    }
    expect((await app.call('jobs.list', {})).total).toBe(0)
  })
})

it('an upscale sends the photo as it is, larger than models look at, and keeps its transparency', async () => {
  const { app, fake, folder } = await studio()
  const photo = await writePhoto(join(folder, 'photo.png'), { width: 2100, height: 40 }, true)
  const [job] = await submit(app, photo, { engine: fake.url, edits: [{ kind: 'upscale', factor: 4 }] })
  const done = await untilState(app, job, 'done', 'failed')
  expect(done.error).toBeUndefined()
  // The double's upscaler hands its picture on: what came is what was sent.
  expect(done.outputs[0]).toMatchObject({ width: 2100, height: 40 })
  const file = await app.files.read(done.outputs[0]?.assetId ?? '')
  expect((await sharp(file.path).metadata()).hasAlpha).toBe(true)
  expect(done.made).toMatchObject({ workflowId: 'upscale', choices: { factor: '4' } })
})

describe('before anything is queued', () => {
  it('a workflow that is not ready is refused with the list of what is missing', async () => {
    const { app, fake } = await studio({ without: ['z_image_turbo_bf16.safetensors'] })
    const asked = {
      edits: [{ kind: 'generate', prompt: 'a mug' }] as Edit[],
      engine: fake.url,
      workflowId: 'z-image-turbo-text-to-image',
    }
    await expect(app.call('jobs.submit', asked)).rejects.toMatchObject({
      code: 'engine.missing_model',
      detail: { missing: [{ kind: 'model', file: 'z_image_turbo_bf16.safetensors', folder: 'diffusion_models' }] },
    })
    // One that is ready goes in its place where none is named.
    const made = first(await ask(app, fake, { kind: 'generate', prompt: 'a mug', level: 'sketch' }))
    expect(made.made?.workflowId).toBe('qwen-image-2512-text-to-image')
  })

  it('on a machine without ComfyUI it is said what to do', async () => {
    const folder = await temporaryFolder()
    const app = await openApp(folder, { engines: () => [createDraftEngine()] })
    const { assetId, pictureId } = await importFile(app, await writePhoto(join(folder, 'photo.png')))
    const edits: [Edit, boolean][] = [
      [{ kind: 'generate', prompt: 'a mug' }, false],
      [{ kind: 'remix', prompt: 'a mug' }, true],
      [{ kind: 'reference', prompt: 'a mug', assetIds: [assetId] }, false],
      [story, false],
      [{ kind: 'upscale' }, true],
    ]
    for (const [edit, needsPicture] of edits) {
      const pictures = needsPicture ? [{ pictureId }] : []
      for (const engine of ['auto', 'draft']) {
        await expect(app.call('jobs.submit', { edits: [edit], pictures, engine })).rejects.toMatchObject({
          code: 'input.unsupported_edit',
          message: expect.stringMatching(/needs ComfyUI.*--engine/) as string,
        })
      }
    }
    expect((await app.call('jobs.list', {})).total).toBe(0)
  })
})
