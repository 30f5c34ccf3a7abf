import {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  nativeImage,
  nativeTheme,
  powerSaveBlocker,
  protocol,
  safeStorage,
  screen,
  session,
  shell,
} from 'electron'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { App } from '#core/app'
import { isTrustedSender } from './security/sender'
import { appScheme, pageAddress } from './security/origin'
import { schemePrivileges, webPreferencesFor } from './security/web-preferences'
import { toAppError } from '#shared/domain/error'
import type { Settings } from '#shared/domain/settings'
import { createDesktopHandlers } from './desktop-handlers'
import { createDragOut } from './drag-out'
import { serveIpc, type IpcHost } from './ipc'
import { createKeychainVault } from './keychain'
import { menuTemplate } from './menu'
import { openApp, placesOf, type OpenApp } from './open-app'
import { openInBrowser, protectEveryPage, protectSession } from './protect'
import { createSchemeHandler } from './scheme-handler'
import { runSelftest, selftestRequest } from './selftest'
import { unfinishedJobs } from './unfinished-jobs'
import { placeWindow, readWindowState, smallestWindow, writeWindowState } from './window-state'
import { languageFor, words, type Words } from './words'
import { createWakeLock, followWork, type WorkSigns } from './work-signs'

/** A quit that takes longer than this is ended by force: nothing is lost, and a process that stays would hold the data folder. */
const quitTimeoutMs = 15_000

const places = placesOf(import.meta.dirname, process.argv, process.env, app.isPackaged ? process.resourcesPath : undefined)
const selftest = selftestRequest(process.env)
const windowIds = new Set<number>()
let open: OpenApp | undefined
let running: App | undefined
let window: BrowserWindow | undefined
let say: Words = words.en
let isQuitAgreed = selftest !== undefined
let quitting: Promise<void> | undefined
let stopWork = (): void => {}

const note = (problem: string): void => open?.log.warn({ problem }, 'desktop')
const openExternal = (address: string): void => void openInBrowser(address, (url) => shell.openExternal(url)).catch(() => {})

protocol.registerSchemesAsPrivileged([{ scheme: appScheme, privileges: schemePrivileges }])
app.enableSandbox()
protectEveryPage(app, openExternal, note)

/** Asks whether to leave unfinished jobs for the next start; answers whether to go on with quitting. */
async function agreeToQuit(): Promise<boolean> {
  const left = running ? await unfinishedJobs(running) : 0
  if (left === 0) return true
  const question = {
    type: 'question' as const,
    message: say.jobsLeft(left),
    detail: say.jobsLeftDetail,
    buttons: [say.keepOpen, say.quitAnyway],
    defaultId: 0,
    cancelId: 0,
  }
  const { response } = window ? await dialog.showMessageBox(window, question) : await dialog.showMessageBox(question)
  return response === 1
}

function createWindow(): BrowserWindow {
  const statePath = join(app.getPath('userData'), 'window.json')
  const main = screen.getPrimaryDisplay()
  const others = screen.getAllDisplays().filter((display) => display.id !== main.id)
  const place = placeWindow(
    readWindowState(statePath),
    [main, ...others].map((display) => display.workArea),
  )
  const made = new BrowserWindow({
    ...place.bounds,
    minWidth: smallestWindow.width,
    minHeight: smallestWindow.height,
    title: 'Recast',
    // The page's own ground (renderer/theme/tokens.css), so that nothing flashes before it is painted.
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#141517' : '#e4e5e8',
    show: false,
    webPreferences: webPreferencesFor(places.preload),
  })
  if (place.isMaximized) made.maximize()
  const contentsId = made.webContents.id
  windowIds.add(contentsId)
  made.once('ready-to-show', () => made.show())
  made.on('close', (event) => {
    writeWindowState(statePath, { bounds: made.getNormalBounds(), isMaximized: made.isMaximized() })
    // On a Mac the app stays when its window goes, and so do the jobs.
    if (isQuitAgreed || process.platform === 'darwin') return
    event.preventDefault()
    app.quit()
  })
  made.on('closed', () => {
    windowIds.delete(contentsId)
    window = undefined
  })
  let crashes = 0
  made.webContents.on('render-process-gone', (_event, details) => {
    note(`page process gone: ${details.reason}`)
    // Once may be bad luck; a page that keeps dying must not be started for ever.
    if (!quitting && details.reason !== 'clean-exit' && ++crashes <= 2) made.webContents.reload()
  })
  void made.loadURL(pageAddress)
  return made
}

function buildMenu(): void {
  const handlers = desktopHandlers()
  const actions = {
    openPictures: () =>
      void (async () => {
        const { paths } = await handlers['dialog.openPictures']({})
        if (paths.length > 0) await running?.call('assets.import', { paths })
      })().catch((error: unknown) => note(toAppError(error).message)),
    showDataFolder: () => void shell.openPath(places.dataDir),
  }
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(say, process.platform, actions)))
}

/** The system's own parts (menu, dialogs, title bar) in the language and the theme of the studio. */
function followSettings({ language, theme }: Settings): void {
  nativeTheme.themeSource = theme
  say = words[languageFor(language, app.getLocale())]
  buildMenu()
}

const keepAwake = createWakeLock({
  start: () => powerSaveBlocker.start('prevent-app-suspension'),
  stop: (id) => powerSaveBlocker.stop(id),
})
function showWork({ progress, mode, awake }: WorkSigns): void {
  keepAwake(awake)
  if (window && !window.isDestroyed()) window.setProgressBar(progress, { mode })
}

/** Longer side of the picture under the pointer, pixels. */
const dragIconSize = 96
const dragOut = createDragOut({
  tempDir: () => app.getPath('temp'),
  write: async (items, dir) => (running ? (await running.call('assets.export', { items, dir })).paths : []),
  icon: (path) => nativeImage.createFromPath(path).resize({ width: dragIconSize }),
  start: (item) => window?.webContents.startDrag(item),
})
const desktopHandlers = () =>
  createDesktopHandlers({ dialog, shell, window: () => window, words: () => say, dragOut: (input) => dragOut.drag(input) })

/** Waits until this process owns the data folder, saying so when that takes more than a moment; undefined when the user gave up. */
async function waitForOwnership(opened: OpenApp): Promise<App | undefined> {
  const soon = await Promise.race([opened.owned, sleep(1_500)])
  if (soon) return soon
  const url = opened.instance.owner?.serveUrl
  const stop = new AbortController()
  const buttons = url === undefined ? [say.quit] : [say.quit, say.openInBrowser]
  const answer = dialog
    .showMessageBox({ message: say.otherOwner, detail: say.otherOwnerDetail, buttons, signal: stop.signal })
    .then(({ response }) => {
      if (!stop.signal.aborted && response === 1 && url !== undefined) openExternal(url)
      return undefined
    })
  const owned = await Promise.race([opened.owned, answer])
  stop.abort()
  return owned
}

async function start(): Promise<void> {
  await app.whenReady()
  say = words[languageFor('system', app.getLocale())]
  protectSession(session.defaultSession)
  protocol.handle(
    appScheme,
    createSchemeHandler(places.rendererDir, () => running?.files),
  )
  open = await openApp(places, app.getVersion(), createKeychainVault(safeStorage))
  running = await waitForOwnership(open)
  if (!running) return app.quit()
  const { settings, queue } = await running.call('app.snapshot', {})
  followSettings(settings)
  running.events.onEvent(({ body }) => {
    if (body.type === 'settings') followSettings(body.settings)
  })
  let previewsSeen = 0
  serveIpc({
    app: running,
    // Electron's types name their own classes; the parts that are used are the same.
    ipc: ipcMain as unknown as IpcHost,
    desktop: desktopHandlers(),
    isTrusted: (event) => isTrustedSender(event, windowIds),
    onProblem: note,
    onSeen: () => previewsSeen++,
  })
  window = createWindow()
  stopWork = followWork(running.events, queue, showWork)
  if (selftest) {
    const shown = window
    await runSelftest(selftest, {
      app: running,
      window: shown,
      previewsSeen: () => previewsSeen,
      pids: () => app.getAppMetrics().map((one) => one.pid),
    })
    app.quit()
  }
}

app.on('second-instance', () => {
  if (!window) return
  if (window.isMinimized()) window.restore()
  window.focus()
})
app.on('activate', () => {
  if (running && !window && !quitting) window = createWindow()
})
app.on('window-all-closed', () => {
  if (process.platform !== 'darwin') app.quit()
})
app.on('before-quit', (event) => {
  event.preventDefault()
  quitting ??= (async () => {
    if (!isQuitAgreed && !(await agreeToQuit())) {
      quitting = undefined
      return
    }
    isQuitAgreed = true
    stopWork()
    await Promise.race([Promise.all([open?.close(), dragOut.forget()]), sleep(quitTimeoutMs)])
    app.exit(process.exitCode === undefined ? 0 : Number(process.exitCode))
  })()
})

if (app.requestSingleInstanceLock()) {
  start().catch((thrown: unknown) => {
    const error = toAppError(thrown)
    open?.log.error({ err: thrown }, 'start failed')
    if (selftest) process.stderr.write(`${error.message}\n`)
    else dialog.showErrorBox(say.cannotStart, error.message)
    isQuitAgreed = true
    process.exitCode = 1
    app.quit()
  })
} else {
  // The window that is open already comes forward by its `second-instance`.
  app.exit(0)
}
