import { isOwnAddress } from './origin'

/** What is known of a message's sender. */
export interface Sender {
  readonly senderFrame: { readonly url: string; readonly parent: unknown } | null
  readonly sender: { readonly id: number }
}

/** Whether a message comes from the top frame of our own page in a window of ours. A frame that is gone counts as foreign. */
export function isTrustedSender(event: Sender, windowIds: ReadonlySet<number>): boolean {
  const frame = event.senderFrame
  return frame !== null && frame.parent === null && isOwnAddress(frame.url) && windowIds.has(event.sender.id)
}
