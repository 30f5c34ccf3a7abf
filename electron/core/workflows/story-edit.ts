import type { StoryEdit } from '#shared/domain/edit'
import { AppError } from '#shared/domain/error'
import type { Workflow } from './load'
import { nextScenePrompts, parseStory, type Story, storyTexts } from './story-prompt'

/** A story as one run of StoryDiffusion draws it. */
export interface StoryRun {
  roles: string
  scenes: string
  /** Which of the run's pictures is the scene that was asked for (from 0); undefined: all are wanted. */
  pick: number | undefined
}

/** Whether a workflow draws all scenes of a story in one run. */
export function drawsWholeStories({ inputs }: Workflow): boolean {
  return 'scenes' in inputs
}

/**
 * The texts that StoryDiffusion's nodes read, checked as they would check them. One scene by itself comes with the first scene of each
 * role: those are where its roles get their looks, so with the same seed the scene fits the others. Throws `input.invalid`.
 */
export function storyRun(edit: StoryEdit): StoryRun {
  const story = storyOf(edit)
  const roles = story.roles.map(({ name, description }) => ({ name, description: withTrigger(description, name) }))
  const first = roles.map(({ name }) => story.scenes.findIndex((scene) => scene.role === name))
  const { scene } = edit
  const wanted =
    scene === undefined ? undefined : [...new Set([...first.filter((at) => at >= 0).toSorted((a, b) => a - b), scene])]
  const scenes = wanted ? wanted.flatMap((at) => story.scenes[at] ?? []) : story.scenes
  const texts = storyTexts({ roles, scenes })
  parseStory(texts.roles, texts.scenes, edit.roles.filter((role) => role.assetIds.length > 0).length)
  return { ...texts, pick: scene === undefined ? undefined : wanted?.indexOf(scene) }
}

/** What the Next-Scene fallback is told for the scene of a job. Throws `input.invalid`. */
export function scenePrompt(edit: StoryEdit): string {
  const prompt = nextScenePrompts(storyOf(edit))[edit.scene ?? 0]
  const style = oneLine(edit.style ?? '')
  return style === '' ? `${prompt}` : `${prompt}, ${style}`
}

/** The pictures for one scene of the fallback: its role's own first, then the other role that is in it. */
export function scenePictures({ roles, scenes, scene = 0 }: StoryEdit): string[] {
  const { role: name, text = '' } = scenes[scene] ?? {}
  const shown = roles.filter((role) => role.assetIds.length > 0)
  const main = shown.find((role) => role.name.trim() === name?.trim()) ?? shown[0]
  if (!main) return []
  const other = shown.find((role) => role !== main && text.includes(role.name.trim()))
  const [own, second] = main.assetIds
  return [own, other?.assetIds[0] ?? second].filter((assetId) => assetId !== undefined)
}

/** A story in the words of its edit: names as they are told apart, each text one line. Throws `input.invalid` for an unknown role. */
function storyOf(edit: StoryEdit): Story {
  const roles = edit.roles.map(({ name, description }) => ({ name: oneLine(name), description: oneLine(description) }))
  const scenes = edit.scenes.map((scene, n) => {
    const role = scene.role === undefined || scene.role.trim().toUpperCase() === 'NC' ? undefined : oneLine(scene.role)
    if (role !== undefined && !roles.some(({ name }) => name === role)) {
      throw new AppError(
        'input.invalid',
        `Scene ${n + 1}: there is no role "${role}". The roles are ${roles.map(({ name }) => name).join(', ')}. Change the story and submit again.`,
        { detail: { input: 'story', scene: n } },
      )
    }
    return { role, text: oneLine(scene.text) }
  })
  return { roles, scenes }
}

/** StoryDiffusion finds who a role is by the word "img" after what it is: "a woman img, wearing …". */
function withTrigger(description: string, name: string): string {
  if (description === '') {
    throw new AppError(
      'input.invalid',
      `The role "${name}" needs a description, such as "a woman, wearing a white T-shirt". Add it and submit again.`,
      { detail: { input: 'story', role: name } },
    )
  }
  return /\bimg\b/.test(description) ? description : description.replace(/^[^,.;]*[^,.;\s]/u, '$& img')
}

function oneLine(text: string): string {
  return text.replace(/\s+/gu, ' ').trim()
}
