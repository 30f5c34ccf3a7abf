import type { Pose } from '#shared/domain/view'
import type { Axis, Size } from './camera-space'
import type { KnownPoses } from './known-poses'
import type { LivePose } from './live-pose'

/** Colours of the gizmo's parts, resolved, as `rgb(…)`. */
export interface GizmoColours {
  azimuth: string
  elevation: string
  distance: string
  accent: string
  muted: string
  edge: string
  ground: string
  back: string
}

/** What a drawing of the gizmo, by three or by SVG, is made from. */
export interface GizmoDrawing {
  live: LivePose
  size: Size
  known: KnownPoses
  /** Where the photo was taken from, as far as it is known, and whether the user has said so. */
  photo: Pose
  marked: boolean
  /** Width by height of the photo. */
  aspect: number
  photoUrl: string | undefined
  /** Other views that will be made. */
  marks: readonly Pose[]
  held: Axis | undefined
  colours: GizmoColours
}

const tokens: Record<keyof GizmoColours, string> = {
  azimuth: '--axis-azimuth',
  elevation: '--axis-elevation',
  distance: '--axis-distance',
  accent: '--accent',
  muted: '--muted',
  edge: '--edge',
  ground: '--raised',
  back: '--line',
}

/** Reads the theme's colours as they are on an element now: a canvas doesn't know `light-dark()`. */
export function gizmoColours(element: HTMLElement): GizmoColours {
  const probe = document.createElement('span')
  probe.hidden = true
  element.append(probe)
  const read = (token: string): string => {
    probe.style.color = `var(${token})`
    return getComputedStyle(probe).color
  }
  const colours = Object.fromEntries(
    Object.entries(tokens).map(([name, token]) => [name, read(token)]),
  ) as unknown as GizmoColours
  probe.remove()
  return colours
}
