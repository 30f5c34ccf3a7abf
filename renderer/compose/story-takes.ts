import type { Job } from '#shared/domain/job'
import type { StoryScene } from './compose-values'

/** Takes of one scene that are remembered; older ones are in the gallery. */
const mostTakes = 32

/** The scenes with the jobs of a submission: a job a scene, or one that draws all of them, whose results come in their order. */
export function withTakes(scenes: readonly StoryScene[], jobs: readonly Job[]): StoryScene[] {
  return scenes.map((scene, index) => {
    const takes = jobs.flatMap(({ id, edit }) => {
      if (edit.kind !== 'story') return []
      if (edit.scene === undefined) return [{ jobId: id, output: index }]
      return edit.scene === index ? [{ jobId: id, output: 0 }] : []
    })
    if (takes.length === 0) return scene
    const { chosen: _, ...rest } = scene
    return { ...rest, takes: [...scene.takes, ...takes].slice(-mostTakes) }
  })
}

/** A scene with the takes of an earlier look at it: its words, role and place stay as they are now. */
export function withTakesOf(now: StoryScene, drawn: StoryScene | undefined): StoryScene {
  if (!drawn || drawn.takes.length === now.takes.length) return now
  const { chosen: _, ...rest } = now
  return { ...rest, takes: drawn.takes }
}

/** One take of a scene: its job, and its picture once that is there. */
export interface SceneTake {
  job: Job
  assetId: string | undefined
}

/** How a scene stands: the picture that counts, and the newest job where that is still under way or failed. */
export interface SceneView {
  takes: readonly SceneTake[]
  /** The one that is on the page. */
  shown: SceneTake | undefined
  /** A newer one that has no picture (yet). */
  open: Job | undefined
}

/** What there is of a scene. */
export function sceneView(scene: StoryScene, byId: Readonly<Record<string, Job>>): SceneView {
  const takes = scene.takes.flatMap(({ jobId, output }): SceneTake[] => {
    const job = byId[jobId]
    return job ? [{ job, assetId: job.outputs.find(({ index }) => index === output)?.assetId }] : []
  })
  const drawn = takes.filter(({ assetId }) => assetId !== undefined)
  const shown = drawn.find(({ job }) => job.id === scene.chosen) ?? drawn.at(-1)
  const last = takes.at(-1)
  return { takes: drawn, shown, open: last && last.assetId === undefined && last.job.state !== 'canceled' ? last.job : undefined }
}

/** A list with one item moved by so many places; it stays within the ends. */
export function moved<T>(items: readonly T[], from: number, places: number): T[] {
  const to = Math.max(0, Math.min(items.length - 1, from + places))
  const next = [...items]
  const [item] = next.splice(from, 1)
  if (item !== undefined) next.splice(to, 0, item)
  return next
}
