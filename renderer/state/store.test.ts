import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { CallName, Snapshot } from '#shared/contract/calls'
import type { AppClient, LinkState } from '#shared/contract/client'
import type { EventBody } from '#shared/contract/events'
import { createListeners } from '#shared/contract/listeners'
import { AppError } from '#shared/domain/error'
import { settingsSchema } from '#shared/domain/settings'
import { exampleJob, examplePicture, exampleResult, exampleVersion, id } from './examples.test-data'
import { createStudio, type Studio } from './store'

/** An app in memory that answers by the contract: what is tested is the studio, over the real sync. */
function createApp() {
  const events = createListeners<{ epoch: string; seq: number; body: EventBody }>()
  const links = createListeners<LinkState>()
  const asked: { name: CallName; input: unknown }[] = []
  const answers: Partial<Record<CallName, (input: never) => unknown>> = {}
  let seq = 0
  const snapshot = (): Snapshot => ({
    epoch: 'e',
    seq,
    version: '1',
    dataDir: '/data',
    settings: settingsSchema.parse({}),
    styles: [],
    styleMarks: { favourites: [], recent: [] },
    engines: [],
    queue: { paused: false, queued: 0, active: 1, done: 0, failed: 0, canceled: 0 },
    jobs: [exampleJob(1, 'running')],
    pictures: { items: [examplePicture(2), examplePicture(1)], total: 2 },
  })
  answers['app.snapshot'] = snapshot
  answers['pictures.get'] = ({ id: wanted }: { id: string }) => ({
    picture: examplePicture(wanted === id(1) ? 1 : 2),
    versions: [exampleVersion(id(1001))],
  })
  const client = {
    call: async (name: CallName, input: unknown) => {
      asked.push({ name, input })
      const answer = answers[name]
      if (!answer) throw new AppError('input.invalid', `no answer to ${name}`)
      return answer(input as never)
    },
    upload: async (files: { name: string }[]) => files.map((file) => ({ file: file.name, duplicate: false })),
    fileUrl: (assetId: string) => assetId,
    onEvent: events.add,
    onPreview: () => () => {},
    onLink: (listener: (state: LinkState) => void) => {
      listener('open')
      return links.add(listener)
    },
    close: () => {},
  } as unknown as AppClient
  return {
    client,
    asked,
    answers,
    tell: (body: EventBody) => events.emit({ epoch: 'e', seq: ++seq, body }),
    names: () => asked.map(({ name }) => name),
  }
}

describe('the studio', () => {
  let app: ReturnType<typeof createApp>
  let studio: Studio
  const settle = () => vi.advanceTimersByTimeAsync(50)

  beforeEach(async () => {
    vi.useFakeTimers()
    app = createApp()
    studio = createStudio(app.client)
    await settle()
  })
  afterEach(() => {
    studio.close()
    vi.useRealTimers()
  })
  const state = () => studio.store.getState()

  it('starts from a snapshot, opens the newest picture and asks for its versions', () => {
    expect(state()).toMatchObject({ ready: true, dataDir: '/data', selection: { openId: id(2) } })
    expect(app.asked).toContainEqual({ name: 'pictures.get', input: { id: id(2) } })
  })

  it('renders a burst of events once', async () => {
    const changes = vi.fn()
    studio.store.subscribe(changes)
    for (let n = 0; n < 100; n++) app.tell({ type: 'job.progress', id: id(10_001), progress: n / 100 })
    await settle()
    expect(changes).toHaveBeenCalledTimes(1)
    expect(state().jobs.live[id(10_001)]?.progress).toBe(0.99)
  })

  it('shows the result of a job that ends, and asks for the versions of its picture', async () => {
    studio.actions.openPicture(id(1))
    await settle()
    app.asked.length = 0
    app.tell({ type: 'picture', picture: examplePicture(1, { versionCount: 2 }) })
    app.tell({ type: 'job', job: exampleJob(1, 'done') })
    await settle()
    expect(state().shown[id(1)]?.assetId).toBe(id(30_001))
    expect(app.names()).toEqual(['pictures.get'])
  })

  it('applies, undoes and does again by asking the app for each', async () => {
    const current: string[] = []
    app.answers['pictures.apply'] = ({ assetId }: { assetId: string }) => {
      current.push(assetId)
      return { picture: examplePicture(1, { currentAssetId: assetId }), previousAssetId: id(1001) }
    }
    await studio.actions.apply(id(1), id(30_001), 'Clay')
    await studio.actions.undo()
    await studio.actions.redo()
    expect(current).toEqual([id(30_001), id(1001), id(30_001)])
  })

  it('keeps a step that could not be undone, says why, and undoes it the next time', async () => {
    app.answers['pictures.trash'] = () => ({ count: 1 })
    await studio.actions.trash([id(2)])
    await studio.actions.undo()
    expect(state().undo.done).toHaveLength(1)
    expect(state().toasts.shown.at(-1)).toMatchObject({ tone: 'bad', text: { code: 'input.invalid' } })
    app.answers['pictures.restore'] = () => ({ count: 1 })
    await studio.actions.undo()
    expect(state().undo).toMatchObject({ done: [], undone: [{ redo: { type: 'trash' } }] })
  })

  it('keeps a selection of thousands true while they are marked, moved and thrown away', async () => {
    const results = Array.from({ length: 1_200 }, (_unused, n) => exampleResult(n))
    studio.actions.selectResults(results[0], results)
    app.tell({ type: 'marks', marks: results.slice(0, 700).map(({ assetId }) => ({ assetId, star: 3, rejected: false })) })
    await settle()
    expect(state().gallery.selected.map(({ star }) => star)).toEqual(results.map((_result, n) => (n < 700 ? 3 : 0)))
    app.answers['results.search'] = ({ offset, limit }: { offset: number; limit: number }) => ({
      items: results.slice(offset, offset + limit),
      total: results.length,
    })
    app.answers['collections.add'] = () => ({ added: [], collection: {} })
    // Before the first that stays, which is on the third page.
    await studio.actions.moveToFront(id(7), results.slice(0, 1_100))
    expect(app.asked.at(-1)).toMatchObject({ name: 'collections.add', input: { beforeAssetId: results[1_100]?.assetId } })
    app.tell({ type: 'trash', results: results.slice(0, 1_000).map(({ assetId }) => ({ assetId, trashedAt: 1 })) })
    await settle()
    expect(state().gallery.active).toBeUndefined()
    expect(state().gallery.selected.map(({ assetId }) => assetId)).toEqual(results.slice(1_000).map(({ assetId }) => assetId))
  })

  it('takes a setting back that could not be saved', async () => {
    await studio.actions.setSettings({ theme: 'light' })
    expect(state().settings.theme).toBe('system')
    app.answers['settings.set'] = () => settingsSchema.parse({ theme: 'light' })
    await studio.actions.setSettings({ theme: 'light' })
    expect(state().settings.theme).toBe('light')
  })

  it('restyles the selection with the values of the panel, and only what can be', async () => {
    app.answers['jobs.submit'] = () => ({ batchId: id(1), jobs: [] })
    await studio.actions.restyle()
    expect(app.names()).not.toContain('jobs.submit')
    studio.actions.setStyle({ styleId: 'clay', strength: 0.3, count: 2, seed: 11 })
    studio.actions.setUi({ center: 'library' })
    studio.actions.select([id(1), id(2)])
    await studio.actions.restyle()
    expect(app.asked.at(-1)).toMatchObject({
      name: 'jobs.submit',
      input: {
        pictures: [{ pictureId: id(1) }, { pictureId: id(2) }],
        edits: [{ kind: 'style', styleId: 'clay', strength: 0.3 }],
        count: 2,
        seed: 11,
        priority: 'interactive',
      },
    })
  })

  it('recalls every value of a job', () => {
    studio.actions.recall(
      exampleJob(1, 'done', {
        edit: { kind: 'style', styleAssetId: id(5), prompt: 'on marble', strength: 0.2, structure: 0.9, keepColours: true },
        seed: 99,
      }),
    )
    expect(state().ui).toMatchObject({
      mode: 'style',
      style: { styleAssetId: id(5), prompt: 'on marble', strength: 0.2, structure: 0.9, keepColours: true, seed: 99, count: 1 },
    })
    expect(state().ui.style.styleId).toBeUndefined()
    expect(state().selection.openId).toBe(id(1))
  })

  it('tells of each bad file of an import by name', async () => {
    app.client.upload = async () => [
      { file: 'a.png', duplicate: false, picture: examplePicture(3) },
      { file: 'b.txt', duplicate: false, error: { code: 'input.not_a_picture', message: 'm', retry: 'never' } },
    ]
    await studio.actions.importFiles([
      { name: 'a.png', data: new Blob([]) },
      { name: 'b.txt', data: new Blob([]) },
    ])
    expect(state().selection.openId).toBe(id(3))
    expect(state().importing).toBe(0)
    expect(state().toasts.shown).toMatchObject([
      { tone: 'bad', lines: [{ label: 'b.txt', error: { code: 'input.not_a_picture' } }] },
    ])
  })
})
