import { createHash } from 'node:crypto'
import { FormData } from 'undici'
import type { ComfyHttp } from './http'
import { readUpload } from './readings'

/** Pictures on a server's disk, each sent once: their names are their content's. */
export class Uploads {
  readonly #http: ComfyHttp
  readonly #sent = new Map<string, Promise<string>>()

  constructor(http: ComfyHttp) {
    this.#http = http
  }

  /** Sends a PNG unless this process has sent the same bytes before; answers the name that `LoadImage` takes. */
  send(png: Uint8Array, signal: AbortSignal): Promise<string> {
    const sha256 = createHash('sha256').update(png).digest('hex')
    const known = this.#sent.get(sha256)
    if (known) return known
    const sending = this.#post(png, `recast-${sha256}.png`, signal)
    this.#sent.set(sha256, sending)
    // Also when another job's cancel cut it off: who waits for it as well asks again (see the engine).
    sending.catch(() => this.#sent.delete(sha256))
    return sending
  }

  forget(): void {
    this.#sent.clear()
  }

  async #post(png: Uint8Array, name: string, signal: AbortSignal): Promise<string> {
    const form = new FormData()
    form.set('image', new Blob([new Uint8Array(png)], { type: 'image/png' }), name)
    // The name is the content: whatever is there under it may be overwritten with the same bytes.
    form.set('overwrite', 'true')
    const answer = await this.#http.postForm('/upload/image', form, signal)
    if (answer.status !== 200) throw this.#http.refused(answer, '/upload/image')
    return readUpload(this.#http.json(answer, '/upload/image'))
  }
}
