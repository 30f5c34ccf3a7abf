/* oxlint-disable typescript/no-non-null-assertion -- pixels are read within bounds; a check for each would cost as much as the work */
import type { Pose } from '#shared/domain/view'
import { resized, resizedPlane, type Photo, type Rgb } from '../picture'
import { cameraOf, frontScale, homographyOf, type Face } from './camera'
import { Texture } from './texture'

/** A picture with its own transparency. */
export interface Card {
  rgb: Rgb
  alpha: Uint8Array
}

/** Thickness of the card in longer sides: edge-on it stays a visible strip. */
const thickness = 0.018
/** A cut-out's walls follow an invisible rectangle: they are drawn only when it is seen about edge-on. */
const edgeOnCosine = 0.12
const rowsPerReport = 64

/**
 * Draws the photo as a thin card seen by the camera of a pose, on a transparent canvas of the photo's size. The front shows the photo's own colours;
 * the back shows it mirrored and dimmed, for nobody knows what is there; the sides continue its border.
 */
export async function renderCard(photo: Photo, pose: Pose, report: (share: number) => void = () => undefined): Promise<Card> {
  const { width, height } = photo.rgb
  const side = Math.max(width, height)
  const camera = cameraOf(pose, side)
  const texture = await textureOf(photo, Math.min(1, frontScale / pose.distance))
  const canvas = new Float32Array(width * 4)
  const rgb = new Uint8Array(width * height * 3)
  const alpha = new Uint8Array(width * height)
  const faces = facesOf(width, height, Math.max(2, side * thickness), photo.alpha !== undefined, pose)
    .map(({ face, paint, under }) => ({ face, paint, under, map: homographyOf(camera, face) }))
    .filter((item) => item.map !== undefined)
  for (let y = 0; y < height; y += 1) {
    canvas.fill(0)
    for (const { face, paint, under, map } of faces) if (map) drawRow(canvas, y, width, height, face, map, texture, paint, under)
    for (let x = 0; x < width; x += 1) {
      const a = canvas[x * 4 + 3]!
      if (a <= 0) continue
      const at = y * width + x
      alpha[at] = Math.min(255, a * 255 + 0.5)
      for (let c = 0; c < 3; c += 1) rgb[at * 3 + c] = Math.max(0, Math.min(255, canvas[x * 4 + c]! / a + 0.5))
    }
    if (y % rowsPerReport === 0) report(y / height)
  }
  return { rgb: { width, height, data: rgb }, alpha }
}

/** How a face takes its pixels: the picture itself, its dimmed back, or its border continued. */
type Paint = 'front' | 'back' | 'left' | 'right' | 'top' | 'bottom'

/** The card's six faces, walls first; walls reach under the front by a pixel, so that no gap shines through where they meet. */
function facesOf(
  width: number,
  height: number,
  depth: number,
  isCutOut: boolean,
  pose: Pose,
): { face: Face; paint: Paint; under: boolean }[] {
  const x = width / 2
  const y = height / 2
  const z = depth / 2
  const walls: { face: Face; paint: Paint; under: boolean }[] = [
    {
      paint: 'right',
      under: true,
      face: { corner: [x, y, z], uAxis: [0, 0, -1], vAxis: [0, -1, 0], uSize: depth, vSize: height, normal: [1, 0, 0] },
    },
    {
      paint: 'left',
      under: true,
      face: { corner: [-x, y, z], uAxis: [0, 0, -1], vAxis: [0, -1, 0], uSize: depth, vSize: height, normal: [-1, 0, 0] },
    },
    {
      paint: 'top',
      under: true,
      face: { corner: [-x, y, z], uAxis: [1, 0, 0], vAxis: [0, 0, -1], uSize: width, vSize: depth, normal: [0, 1, 0] },
    },
    {
      paint: 'bottom',
      under: true,
      face: { corner: [-x, -y, z], uAxis: [1, 0, 0], vAxis: [0, 0, -1], uSize: width, vSize: depth, normal: [0, -1, 0] },
    },
  ]
  const facing = Math.abs(Math.cos((pose.azimuth * Math.PI) / 180) * Math.cos((pose.elevation * Math.PI) / 180))
  return [
    ...(isCutOut && facing > edgeOnCosine ? [] : walls),
    {
      paint: 'front',
      under: false,
      face: { corner: [-x, y, z], uAxis: [1, 0, 0], vAxis: [0, -1, 0], uSize: width, vSize: height, normal: [0, 0, 1] },
    },
    {
      paint: 'back',
      under: false,
      face: { corner: [-x, y, -z], uAxis: [1, 0, 0], vAxis: [0, -1, 0], uSize: width, vSize: height, normal: [0, 0, -1] },
    },
  ]
}

/** Mixed into the back, so that it is plainly not a picture of the hidden side. */
const backGrey = 96
const backShare = 0.55
/** Light on the walls: the top catches some, the bottom little. */
const wallLight: Partial<Record<Paint, number>> = { left: 0.72, right: 0.72, top: 0.9, bottom: 0.5 }

const sample = new Float32Array(4)

function drawRow(
  canvas: Float32Array,
  row: number,
  width: number,
  height: number,
  face: Face,
  map: NonNullable<ReturnType<typeof homographyOf>>,
  texture: Texture,
  paint: Paint,
  under: boolean,
): void {
  const y = row + 0.5 - height / 2
  const grow = under ? 1 : 0
  for (let column = 0; column < width; column += 1) {
    const x = column + 0.5 - width / 2
    const w = map.w[0] * x + map.w[1] * y + map.w[2]
    if (w <= 0) continue
    const u = (map.u[0] * x + map.u[1] * y + map.u[2]) / w
    const v = (map.v[0] * x + map.v[1] * y + map.v[2]) / w
    // How u and v change from pixel to pixel: for smooth borders and for as many samples as the picture is squeezed.
    const ux = (map.u[0] - u * map.w[0]) / w
    const uy = (map.u[1] - u * map.w[1]) / w
    const vx = (map.v[0] - v * map.w[0]) / w
    const vy = (map.v[1] - v * map.w[1]) / w
    const du = Math.hypot(ux, uy)
    const dv = Math.hypot(vx, vy)
    const coverage = covered(u, du, face.uSize, grow) * covered(v, dv, face.vSize, grow)
    if (coverage <= 0) continue
    paintSample(texture, paint, u, v, ux, uy, vx, vy, face)
    const over = coverage * sample[3]!
    const rest = 1 - over
    const at = column * 4
    for (let c = 0; c < 3; c += 1) canvas[at + c] = canvas[at + c]! * rest + sample[c]! * coverage
    canvas[at + 3] = canvas[at + 3]! * rest + over
  }
}

/**
 * Share of a pixel's footprint (`step` wide around `at`) that lies on a face of this size; near the horizon footprints are endless, and the share is
 * nothing. `grow` makes the face larger by so many pixels each side, where its pixels are small.
 */
function covered(at: number, step: number, size: number, grow: number): number {
  const more = step * 4 < size ? grow * step : 0
  const from = Math.max(at - step / 2, -more)
  const to = Math.min(at + step / 2, size + more)
  return Math.max(0, Math.min(1, (to - from) / step))
}

/** Colour (premultiplied) and alpha of a face at a place, into `sample`. */
function paintSample(
  texture: Texture,
  paint: Paint,
  u: number,
  v: number,
  ux: number,
  uy: number,
  vx: number,
  vy: number,
  face: Face,
): void {
  const { width, height } = texture.original
  if (paint === 'front' || paint === 'back') {
    texture.sample(u, v, ux, uy, vx, vy, sample)
    if (paint === 'back')
      for (let c = 0; c < 3; c += 1) sample[c] = sample[c]! * (1 - backShare) + backGrey * sample[3]! * backShare
    return
  }
  const light = wallLight[paint] ?? 1
  if (paint === 'left' || paint === 'right') texture.sample(paint === 'left' ? 1 : width - 1, v, 0, 0, vx, vy, sample)
  else texture.sample(u, paint === 'top' ? 1 : height - 1, ux, uy, 0, 0, sample)
  if (sample[3]! < 0.5) {
    // A cut-out seen edge-on: its border is empty, so its wall is plain grey.
    sample.fill(backGrey, 0, 3)
    sample[3] = 1
  }
  // A hairline of light at the front of the wall keeps dark pictures' edges readable.
  const depth = paint === 'left' || paint === 'right' ? u / face.uSize : v / face.vSize
  const lift = 26 * Math.max(0, 1 - depth * 3)
  for (let c = 0; c < 3; c += 1) sample[c] = Math.min(255, sample[c]! * light + 14 + lift) * sample[3]!
}

/** The photo scaled to about how large it will be seen, so that the samples don't skip pixels. */
async function textureOf(photo: Photo, scale: number): Promise<Texture> {
  const { width, height } = photo.rgb
  const smallWidth = Math.max(1, Math.round(width * scale))
  const smallHeight = Math.max(1, Math.round(height * scale))
  const rgb = scale < 0.9 ? await resized(photo.rgb, smallWidth, smallHeight) : photo.rgb
  const alpha =
    photo.alpha && rgb !== photo.rgb ? await resizedPlane(photo.alpha, width, height, smallWidth, smallHeight) : photo.alpha
  return new Texture(rgb, alpha, { width, height })
}
