import { useSyncExternalStore, type ReactElement } from 'react'
import type { Pose } from '#shared/domain/view'
import {
  arcPoints,
  cameraPoint,
  directionOf,
  handlePoints,
  photoSide,
  project,
  ringPoint,
  type Axis,
  type Point,
  type Size,
} from './camera-space'
import type { GizmoDrawing } from './gizmo-drawing'

/** The gizmo in flat lines, for machines without WebGL: the same places, the same handles. */
export function GizmoSvg(props: GizmoDrawing): ReactElement {
  const { live, size, known, photo, held } = props
  const pose = useSyncExternalStore(live.subscribe, live.get)
  const middle = project([0, 0, 0], size)
  const camera = project(cameraPoint(pose), size)
  const points = handlePoints(pose)
  const radius: Record<Axis, number> = { azimuth: 7, elevation: 8, distance: 6 }
  const knob = (axis: Axis): ReactElement => {
    const { x, y } = project(points[axis], size)
    return <circle key={axis} cx={x} cy={y} r={radius[axis] * (held === axis ? 1.25 : 1)} fill={`var(--axis-${axis})`} />
  }
  const isBehind = camera.depth > middle.depth
  const arm = (
    <g>
      <polyline points={line(arcPoints(pose), size)} fill="none" stroke="var(--axis-elevation)" strokeWidth="1.5" />
      <line x1={middle.x} y1={middle.y} x2={camera.x} y2={camera.y} stroke="var(--axis-distance)" strokeWidth="1.5" />
      {knob('distance')}
      {knob('elevation')}
    </g>
  )
  return (
    <svg viewBox={`0 0 ${size.width} ${size.height}`} className="absolute inset-0 size-full" aria-hidden data-testid="camera-svg">
      <polygon points={line(circle(), size)} fill="none" stroke="var(--axis-azimuth)" strokeWidth="1.5" />
      {known.azimuth.map((azimuth) => {
        const { x, y } = project(ringPoint(azimuth), size)
        return <circle key={azimuth} cx={x} cy={y} r="2.5" fill="var(--axis-azimuth)" />
      })}
      {isBehind ? arm : null}
      <polygon points={line(card(photo, props.aspect), size)} fill="var(--raised)" stroke="var(--edge)" strokeWidth="1" />
      {props.marks.map((mark, index) => {
        const { x, y } = project(cameraPoint(mark), size)
        return <circle key={index} cx={x} cy={y} r="3" fill="var(--accent)" />
      })}
      {props.marked ? <Marker at={project(cameraPoint(photo), size)} /> : null}
      {knob('azimuth')}
      {isBehind ? null : arm}
    </svg>
  )
}

function Marker({ at }: { at: { x: number; y: number } }): ReactElement {
  return <circle cx={at.x} cy={at.y} r="5" fill="none" stroke="var(--muted)" strokeWidth="1.5" strokeDasharray="2 2" />
}

function line(points: readonly Point[], size: Size): string {
  return points
    .map((point) => {
      const { x, y } = project(point, size)
      return `${x.toFixed(1)},${y.toFixed(1)}`
    })
    .join(' ')
}

function circle(): Point[] {
  return Array.from({ length: 72 }, (_, n) => ringPoint(n * 5))
}

/** The four corners of the photo that faces where it was taken from. */
function card(photo: Pose, aspect: number): Point[] {
  const [halfWidth, halfHeight] = [Math.min(1, aspect) * photoSide * 0.5, (photoSide * 0.5) / Math.max(1, aspect)]
  const width = aspect >= 1 ? photoSide / 2 : halfWidth
  const right = directionOf(photo.azimuth + 90, 0)
  const up = directionOf(photo.azimuth + (photo.elevation <= 0 ? 0 : 180), 90 - Math.abs(photo.elevation))
  return [
    [-1, 1],
    [1, 1],
    [1, -1],
    [-1, -1],
  ].map(([across = 0, along = 0]): Point => [
    right[0] * across * width + up[0] * along * halfHeight,
    right[1] * across * width + up[1] * along * halfHeight,
    right[2] * across * width + up[2] * along * halfHeight,
  ])
}
