import type { PerspectiveEdit } from '#shared/domain/edit'
import type { View } from '#shared/domain/view'
import { viewOfCamera, type CameraSetting } from '../camera/camera-labels'
import type { ViewValues } from '../state/ui'
import { viewKey } from './view-sets'

/** The user's own camera words as a view; undefined while there are none. */
export function ownWords(prompt: string): View | undefined {
  const words = prompt.trim()
  return words === '' ? undefined : { id: 'own-words', name: words.slice(0, 120), prompt: words }
}

/** A view as the model of the setting takes it; undefined where it has no words for it. */
export function viewFor(view: View, setting: CameraSetting): View | undefined {
  return view.prompt === undefined && view.pose ? viewOfCamera(view.pose, setting) : view
}

/** What is asked for: the chosen views, else the own words, else what the camera sees now; those without words are left out. */
export function wantedViews(values: Pick<ViewValues, 'pose' | 'views' | 'prompt'>, setting: CameraSetting): View[] {
  const words = ownWords(values.prompt)
  const chosen = values.views.length > 0 ? [...values.views, ...(words ? [words] : [])] : words ? [words] : [cameraView(values)]
  const seen = new Set<string>()
  return chosen
    .flatMap((view) => viewFor(view, setting) ?? [])
    .filter((view) => !seen.has(viewKey(view)) && seen.add(viewKey(view)))
}

/** What the camera sees now. */
export function cameraView({ pose }: Pick<ViewValues, 'pose'>): View {
  return { id: 'camera', name: 'camera', pose }
}

/** The edits that make views; with where the photo was taken from, if that was said. */
export function editsOf(views: readonly View[], setting: CameraSetting): PerspectiveEdit[] {
  return views.map((view) => ({ kind: 'perspective', view, ...(setting.photo ? { from: setting.photo } : {}) }))
}
