import type { MenuItemConstructorOptions } from 'electron'
import type { Words } from './words'

/** What the menu can do beside the roles that the system knows. */
export interface MenuActions {
  openPictures(): void
  showDataFolder(): void
}

/** The application menu: the system's roles, whose words the system translates, and our own few entries. */
export function menuTemplate(words: Words, platform: NodeJS.Platform, actions: MenuActions): MenuItemConstructorOptions[] {
  const isMac = platform === 'darwin'
  return [
    ...(isMac ? [{ role: 'appMenu' } as const] : []),
    {
      label: words.file,
      submenu: [
        { label: words.openPictures, accelerator: 'CmdOrCtrl+O', click: () => actions.openPictures() },
        { type: 'separator' },
        isMac ? { role: 'close' } : { role: 'quit', label: words.quit },
      ],
    },
    {
      label: words.edit,
      // Undo and redo are the studio's own (they undo edits of pictures); the page hears the keys.
      submenu: [{ role: 'cut' }, { role: 'copy' }, { role: 'paste' }, { role: 'selectAll' }],
    },
    {
      label: words.view,
      submenu: [
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { type: 'separator' },
        { role: 'togglefullscreen' },
      ],
    },
    { label: words.window, submenu: [{ role: 'minimize' }, { role: 'zoom' }, ...(isMac ? [{ role: 'front' } as const] : [])] },
    { role: 'help', label: words.help, submenu: [{ label: words.showDataFolder, click: () => actions.showDataFolder() }] },
  ]
}
