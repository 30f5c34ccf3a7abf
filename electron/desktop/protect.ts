import type { App, Session, WebContents } from 'electron'
import { externalAddress, mayAttachWebview, onWindowOpen } from './security/external'
import { mayNavigate } from './security/origin'
import { isPermissionGranted } from './security/permission'

/** Wires the rules of security/ to every page that this app will ever have. */
export function protectEveryPage(app: App, openExternal: (address: string) => void, onProblem: (problem: string) => void): void {
  app.on('web-contents-created', (_event, contents: WebContents) => {
    const stopForeign = (what: string) => (event: { preventDefault(): void; url: string }) => {
      if (mayNavigate(event.url)) return
      event.preventDefault()
      onProblem(`${what} refused`)
    }
    contents.on('will-navigate', stopForeign('navigation'))
    contents.on('will-frame-navigate', stopForeign('navigation of a frame'))
    contents.on('will-redirect', stopForeign('redirect'))
    contents.on('will-attach-webview', (event) => {
      if (!mayAttachWebview()) event.preventDefault()
    })
    contents.setWindowOpenHandler(({ url }) => {
      const { action, external } = onWindowOpen(url)
      if (external !== undefined) openExternal(external)
      return { action }
    })
  })
}

/** Wires the rules about permissions and the network to the session. */
export function protectSession(session: Session): void {
  session.setPermissionRequestHandler((_contents, permission, answer, details) =>
    answer(isPermissionGranted(permission, details.requestingUrl)),
  )
  session.setPermissionCheckHandler((_contents, permission, requestingOrigin) =>
    isPermissionGranted(permission, requestingOrigin),
  )
  session.setDevicePermissionHandler(() => false)
  session.on('will-download', (event, item) => {
    // Downloads are exports of our own pictures; nothing else may write to the disk.
    if (!item.getURL().startsWith('app://recast/files/') && !item.getURL().startsWith('blob:app://recast/'))
      event.preventDefault()
  })
}

/** Opens a web address in the default browser; answers whether it may be. */
export async function openInBrowser(given: string, open: (address: string) => Promise<void>): Promise<boolean> {
  const address = externalAddress(given)
  if (address === undefined) return false
  await open(address)
  return true
}
