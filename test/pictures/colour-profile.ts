/** Three numbers: a colour or a row of a matrix. */
export type Triple = readonly [number, number, number]

/** A colour space with a matrix and one curve for all channels. */
export interface MatrixSpace {
  name: string
  /** XYZ of red, green and blue at full, adapted to D50 (what ICC profiles carry). */
  red: Triple
  green: Triple
  blue: Triple
  /** A plain power, or the sRGB curve. */
  curve: number | 'srgb'
}

/** Colorants: IEC 61966-2-1, Display P3 (P3 primaries, D65, sRGB curve) and Adobe RGB (1998), each Bradford-adapted to D50. */
export const srgb: MatrixSpace = {
  name: 'A plain RGB space',
  red: [0.43607, 0.22249, 0.01392],
  green: [0.38515, 0.71687, 0.09708],
  blue: [0.14307, 0.06061, 0.7141],
  curve: 'srgb',
}
export const displayP3: MatrixSpace = {
  name: 'Display P3',
  red: [0.51512, 0.2412, -0.00105],
  green: [0.29198, 0.69225, 0.04189],
  blue: [0.1571, 0.06657, 0.78407],
  curve: 'srgb',
}
export const adobeRgb: MatrixSpace = {
  name: 'Adobe RGB (1998)',
  red: [0.60974, 0.31111, 0.01947],
  green: [0.20528, 0.62567, 0.06087],
  blue: [0.14919, 0.06322, 0.74457],
  curve: 563 / 256,
}

const decodeSrgb = (value: number): number => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
const encodeSrgb = (value: number): number => (value <= 0.0031308 ? value * 12.92 : 1.055 * value ** (1 / 2.4) - 0.055)

/** Solves `colorants · x = xyz` by Cramer's rule. */
function toLinear(space: MatrixSpace, xyz: Triple): Triple {
  const det = (a: Triple, b: Triple, c: Triple): number =>
    a[0] * (b[1] * c[2] - b[2] * c[1]) - b[0] * (a[1] * c[2] - a[2] * c[1]) + c[0] * (a[1] * b[2] - a[2] * b[1])
  const { red, green, blue } = space
  const whole = det(red, green, blue)
  return [det(xyz, green, blue) / whole, det(red, xyz, blue) / whole, det(red, green, xyz) / whole]
}

/** An 8-bit colour of a space as the 8-bit sRGB colour that looks the same; what sRGB cannot show is clipped. */
export function toSrgb(colour: Triple, space: MatrixSpace): Triple {
  const { curve } = space
  const [r, g, b] = colour.map((value) =>
    curve === 'srgb' ? decodeSrgb(value / 255) : (value / 255) ** curve,
  ) as unknown as Triple
  const xyz = ([0, 1, 2] as const).map((i) => space.red[i] * r + space.green[i] * g + space.blue[i] * b) as unknown as Triple
  return toLinear(srgb, xyz).map((value) => Math.round(255 * encodeSrgb(Math.min(1, Math.max(0, value))))) as unknown as Triple
}

/** The ICC profile (v2, display, matrix) of a space, written by hand after ICC.1:2001-04. */
export function iccProfile(space: MatrixSpace): Buffer {
  const fixed = (values: Triple): Buffer => {
    const data = Buffer.alloc(20)
    data.write('XYZ ', 0, 'latin1')
    values.forEach((value, i) => data.writeInt32BE(Math.round(value * 65536), 8 + 4 * i))
    return data
  }
  const curve = (): Buffer => {
    if (space.curve !== 'srgb') {
      const data = Buffer.alloc(16)
      data.write('curv', 0, 'latin1')
      data.writeUInt32BE(1, 8)
      data.writeUInt16BE(Math.round(space.curve * 256), 12)
      return data
    }
    const data = Buffer.alloc(12 + 2 * 1024)
    data.write('curv', 0, 'latin1')
    data.writeUInt32BE(1024, 8)
    for (let i = 0; i < 1024; i++) data.writeUInt16BE(Math.round(65535 * decodeSrgb(i / 1023)), 12 + 2 * i)
    return data
  }
  const description = Buffer.alloc(Math.ceil((12 + space.name.length + 1 + 8 + 2 + 1 + 67) / 4) * 4)
  description.write('desc', 0, 'latin1')
  description.writeUInt32BE(space.name.length + 1, 8)
  description.write(space.name, 12, 'latin1')
  const copyright = Buffer.concat([Buffer.from('text\0\0\0\0', 'latin1'), Buffer.from('No rights\0\0\0', 'latin1')])
  const tags: [string, Buffer][] = [
    ['desc', description],
    ['cprt', copyright],
    ['wtpt', fixed([0.9642, 1, 0.8249])],
    ['rXYZ', fixed(space.red)],
    ['gXYZ', fixed(space.green)],
    ['bXYZ', fixed(space.blue)],
    ['rTRC', curve()],
    ['gTRC', curve()],
    ['bTRC', curve()],
  ]
  const table = Buffer.alloc(4 + 12 * tags.length)
  table.writeUInt32BE(tags.length, 0)
  let offset = 128 + table.byteLength
  tags.forEach(([tag, data], i) => {
    table.write(tag, 4 + 12 * i, 'latin1')
    table.writeUInt32BE(offset, 8 + 12 * i)
    table.writeUInt32BE(data.byteLength, 12 + 12 * i)
    offset += data.byteLength
  })
  const head = Buffer.alloc(128)
  head.writeUInt32BE(offset, 0)
  head.writeUInt32BE(0x02100000, 8)
  head.write('mntrRGB XYZ ', 12, 'latin1')
  head.writeUInt16BE(2000, 24)
  head.writeUInt16BE(1, 26)
  head.writeUInt16BE(1, 28)
  head.write('acsp', 36, 'latin1')
  ;[0.9642, 1, 0.8249].forEach((value, i) => head.writeInt32BE(Math.round(value * 65536), 68 + 4 * i))
  return Buffer.concat([head, table, ...tags.map(([, data]) => data)])
}

/** Puts a profile into a JPEG (APP2, ICC.1:2001-04 B.4), pixels untouched. */
export function tagJpeg(jpeg: Buffer, profile: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from('ICC_PROFILE\0\x01\x01', 'latin1'), profile])
  const marker = Buffer.alloc(4)
  marker.writeUInt16BE(0xffe2, 0)
  marker.writeUInt16BE(body.byteLength + 2, 2)
  return Buffer.concat([jpeg.subarray(0, 2), marker, body, jpeg.subarray(2)])
}
