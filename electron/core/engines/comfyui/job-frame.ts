import type { Workflow } from '../../workflows/load'
import { type Letterbox, planCanvas, type Size } from '../../workflows/size-policy'
import { drawsWholeStories, storyRun } from '../../workflows/story-edit'
import { wishedSize } from '../../workflows/wished-size'
import type { EngineTask } from '../engine'
import { pictureOf, slotPictures } from './slots'

/** The canvas in which a workflow gets a picture of a job; undefined where it is sent as it is. */
export function canvasOf(workflow: Workflow, input: Size): Letterbox | undefined {
  return planCanvas(workflow.size, input)
}

/** What becomes of a workflow's results: which part of them is the picture, and how large it is; undefined: all, as they are. */
export function frameOf(workflow: Workflow, task: EngineTask): Letterbox | undefined {
  const { edit, input } = task
  const wished = wishedSize(workflow, edit, input)
  if (wished) {
    const { generate, crop } = wished
    return { source: { width: crop.width, height: crop.height }, canvas: generate, content: crop }
  }
  const drawn = drawnOver(workflow, task)
  const canvas = drawn && canvasOf(workflow, drawn)
  // A scene is a picture of its own: the border goes, but it is not made as large as the picture of its hero.
  if (canvas && edit.kind === 'story')
    return { ...canvas, source: { width: canvas.content.width, height: canvas.content.height } }
  return canvas
}

/** The picture that the workflow draws over: not always the job's own, a scene has its role's. */
function drawnOver(workflow: Workflow, task: EngineTask): Size | undefined {
  const slots = Object.entries(slotPictures(workflow, task.edit))
  const edited = slots.find(([slot]) => workflow.images[slot]?.role === 'edited')
  return edited && pictureOf(task, edited[1])
}

/** Which one of a run's pictures is the result; undefined: each is one. */
export function pickOf(workflow: Workflow, { edit }: EngineTask): number | undefined {
  return edit.kind === 'story' && drawsWholeStories(workflow) ? storyRun(edit).pick : undefined
}
