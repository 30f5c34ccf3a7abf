/** Frames of a WebSocket's server side (RFC 6455, 5.2): unmasked. */

/** A close frame with the code 1001, "going away". */
export const closeFrame = Buffer.from([0x88, 2, 0x03, 0xe9])

/** One whole message. */
export function dataFrame(kind: 'text' | 'binary', payload: Buffer): Buffer {
  const opcode = kind === 'text' ? 0x81 : 0x82
  const { length } = payload
  if (length < 126) return Buffer.concat([Buffer.from([opcode, length]), payload])
  const head = Buffer.from([opcode, 126, 0, 0])
  head.writeUInt16BE(length, 2)
  return Buffer.concat([head, payload])
}

/** The beginning of a binary frame of that many bytes. */
export function giantFrameHead(bytes: number): Buffer {
  const head = Buffer.alloc(10)
  head[0] = 0x82
  head[1] = 127
  head.writeBigUInt64BE(BigInt(bytes), 2)
  return head
}

/** Cuts a server's stream into frames; what comes before the first one (the upgrade's answer) passes as it is. */
export class FrameFilter {
  #rest = Buffer.alloc(0)
  #upgraded = false

  /** The frames that are whole with these bytes. `isMessage`: text, binary or a part of one; else a ping, pong or close. */
  take(bytes: Buffer): { bytes: Buffer; isMessage: boolean }[] {
    this.#rest = Buffer.concat([this.#rest, bytes])
    const frames: { bytes: Buffer; isMessage: boolean }[] = []
    if (!this.#upgraded) {
      const end = this.#rest.indexOf('\r\n\r\n')
      if (end < 0) return frames
      this.#upgraded = true
      frames.push({ bytes: this.#rest.subarray(0, end + 4), isMessage: false })
      this.#rest = this.#rest.subarray(end + 4)
    }
    for (let size = frameBytes(this.#rest); size !== undefined && size <= this.#rest.length; size = frameBytes(this.#rest)) {
      frames.push({ bytes: this.#rest.subarray(0, size), isMessage: ((this.#rest[0] ?? 0) & 0x0f) < 8 })
      this.#rest = this.#rest.subarray(size)
    }
    return frames
  }
}

/** Length of the frame that begins here, its head included; undefined while its head is not whole. */
function frameBytes(bytes: Buffer): number | undefined {
  if (bytes.length < 2) return undefined
  const short = (bytes[1] ?? 0) & 0x7f
  if (short < 126) return 2 + short
  if (short === 126) return bytes.length < 4 ? undefined : 4 + bytes.readUInt16BE(2)
  return bytes.length < 10 ? undefined : 10 + Number(bytes.readBigUInt64BE(2))
}
