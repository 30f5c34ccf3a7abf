import { isOwnAddress } from './origin'

/** Permissions that the studio uses: copying text and pictures out by a click, telling that a long batch has ended. Reading the clipboard is done by the paste event. */
const granted: ReadonlySet<string> = new Set(['clipboard-sanitized-write', 'notifications'])

/** Whether a page may have a permission: our own page those that it uses, nobody anything else. */
export function isPermissionGranted(permission: string, requestingAddress: string | undefined): boolean {
  return requestingAddress !== undefined && isOwnAddress(requestingAddress) && granted.has(permission)
}
