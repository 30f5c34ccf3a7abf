/**
 * The little of protocol buffers' wire format that ONNX files need: varints and length-delimited fields.
 * Source: https://protobuf.dev/programming-guides/encoding/
 */

/** One field of a message: `value` for varints and 32-bit fields, `bytes` for length-delimited ones. */
export interface Field {
  number: number
  value: number
  bytes: Uint8Array
}

const empty = new Uint8Array(0)

/** Reads the fields of one message in order. Throws a RangeError when the bytes end too early or use an unknown wire type. */
export function* readFields(message: Uint8Array): Generator<Field> {
  let at = 0
  const varint = (): number => {
    let value = 0
    let scale = 1
    for (;;) {
      const byte = message[at]
      if (byte === undefined) throw new RangeError('The message ends within a number')
      at += 1
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
      scale *= 128
    }
  }
  while (at < message.length) {
    const tag = varint()
    const number = Math.floor(tag / 8)
    const wireType = tag % 8
    if (wireType === 0) {
      yield { number, value: varint(), bytes: empty }
    } else if (wireType === 2) {
      const length = varint()
      if (at + length > message.length) throw new RangeError('The message ends within a field')
      yield { number, value: 0, bytes: message.subarray(at, at + length) }
      at += length
    } else if (wireType === 5) {
      if (at + 4 > message.length) throw new RangeError('The message ends within a field')
      yield { number, value: 0, bytes: message.subarray(at, at + 4) }
      at += 4
    } else {
      throw new RangeError(`Unknown wire type ${wireType}`)
    }
  }
}

const encoder = new TextEncoder()

/** Collects the fields of one message. */
export class MessageWriter {
  private readonly parts: Uint8Array[] = []

  /** A whole number from 0 to 2^53 − 1, or a negative one (ten bytes, two's complement). */
  integer(number: number, value: number): this {
    this.parts.push(varintBytes(number * 8), varintBytes(value))
    return this
  }

  bytes(number: number, bytes: Uint8Array): this {
    this.parts.push(varintBytes(number * 8 + 2), varintBytes(bytes.length), bytes)
    return this
  }

  text(number: number, text: string): this {
    return this.bytes(number, encoder.encode(text))
  }

  message(number: number, message: MessageWriter): this {
    return this.bytes(number, message.finish())
  }

  float(number: number, value: number): this {
    const bytes = new Uint8Array(4)
    new DataView(bytes.buffer).setFloat32(0, value, true)
    this.parts.push(varintBytes(number * 8 + 5), bytes)
    return this
  }

  finish(): Uint8Array {
    const whole = new Uint8Array(this.parts.reduce((sum, part) => sum + part.length, 0))
    let at = 0
    for (const part of this.parts) {
      whole.set(part, at)
      at += part.length
    }
    return whole
  }
}

function varintBytes(value: number): Uint8Array {
  if (value < 0) {
    let rest = BigInt.asUintN(64, BigInt(value))
    const bytes: number[] = []
    while (rest >= 128n) {
      bytes.push(Number(rest & 127n) | 128)
      rest >>= 7n
    }
    bytes.push(Number(rest))
    return Uint8Array.from(bytes)
  }
  const bytes: number[] = []
  let rest = value
  while (rest >= 128) {
    bytes.push((rest % 128) | 128)
    rest = Math.floor(rest / 128)
  }
  bytes.push(rest)
  return Uint8Array.from(bytes)
}
