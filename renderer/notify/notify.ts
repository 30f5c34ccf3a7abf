/** Whether this shell can show the system's messages at all. The desktop shell's page has the same interface as a browser's. */
export function canNotify(): boolean {
  return typeof Notification !== 'undefined'
}

/** Asks the user, by the browser's own question; to be called from a press. True when messages may be shown. */
export async function askToNotify(): Promise<boolean> {
  if (!canNotify()) return false
  if (Notification.permission === 'default') await Notification.requestPermission()
  return Notification.permission === 'granted'
}

/** Shows a message of the system; a press brings the window back. Does nothing where none may be shown. */
export function notify(title: string, body: string): void {
  if (!canNotify() || Notification.permission !== 'granted') return
  // One at a time: the newest says how it stands.
  const message = new Notification(title, { body, tag: 'recast-batch' })
  message.addEventListener('click', () => {
    window.focus()
    message.close()
  })
}
