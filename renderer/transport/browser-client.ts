import type { ImportResult } from '#shared/contract/calls'
import type { AppClient } from '#shared/contract/client'
import { unwrap, type Envelope } from '#shared/contract/envelope'
import { fileAddress } from '#shared/contract/file-address'
import { createSocketClient, type SocketClientOptions, type WebSocketLike } from '#shared/contract/socket-client'
import { tokenProtocolPrefix, wireProtocol } from '#shared/contract/wire'
import { AppError } from '#shared/domain/error'
import { fetchThumbnails } from './thumbnail-pack'
import { createSession, type SessionEnvironment } from './session'

/** What the browser shell's client needs of the browser. */
export interface BrowserEnvironment extends SessionEnvironment {
  openSocket(url: string, protocols: string[]): WebSocketLike
  /** Where pictures are loaded from: empty for "this page's own origin". */
  filesOrigin?: string
  socket?: Partial<Omit<SocketClientOptions, 'open'>>
}

/** Files in one request; the pictures of the first group appear while the next is on its way. */
const filesPerRequest = 20

/** The studio's client in a browser: one socket, `fetch` for uploads, the server's own addresses for pictures. */
export function createBrowserClient(environment: BrowserEnvironment): AppClient {
  const { origin } = environment
  const session = createSession(environment)
  const client = createSocketClient({
    ...environment.socket,
    async open() {
      const token = await session.ensure()
      return environment.openSocket(`${origin.replace(/^http/, 'ws')}/socket`, [wireProtocol, tokenProtocolPrefix + token])
    },
  })

  async function uploadGroup(files: Parameters<AppClient['upload']>[0], as: 'picture' | 'style'): Promise<ImportResult[]> {
    const form = new FormData()
    for (const file of files) form.append('files', file.data as Blob, file.name)
    const folder = files[0]?.folder
    const token = session.token ?? (await session.ensure())
    let reply: Response
    try {
      reply = await environment.fetch(
        `${origin}/upload?as=${as}${folder === undefined ? '' : `&folder=${encodeURIComponent(folder.replace(/\p{Surrogate}/gu, '_'))}`}`,
        {
          method: 'POST',
          headers: { authorization: `Bearer ${token}` },
          body: form,
        },
      )
    } catch (thrown) {
      // Adding a picture twice is harmless: it is known by its content.
      throw new AppError('instance.unreachable', 'The upload broke off. Add the pictures again.', {
        retry: 'user',
        cause: thrown,
      })
    }
    const envelope = (await reply.json().catch(() => undefined)) as Envelope<{ results: ImportResult[] }> | undefined
    if (!envelope) throw new AppError('instance.unreachable', 'The upload was not answered. Add the pictures again.')
    return unwrap(envelope).results
  }

  return {
    call: client.call,
    onEvent: client.onEvent,
    onPreview: client.onPreview,
    onLink: client.onLink,
    close: client.close,
    fileUrl: (assetId, options) => (environment.filesOrigin ?? '') + fileAddress(assetId, options),
    thumbnails(assetIds, width) {
      const request = async (address: string): Promise<Response> =>
        environment.fetch(origin + address, { headers: { authorization: `Bearer ${session.token ?? (await session.ensure())}` } })
      return fetchThumbnails(request, assetIds, width)
    },
    async upload(files, as) {
      const results: ImportResult[] = []
      for (let from = 0; from < files.length;) {
        // A request is of one folder; a dropped folder's files come folder by folder.
        const rest = files.slice(from, from + filesPerRequest)
        const other = rest.findIndex(({ folder }) => folder !== rest[0]?.folder)
        const group = other < 0 ? rest : rest.slice(0, other)
        results.push(...(await uploadGroup(group, as)))
        from += group.length
      }
      return results
    },
  }
}
