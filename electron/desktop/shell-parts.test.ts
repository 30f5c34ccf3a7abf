import { existsSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createEventHub } from '#core/event-hub'
import { AppError } from '#shared/domain/error'
import { createDesktopHandlers } from './desktop-handlers'
import { createDragOut } from './drag-out'
import { menuTemplate } from './menu'
import { placesOf } from './open-app'
import { selftestRequest } from './selftest'
import { unfinishedJobs } from './unfinished-jobs'
import { placeWindow, readWindowState, smallestWindow, writeWindowState } from './window-state'
import { languageFor, words } from './words'
import { createWakeLock, followWork, workSigns, type WorkSigns } from './work-signs'

describe('the place of the window', () => {
  const screen = { x: 0, y: 0, width: 1920, height: 1040 }
  const second = { x: 1920, y: 0, width: 2560, height: 1440 }
  const at = (x: number, y: number, width = 1200, height = 800) => ({ bounds: { x, y, width, height }, isMaximized: false })

  it.each([
    ['the first time, in the middle', undefined, [screen], { x: 240, y: 70, width: 1440, height: 900 }],
    ['where it was', at(100, 50), [screen], { x: 100, y: 50, width: 1200, height: 800 }],
    ['where it was, on the second screen', at(2000, 100), [screen, second], { x: 2000, y: 100, width: 1200, height: 800 }],
    ['the second screen is gone', at(2000, 100), [screen], { x: 360, y: 120, width: 1200, height: 800 }],
    ['its title bar would be above the screen', at(100, -500), [screen], { x: 360, y: 120, width: 1200, height: 800 }],
    ['only a strip would be seen', at(1900, 50), [screen], { x: 360, y: 120, width: 1200, height: 800 }],
    ['larger than the screen', at(0, 0, 9000, 9000), [screen], { x: 0, y: 0, width: 1920, height: 1040 }],
    ['too small to use', at(0, 0, 10, 10), [screen], { x: 0, y: 0, ...smallestWindow }],
  ])('%s', (_, saved, screens, bounds) => {
    expect(placeWindow(saved, screens).bounds).toEqual(bounds)
  })

  it('can always be taken hold of, whatever was saved', () => {
    const number = fc.integer({ min: -20_000, max: 20_000 })
    fc.assert(
      fc.property(number, number, number, number, (x, y, width, height) => {
        const { bounds } = placeWindow({ bounds: { x, y, width, height }, isMaximized: false }, [screen])
        expect(bounds.y).toBeGreaterThanOrEqual(0)
        expect(bounds.y).toBeLessThanOrEqual(screen.height - 40)
        expect(bounds.x + bounds.width).toBeGreaterThanOrEqual(160)
        expect(bounds.x).toBeLessThanOrEqual(screen.width - 160)
      }),
    )
  })

  it('is remembered whole; a damaged file is no place', () => {
    const dir = mkdtempSync(join(tmpdir(), 'recast-window-'))
    const path = join(dir, 'window.json')
    expect(readWindowState(path)).toBeUndefined()
    writeWindowState(path, at(1, 2))
    expect(readWindowState(path)).toEqual(at(1, 2))
    expect(readdirSync(dir)).toEqual(['window.json'])
    for (const text of ['', '{"bounds":', '{"bounds":{"x":1.5}}', 'null']) {
      writeFileSync(path, text)
      expect(readWindowState(path)).toBeUndefined()
    }
    writeWindowState(join(dir, 'no', 'such', 'folder'), at(1, 2))
  })
})

describe('words', () => {
  it.each([
    ['system', 'zh-CN', 'zh'],
    ['system', 'ZH_Hant', 'zh'],
    ['system', 'de-DE', 'en'],
    ['en', 'zh-CN', 'en'],
    ['zh', 'en-US', 'zh'],
  ] as const)('%s on %s: %s', (setting, locale, language) => {
    expect(languageFor(setting, locale)).toBe(language)
  })
})

describe('the menu', () => {
  const actions = { openPictures() {}, showDataFolder() {} }
  const shape = (items: unknown): unknown =>
    Array.isArray(items)
      ? items.map((item: { role?: string; type?: string; accelerator?: string; submenu?: unknown }) => [
          item.role ?? item.type ?? item.accelerator,
          shape(item.submenu),
        ])
      : undefined

  it.each(['darwin', 'win32', 'linux'] as const)(
    'on %s has the same entries in both languages, and never reloads or opens tools',
    (platform) => {
      const [en, zh] = [menuTemplate(words.en, platform, actions), menuTemplate(words.zh, platform, actions)]
      expect(shape(zh)).toEqual(shape(en))
      expect(JSON.stringify(en)).not.toMatch(/toggleDevTools|forceReload|"reload"/)
      expect(en[0]?.role === 'appMenu').toBe(platform === 'darwin')
    },
  )
})

describe('places', () => {
  it('come from --data, then the environment, then the system', () => {
    expect(placesOf('/app/out/main', ['electron', '.', '--data', '/a'], { RECAST_DATA: '/b' }, undefined).dataDir).toBe('/a')
    expect(placesOf('/app/out/main', [], { RECAST_DATA: '/b' }, undefined).dataDir).toBe('/b')
    expect(placesOf('/app/out/main', [], {}, undefined).dataDir).toMatch(/recast/)
    expect(placesOf('/app/out/main', [], {}, undefined)).toMatchObject({
      rendererDir: join('/app/out/renderer'),
      preload: join('/app/out/preload/preload.cjs'),
    })
  })
  it('are beside the program once it is packed', () => {
    expect(placesOf('/x', [], {}, '/opt/Recast/resources')).toMatchObject({
      modelsDir: join('/opt/Recast/resources/resources/models'),
      samplesDir: join('/opt/Recast/resources/resources/samples'),
    })
    expect(placesOf('/x', [], {}, undefined)).not.toHaveProperty('modelsDir')
  })
})

describe('quitting', () => {
  it('counts what is queued or running', async () => {
    const asked: unknown[] = []
    const call = ((name: string, input: unknown) => {
      asked.push([name, input])
      return Promise.resolve({ items: [], total: 3 })
    }) as never
    expect(await unfinishedJobs({ call })).toBe(3)
    expect(asked).toEqual([['jobs.list', { states: ['queued', 'staging', 'running', 'collecting'], limit: 1 }]])
  })
  it('is not held up by a question that fails', async () => {
    expect(await unfinishedJobs({ call: (() => Promise.reject(new AppError('bug', 'x'))) as never })).toBe(0)
  })
})

describe('desktop calls', () => {
  const opened: string[] = []
  const shown: string[] = []
  const handlers = (filePaths: string[]) =>
    createDesktopHandlers({
      dialog: { showOpenDialog: (() => Promise.resolve({ canceled: filePaths.length === 0, filePaths })) as never },
      shell: {
        showItemInFolder: (path) => void shown.push(path),
        openExternal: (url) => Promise.resolve(void opened.push(url)),
      },
      window: () => undefined,
      words: () => words.en,
      dragOut: () => ({ started: false }),
    })
  it('answer what the dialogs answer, and nothing when they were closed', async () => {
    expect(await handlers(['/a', '/b'])['dialog.openPictures']({})).toEqual({ paths: ['/a', '/b'] })
    expect(await handlers([])['dialog.openPictures']({})).toEqual({ paths: [] })
    expect(await handlers(['/a'])['dialog.chooseFolder']({})).toEqual({ path: '/a' })
    expect(await handlers([])['dialog.chooseFolder']({})).toEqual({})
  })
  it('open web addresses only', async () => {
    expect(await handlers([])['shell.openExternal']({ url: 'https://example.com' })).toEqual({ opened: true })
    expect(await handlers([])['shell.openExternal']({ url: 'file:///etc/passwd' })).toEqual({ opened: false })
    expect(opened).toEqual(['https://example.com/'])
    await handlers([])['shell.showFile']({ path: '/a/b.png' })
    expect(shown).toEqual(['/a/b.png'])
  })
})

describe('dragging out', () => {
  const item = { assetId: '00000000-0000-4000-8000-000000000001', name: 'cup' }
  it('drags files of their own, which stay until the next drag or the end', async () => {
    const dirs: string[] = []
    const started: unknown[] = []
    let written = true
    const { drag, forget } = createDragOut({
      tempDir: tmpdir,
      write: (items, dir) => {
        dirs.push(dir)
        const paths = written ? items.map(({ name }) => join(dir, `${name}.png`)) : []
        for (const path of paths) writeFileSync(path, 'x')
        return Promise.resolve(paths)
      },
      icon: (path) => `icon of ${path}`,
      start: (dragged) => started.push(dragged),
    })
    expect(await drag({ items: [item, { ...item, name: 'cat' }] })).toEqual({ started: true })
    const [first = ''] = dirs
    const cup = join(first, 'cup.png')
    expect(started).toEqual([{ file: cup, files: [cup, join(first, 'cat.png')], icon: `icon of ${cup}` }])
    expect(existsSync(first)).toBe(true)
    written = false
    expect(await drag({ items: [item] })).toEqual({ started: false })
    expect(started).toHaveLength(1)
    expect(existsSync(first)).toBe(false)
    await forget()
    expect(dirs.map((dir) => existsSync(dir))).toEqual([false, false])
  })
})

describe('the self-test', () => {
  it('runs only when it is asked for in full', () => {
    expect(selftestRequest({})).toBeUndefined()
    expect(selftestRequest({ RECAST_SELFTEST_REPORT: '/r' })).toBeUndefined()
    expect(selftestRequest({ RECAST_SELFTEST_REPORT: '/r', RECAST_SELFTEST_SCREENSHOT: '/s' })).toEqual({
      reportPath: '/r',
      screenshotPath: '/s',
    })
  })
})

describe('the signs of work', () => {
  const queue = { queued: 0, active: 0, done: 0, failed: 0, canceled: 0, paused: false }
  const hidden: WorkSigns = { progress: -1, mode: 'normal', awake: false }

  it.each([
    ['nothing to do', undefined, { done: 5 }, hidden],
    ['begun', undefined, { done: 5, queued: 3, active: 1 }, { progress: 0, mode: 'normal', awake: true }],
    [
      'under way; what failed or was cancelled has ended too',
      5,
      { done: 6, failed: 1, canceled: 1, active: 1 },
      { progress: 0.75, mode: 'normal', awake: true },
    ],
    ['finished jobs were cleared', 5, { done: 1, queued: 1, active: 1 }, { progress: 0, mode: 'normal', awake: true }],
    ['waiting for a server that is away', 5, { done: 6, queued: 1 }, { progress: 0.5, mode: 'normal', awake: false }],
    [
      'paused, the last job still at work',
      0,
      { queued: 1, active: 1, paused: true },
      { progress: 0, mode: 'normal', awake: true },
    ],
    ['paused', 0, { done: 1, queued: 1, paused: true }, { progress: 0.5, mode: 'paused', awake: false }],
    ['ended', 5, { done: 9 }, hidden],
  ] as const)('%s', (_, begin, counts, signs) => {
    expect(workSigns(begin, { ...queue, ...counts }).signs).toEqual(signs)
  })

  it('follow the queue from its state at the start, and are taken away at the end', () => {
    const hub = createEventHub((error) => {
      throw error
    })
    const shown: WorkSigns[] = []
    const stop = followWork(hub, { ...queue, done: 2, queued: 2 }, (signs) => shown.push(signs))
    hub.emit({ type: 'queue', queue: { ...queue, done: 3, active: 1 } })
    stop()
    hub.emit({ type: 'queue', queue: { ...queue, done: 4 } })
    expect(shown.map(({ progress, awake }) => [progress, awake])).toEqual([
      [0, false],
      [0.5, true],
      [-1, false],
    ])
    hub.close()
  })

  it('hold the machine awake once, and let go once', () => {
    const said: string[] = []
    const hold = createWakeLock({ start: () => said.push('start'), stop: (id) => said.push(`stop ${id}`) })
    for (const awake of [false, true, true, false, false, true]) hold(awake)
    expect(said).toEqual(['start', 'stop 1', 'start'])
  })
})
