import type { BrowserWindow, Dialog, Shell } from 'electron'
import type { DesktopCallHandlers } from '#shared/contract/desktop-calls'
import { openInBrowser } from './protect'
import type { Words } from './words'

/** Pictures that the dialog offers; what a file really is, is seen at import. */
const pictureExtensions = ['png', 'jpg', 'jpeg', 'webp', 'tif', 'tiff', 'avif', 'gif']

/** What the handlers use of Electron. */
export interface DesktopDeps {
  dialog: Pick<Dialog, 'showOpenDialog'>
  shell: Pick<Shell, 'showItemInFolder' | 'openExternal'>
  /** The window that dialogs belong to. */
  window: () => BrowserWindow | undefined
  words: () => Words
  dragOut: DesktopCallHandlers['drag.out']
}

/** The desktop shell's own calls. */
export function createDesktopHandlers({ dialog, shell, window, words, dragOut }: DesktopDeps): DesktopCallHandlers {
  const ask = async (options: Electron.OpenDialogOptions): Promise<string[]> => {
    const parent = window()
    const answer = await (parent ? dialog.showOpenDialog(parent, options) : dialog.showOpenDialog(options))
    return answer.canceled ? [] : answer.filePaths
  }
  return {
    async 'dialog.openPictures'() {
      return {
        paths: await ask({
          properties: ['openFile', 'multiSelections'],
          filters: [{ name: words().pictures, extensions: pictureExtensions }],
        }),
      }
    },
    async 'dialog.chooseFolder'() {
      const [path] = await ask({ title: words().chooseFolder, properties: ['openDirectory', 'createDirectory'] })
      return path === undefined ? {} : { path }
    },
    'shell.showFile'({ path }) {
      shell.showItemInFolder(path)
      return {}
    },
    'drag.out': dragOut,
    async 'shell.openExternal'({ url }) {
      return { opened: await openInBrowser(url, (address) => shell.openExternal(address)) }
    },
  }
}
