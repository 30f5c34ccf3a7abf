import type { RecastBridge } from '#shared/contract/bridge'
import type { CallInput, CallName, CallOutput, ImportResult } from '#shared/contract/calls'
import type { AppClient, LinkState } from '#shared/contract/client'
import type { DesktopCallInput, DesktopCallName, DesktopCallOutput } from '#shared/contract/desktop-calls'
import { unwrap, type Envelope } from '#shared/contract/envelope'
import type { AppEvent } from '#shared/contract/events'
import { fileAddress } from '#shared/contract/file-address'
import { createListeners } from '#shared/contract/listeners'
import { decodePreview, type PreviewFrame } from '#shared/contract/preview-frame'
import { AppError } from '#shared/domain/error'
import { fetchThumbnails } from './thumbnail-pack'

/** Asks the desktop shell for something that needs its window; rejects with an AppError. */
export type DesktopCall = <N extends DesktopCallName>(name: N, input: DesktopCallInput<N>) => Promise<DesktopCallOutput<N>>

async function ask(bridge: RecastBridge, name: string, input: unknown): Promise<unknown> {
  let envelope: Envelope<unknown>
  try {
    envelope = await bridge.call(name, input)
  } catch (thrown) {
    // Only a main process that ends leaves a message unanswered; everything else comes back in an envelope.
    throw new AppError('instance.unreachable', 'Recast ended before it answered. Look whether it was done, then try again.', {
      retry: 'user',
      detail: { name, mayHaveArrived: true },
      cause: thrown,
    })
  }
  return unwrap(envelope)
}

/** The desktop shell's own calls (dialogs, file manager, browser). */
export function createDesktopCall(bridge: RecastBridge): DesktopCall {
  return async (name, input) => (await ask(bridge, name, input)) as never
}

/** What the desktop client needs beside the bridge. */
export interface DesktopEnvironment {
  bridge: RecastBridge
  fetch: typeof fetch
}

/** The studio's client in the desktop shell: IPC through the preload's bridge. */
export function createDesktopClient({ bridge, fetch }: DesktopEnvironment): AppClient {
  const events = createListeners<AppEvent>()
  const previews = createListeners<PreviewFrame>()
  const links = createListeners<LinkState>()
  let link: LinkState = 'connecting'

  const stopListening = bridge.listen((message) => {
    if (message.type === 'hello') {
      link = 'open'
      links.emit(link)
    } else if (message.type === 'event') events.emit(message.event)
    else {
      const frame = decodePreview(message.bytes)
      if (frame) previews.emit(frame)
    }
  })

  /** A picture that is on no disk (pasted, dragged out of a page): its bytes go through the page's own scheme. */
  async function uploadBytes(file: Parameters<AppClient['upload']>[0][number], as: 'picture' | 'style'): Promise<ImportResult> {
    const told = (name: string): string => encodeURIComponent(name.replace(/\p{Surrogate}/gu, '_'))
    const folder = file.folder === undefined ? '' : `&folder=${told(file.folder)}`
    const reply = await fetch(`/upload?as=${as}&name=${told(file.name)}${folder}`, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: file.data as Blob,
    })
    const { results } = unwrap((await reply.json()) as Envelope<{ results: ImportResult[] }>)
    return (
      results[0] ?? {
        file: file.name,
        duplicate: false,
        error: new AppError('io.failed', 'Nothing arrived. Try again.').toView(),
      }
    )
  }

  return {
    async call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>> {
      return (await ask(bridge, name, input)) as CallOutput<N>
    },
    onEvent: events.add,
    onPreview: previews.add,
    onLink(listener) {
      const stop = links.add(listener)
      listener(link)
      return stop
    },
    fileUrl: fileAddress,
    thumbnails: (assetIds, width) => fetchThumbnails((address) => fetch(address), assetIds, width),
    async upload(files, as) {
      const results: ImportResult[] = []
      for (const file of files) {
        const path = bridge.pathForFile(file.data)
        // One by one: a file by path gives exactly one result, so the order holds whatever becomes of each.
        if (path === '') results.push(await uploadBytes(file, as))
        else results.push(...((await ask(bridge, 'assets.import', { paths: [path], as })) as { results: ImportResult[] }).results)
      }
      return results
    },
    close() {
      stopListening()
      events.clear()
      previews.clear()
      links.clear()
    },
  }
}
