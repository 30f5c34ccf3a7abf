// Stands for the `electron` module where its binary is not there, so that the built main bundle can be run whole: windows, menu, IPC and
// protocol are recorded, the page is a listener that handles each preview at once. What Chromium does itself is not played.
import { EventEmitter } from 'node:events'
import { writeFileSync } from 'node:fs'

const log = {
  exits: [],
  schemes: [],
  privileges: [],
  permissionHandlers: 0,
  windows: [],
  loaded: [],
  menus: 0,
  streamed: {},
  sandbox: false,
  taskbar: [],
  awake: [],
}
const record = () => writeFileSync(process.env.DOUBLE_LOG, JSON.stringify(log))

class Ipc extends EventEmitter {
  handlers = new Map()
  handle(channel, listener) {
    this.handlers.set(channel, listener)
  }
  removeHandler(channel) {
    this.handlers.delete(channel)
  }
}
export const ipcMain = new Ipc()

/** As on a Linux without a keyring. */
export const safeStorage = { getSelectedStorageBackend: () => 'basic_text', isAsyncEncryptionAvailable: async () => false }

class WebContents extends EventEmitter {
  id = 7
  event = { sender: this, senderFrame: { url: 'app://recast/index.html', parent: null } }
  isDestroyed = () => false
  setWindowOpenHandler() {}
  reload() {}
  send(channel, message) {
    structuredClone(message)
    log.streamed[message.type] = (log.streamed[message.type] ?? 0) + 1
    if (message.type === 'preview') setImmediate(() => ipcMain.emit('recast:seen', this.event))
  }
  capturePage = async () => ({ toPNG: () => Buffer.from('png') })
}

export class BrowserWindow extends EventEmitter {
  webContents = new WebContents()
  visible = false
  constructor(options) {
    super()
    log.windows.push({ ...options, webPreferences: { ...options.webPreferences, preload: undefined } })
    app.emit('web-contents-created', {}, this.webContents)
  }
  async loadURL(url) {
    const page = await protocol.handler(new Request(url))
    log.loaded.push([url, page.status, page.headers.get('content-security-policy')])
    ipcMain.emit('recast:listen', this.webContents.event)
    this.visible = true
    this.emit('ready-to-show')
  }
  show() {
    this.emit('show')
  }
  isVisible = () => this.visible
  isDestroyed = () => false
  setProgressBar(progress) {
    log.taskbar.push(progress)
  }
  isMaximized = () => false
  isMinimized = () => false
  maximize() {}
  focus() {}
  getNormalBounds = () => ({ x: 0, y: 0, width: 1000, height: 700 })
}

class App extends EventEmitter {
  isPackaged = false
  whenReady = async () => {}
  requestSingleInstanceLock = () => process.env.DOUBLE_LOCKED !== '1'
  enableSandbox() {
    log.sandbox = true
  }
  getPath = () => process.env.DOUBLE_PROFILE
  getLocale = () => 'zh-CN'
  getVersion = () => '0.1.0'
  getAppMetrics = () => [{ pid: process.pid }]
  quit() {
    let prevented = false
    this.emit('before-quit', { preventDefault: () => (prevented = true) })
    if (!prevented) this.exit(0)
  }
  exit(code) {
    log.exits.push(code)
    record()
    process.exit(code)
  }
}
export const app = new App()
export const protocol = {
  handler: undefined,
  registerSchemesAsPrivileged: (schemes) => log.privileges.push(...schemes),
  handle(scheme, handler) {
    log.schemes.push(scheme)
    this.handler = handler
  },
}
export const session = {
  defaultSession: Object.assign(new EventEmitter(), {
    setPermissionRequestHandler: () => log.permissionHandlers++,
    setPermissionCheckHandler: () => log.permissionHandlers++,
    setDevicePermissionHandler: () => log.permissionHandlers++,
  }),
}
export const dialog = {
  showErrorBox: (...words) => process.stderr.write(words.join(': ')),
  showMessageBox: async () => ({ response: 1 }),
  showOpenDialog: async () => ({ canceled: true, filePaths: [] }),
}
export const Menu = { buildFromTemplate: (template) => template, setApplicationMenu: () => log.menus++ }
const workArea = { x: 0, y: 0, width: 1920, height: 1040 }
export const screen = { getPrimaryDisplay: () => ({ id: 1, workArea }), getAllDisplays: () => [{ id: 1, workArea }] }
export const shell = { openExternal: async () => {}, showItemInFolder() {}, openPath: async () => '' }
export const nativeImage = { createFromPath: () => ({ resize: () => ({}) }) }
export const nativeTheme = { themeSource: 'system', shouldUseDarkColors: true }
export const powerSaveBlocker = {
  start: (type) => log.awake.push(type),
  stop: (id) => log.awake.push(`stop ${id}`),
}
export default {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  nativeImage,
  nativeTheme,
  powerSaveBlocker,
  protocol,
  screen,
  session,
  shell,
}
