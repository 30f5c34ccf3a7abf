/** The scheme of everything that this app shows; never `file:`. */
export const appScheme = 'app'
/** Where the page lives. */
export const appOrigin = 'app://recast'
/** The one page. */
export const pageAddress = `${appOrigin}/index.html`

/** Whether an address is one of our own: exactly our scheme and host, without a user, password or port. */
export function isOwnAddress(address: string): boolean {
  let url: URL
  try {
    url = new URL(address)
  } catch {
    return false
  }
  // `origin` of a scheme that is not built in is "null" in Node: the parts are compared.
  return url.protocol === `${appScheme}:` && url.host === 'recast' && url.username === '' && url.password === ''
}

/** Whether a navigation or redirect may happen: only to our own page itself (a reload). */
export function mayNavigate(address: string): boolean {
  if (!isOwnAddress(address)) return false
  const { pathname, search } = new URL(address)
  return (pathname === '/index.html' || pathname === '/' || pathname === '') && search === ''
}
