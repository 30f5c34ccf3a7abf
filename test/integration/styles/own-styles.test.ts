import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { App } from '#core/app'
import type { AppEvent } from '#shared/contract/events'
import type { OwnStyle } from '#shared/domain/style'
import { createDraftEngine } from '#core/engines/draft/draft-engine'
import { buildDraftProcess, type BuiltProcess } from '../draft/draft-process'
import { openApp, startFake, submit, temporaryFolder, untilState, writePhoto } from '../comfyui/harness'

let built: BuiltProcess
beforeAll(async () => {
  built = await buildDraftProcess()
}, 120_000)
afterAll(() => built.remove())

const noir: OwnStyle = {
  name: 'Noir',
  wording: 'Film Noir Style, hard light',
  wordings: { draw: 'film noir, monochrome, high contrast', negative: 'colour' },
  draftStyleId: 'pencil',
  values: { strength: 0.6, structure: 0.3, keepColours: true },
  sampling: { steps: 9, scheduler: 'simple' },
}

async function ownApp(): Promise<{ app: App; folder: string }> {
  const folder = await temporaryFolder()
  return { app: await openApp(join(folder, 'data')), folder }
}

async function stylePicture(app: App, folder: string): Promise<string> {
  const path = join(folder, 'swirl.png')
  const shade = await sharp({ create: { width: 400, height: 400, channels: 3, background: '#10c040' } })
    .png()
    .toBuffer()
  await sharp({ create: { width: 1500, height: 900, channels: 3, background: '#c03020' } })
    .composite([{ input: shade }])
    .png()
    .toFile(path)
  const { results } = await app.call('assets.import', { paths: [path], as: 'style' })
  const id = results[0]?.asset?.id
  if (id === undefined) throw new Error('no style picture')
  return id
}

describe('own presets', () => {
  it('are kept, changed, removed and restored; every client hears of it, and a restart finds them', async () => {
    const folder = await temporaryFolder()
    const app = await openApp(folder)
    const heard: AppEvent['body'][] = []
    app.events.onEvent((event) => heard.push(event.body))
    const saved = await app.call('styles.save', { style: noir })
    expect(saved).toMatchObject({ group: 'own', title: { en: 'Noir', zh: 'Noir' }, wording: noir.wording, own: noir })
    const changed = await app.call('styles.save', { id: saved.id, style: { ...noir, name: 'Noir 40s' } })
    expect(changed.id).toBe(saved.id)
    await app.call('styles.favour', { id: saved.id, favourite: true })
    await app.call('styles.favour', { id: 'clay', favourite: true })
    expect((await app.call('app.snapshot', {})).styleMarks.favourites.toSorted()).toEqual(['clay', saved.id].toSorted())
    expect(await app.call('styles.remove', { ids: [saved.id, 'clay'] })).toEqual({ ids: [saved.id] })
    expect((await app.call('styles.list', {})).marks.favourites).toEqual(['clay'])
    await app.call('styles.restore', { ids: [saved.id] })
    expect(heard.map(({ type }) => type).filter((type) => type.startsWith('style'))).toEqual([
      'style',
      'style',
      'style.marks',
      'style.marks',
      'style.removed',
      'style.marks',
      'style',
      'style.marks',
    ])
    await app.close()
    const again = await openApp(folder)
    expect((await again.call('styles.list', {})).styles[0]).toEqual(changed)
  })

  it.each([
    ['the name of another', { ...noir, name: ' noir ' }, 'input.conflict'],
    ['the name of a style of the catalogue, in either language', { ...noir, name: '油画' }, 'input.conflict'],
    ['neither words nor a picture', { ...noir, name: 'Empty', wording: '  ' }, 'input.invalid'],
    ['no name', { ...noir, name: '  ' }, 'input.invalid'],
    [
      'a picture that is not there',
      { ...noir, name: 'A', sampleAssetId: '00000000-0000-4000-8000-000000000000' },
      'input.not_found',
    ],
    ['a look that is not there', { ...noir, name: 'A', draftStyleId: 'nothing-like-it' }, 'input.unknown_style'],
    ['a strength beyond all', { ...noir, name: 'A', values: { ...noir.values, strength: 2 } }, 'input.invalid'],
  ])('with %s are refused', async (_what, style, code) => {
    const { app } = await ownApp()
    await app.call('styles.save', { style: noir })
    await expect(app.call('styles.save', { style })).rejects.toMatchObject({ code })
    expect((await app.call('styles.list', {})).styles.filter(({ group }) => group === 'own')).toHaveLength(1)
  })

  it('tell a ComfyUI workflow their words, values and negative, by family', async () => {
    const { app, folder } = await ownApp()
    const fake = await startFake()
    const photo = await writePhoto(join(folder, 'photo.png'))
    const style = await app.call('styles.save', { style: noir })
    const byWords = await submit(app, photo, {
      engine: fake.url,
      workflowId: 'qwen-edit-2511-style',
      edits: [{ kind: 'style', styleId: 'noir' }],
    })
    const done = await untilState(app, byWords[0], 'done')
    expect(done.edit).toMatchObject({
      styleId: style.id,
      strength: 0.6,
      structure: 0.3,
      keepColours: true,
      preset: { title: 'Noir' },
    })
    expect(done.made?.values).toMatchObject({ steps: 9, scheduler: 'simple' })
    expect(String(done.made?.values['prompt'])).toContain('Film Noir Style, hard light')
    expect(String(done.made?.values['prompt'])).toContain('keep the original colours')
    const drawn = await submit(app, photo, {
      engine: fake.url,
      workflowId: 'sd15-style',
      edits: [{ kind: 'style', styleId: style.id, strength: 0.9 }],
    })
    const sd = await untilState(app, drawn[0], 'done')
    expect(sd.edit).toMatchObject({ strength: 0.9 })
    expect(sd.made?.values).toMatchObject({ prompt: 'film noir, monochrome, high contrast', negative: 'colour' })
    expect((await app.call('styles.list', {})).marks.recent[0]).toBe(style.id)
  })

  it('with a picture send it where a workflow takes one, and go by their words where none does', async () => {
    const { app, folder } = await ownApp()
    const fake = await startFake()
    const photo = await writePhoto(join(folder, 'photo.png'))
    const styleAssetId = await stylePicture(app, folder)
    const style = await app.call('styles.save', { style: { ...noir, styleAssetId } })
    const [byPicture] = await submit(app, photo, { engine: fake.url, edits: [{ kind: 'style', styleId: style.id }] })
    const done = await untilState(app, byPicture, 'done')
    expect(done.edit).toMatchObject({ styleAssetId })
    expect(done.made?.workflowId).toBe('qwen-edit-2511-style-image')
    const [named] = await submit(app, photo, {
      engine: fake.url,
      workflowId: 'sd15-style',
      edits: [{ kind: 'style', styleId: style.id }],
    })
    expect((await untilState(app, named, 'done')).made?.values['prompt']).toBe(noir.wordings.draw)
  })

  it('that were deleted stay understandable in their results, which can be made again as they were', async () => {
    const { app, folder } = await ownApp()
    const fake = await startFake()
    const photo = await writePhoto(join(folder, 'photo.png'))
    const style = await app.call('styles.save', { style: noir })
    const [job] = await submit(app, photo, { engine: fake.url, edits: [{ kind: 'style', styleId: style.id }] })
    const done = await untilState(app, job, 'done')
    await app.call('styles.remove', { ids: [style.id] })
    const { items } = await app.call('results.search', { search: 'noir' })
    expect(items).toHaveLength(1)
    const { versions } = await app.call('pictures.get', { id: done.pictureId ?? '' })
    expect(versions.at(-1)?.label).toBe('Noir')
    const [again] = await submit(app, photo, { engine: fake.url, edits: [done.edit] })
    expect((await untilState(app, again, 'done')).edit).toEqual(done.edit)
  })

  it('run on the draft engine: by their picture, by the look they name, by the nearest one', async () => {
    const folder = await temporaryFolder()
    const app = await openApp(join(folder, 'data'), {
      engines: ({ logger }) => [createDraftEngine({ logger, threads: 0, processPath: built.path })],
    })
    const photo = await writePhoto(join(folder, 'photo.png'))
    const picked = await app.call('styles.save', { style: noir })
    const words = await app.call('styles.save', {
      style: { ...noir, name: 'Aquarell', draftStyleId: undefined, wording: 'soft watercolour' },
    })
    const picture = await app.call('styles.save', {
      style: { ...noir, name: 'Swirl', styleAssetId: await stylePicture(app, folder) },
    })
    const made = new Map<string, string>()
    for (const [name, edit] of [
      ['picked', { kind: 'style', styleId: picked.id, strength: 1, structure: 0.5, keepColours: false }],
      ['pencil', { kind: 'style', styleId: 'pencil', strength: 1, structure: 0.5, keepColours: false }],
      ['words', { kind: 'style', styleId: words.id, strength: 1, structure: 0.5, keepColours: false }],
      ['watercolour', { kind: 'style', styleId: 'watercolour', strength: 1, structure: 0.5, keepColours: false }],
      ['picture', { kind: 'style', styleId: picture.id, strength: 1, structure: 0.5, keepColours: false }],
    ] as const) {
      const [job] = await submit(app, photo, { engine: 'draft', edits: [edit] })
      const done = await untilState(app, job, 'done')
      const { path } = await app.files.read(done.outputs[0]?.assetId ?? '')
      made.set(name, (await sharp(path).raw().toBuffer()).toString('base64'))
    }
    expect(made.get('picked')).toBe(made.get('pencil'))
    expect(made.get('words')).toBe(made.get('watercolour'))
    expect(new Set(made.values()).size).toBe(3)
  }, 120_000)
})

describe('files of presets', () => {
  it('carry presets with their pictures into another data folder; once more they are known', async () => {
    const { app, folder } = await ownApp()
    const styleAssetId = await stylePicture(app, folder)
    const style = await app.call('styles.save', { style: { ...noir, styleAssetId, sampleAssetId: styleAssetId } })
    const { paths } = await app.call('styles.export', { ids: [style.id], dir: join(folder, 'out') })
    expect(paths[0]).toMatch(/Noir\.recast-styles\.json$/u)
    const text = await readFile(paths[0] ?? '', 'utf8')
    const { fileId } = await app.call('styles.export', { ids: [style.id] })
    const download = await app.files.read(fileId ?? '')
    expect(Buffer.from(download.bytes ?? []).toString()).toBe(text)
    const other = await openApp(join(folder, 'other'))
    const { results } = await other.call('styles.import', { text })
    expect(results).toMatchObject([{ name: 'Noir', duplicate: false }])
    const [taken] = results
    expect(taken?.style?.own).toMatchObject({
      name: 'Noir',
      wordings: noir.wordings,
      values: noir.values,
      sampling: noir.sampling,
    })
    const { path } = await other.files.read(taken?.style?.own?.styleAssetId ?? '')
    expect(await sharp(path).metadata()).toMatchObject({ width: 1024, height: 614 })
    expect((await other.call('styles.import', { path: paths[0] ?? '' })).results).toMatchObject([{ duplicate: true }])
    const renamed = text.replace('hard light', 'soft light')
    expect((await other.call('styles.import', { text: renamed })).results[0]?.style?.title.en).toBe('Noir 2')
  })

  const wrap = (styles: unknown, more: object = {}): string =>
    JSON.stringify({ format: 'recast-styles', version: 1, styles, ...more })
  it.each([
    ['no JSON', '{"format": "recast-styles"', 'not JSON'],
    ['other JSON', '{"a": 1}', 'holds no presets'],
    ['null', 'null', 'holds no presets'],
    ['a newer version', wrap([], { version: 2 }), 'newer Recast'],
    ['none', wrap([]), 'holds no presets'],
    ['too many', wrap(Array.from({ length: 501 }, () => ({}))), 'at most 500'],
  ])('with %s are refused with words', async (_what, text, words) => {
    const { app } = await ownApp()
    await expect(app.call('styles.import', { text })).rejects.toMatchObject({
      code: 'input.invalid',
      message: expect.stringContaining(words) as string,
    })
  })

  it('with hostile presets lose only those', async () => {
    const { app, folder } = await ownApp()
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>').toString('base64')
    const bomb = (
      await sharp({ create: { width: 12_000, height: 12_000, channels: 3, background: '#fff' } })
        .png()
        .toBuffer()
    ).toString('base64')
    const path = join(folder, 'hostile.json')
    await writeFile(
      path,
      wrap([
        { name: 'Svg', wording: 'x', sample: svg },
        { name: 'Bomb', wording: 'x', picture: bomb },
        { name: 'Long', wording: 'x'.repeat(5_000) },
        { name: 'Key', wording: 'x', constructor: { prototype: 1 }, sampleAssetId: '../../etc/passwd' },
        { name: 'Path', wording: 'x', sample: '../../etc/passwd' },
        'nothing',
        { name: 'Empty' },
        { name: '‮Good', wording: 'good words', draftStyleId: 'of-the-future' },
      ]),
    )
    const { results } = await app.call('styles.import', { path })
    expect(results.map(({ style, error }) => (style ? 'taken' : error?.code))).toEqual([
      'input.unsupported_format',
      'input.too_large',
      'input.invalid',
      'input.invalid',
      'input.invalid',
      'input.invalid',
      'input.invalid',
      'taken',
    ])
    expect(results.flatMap(({ error }) => (error ? [error.message.length > 20] : []))).toEqual(Array(7).fill(true))
  }, 60_000)
})
