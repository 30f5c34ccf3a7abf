/**
 * The address that may be handed to the default browser, cleaned; `undefined` for everything that is no plain web address: other
 * schemes start programs.
 */
export function externalAddress(given: string): string | undefined {
  let url: URL
  try {
    url = new URL(given)
  } catch {
    return undefined
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return undefined
  // A user or password in a link is there to make a host look like another.
  if (url.username !== '' || url.password !== '' || url.hostname === '') return undefined
  return url.href
}

/** What becomes of a new window: never one of ours; a web address goes to the default browser. */
export function onWindowOpen(address: string): { action: 'deny'; external?: string } {
  const external = externalAddress(address)
  return external === undefined ? { action: 'deny' } : { action: 'deny', external }
}

/** No page of ours embeds another: every `<webview>` is refused, whatever it asks for. */
export function mayAttachWebview(): false {
  return false
}
