import { AppError } from '#shared/domain/error'

/** A story that StoryDiffusion's nodes will take: at most two roles, each scene with one of them or with nobody. */
export interface Story {
  roles: { name: string; description: string }[]
  /** `role` is undefined for a scene with nobody in it (`[NC]`). */
  scenes: { role: string | undefined; text: string }[]
}

const line = /^\[([^[\]]+)\]\s*(.*)$/u

/**
 * Reads roles (`[Name] a woman img, …`, one a line) and scenes (`[Name] does …;`, one a line, `[NC]` for nobody) and checks everything
 * that the nodes fail on without a useful word (ComfyUI_StoryDiffusion, pre_text2infer). Throws `input.invalid` naming the line.
 * `pictures` is how many role pictures come with it: none, or one for each role.
 */
export function parseStory(rolesText: string, scenesText: string, pictures = 0): Story {
  const roles = lines(rolesText).map(({ text, number }) => {
    const [, name = '', description = ''] =
      line.exec(text) ?? refuse(`Role line ${number} must begin with a name in brackets: [Anna] a woman img, …`)
    if (name.trim().toUpperCase() === 'NC') refuse(`Role line ${number}: [NC] means nobody and can't be a role's name`)
    if (!/\bimg\b/.test(description)) {
      refuse(`Role line ${number}: the description of [${name}] needs the word "img" after what it is: a woman img, …`)
    }
    return { name: name.trim(), description: description.trim() }
  })
  if (roles.length === 0) refuse('A story needs a role: [Anna] a woman img, …')
  if (roles.length > 2) refuse(`A story has at most two roles, not ${roles.length}`)
  const [first, second] = roles
  if (first && second && (first.name.includes(second.name) || second.name.includes(first.name))) {
    refuse('The two roles need names that are not part of each other')
  }
  if (pictures !== 0 && pictures !== roles.length)
    refuse(`There must be a picture for each role, or none: ${roles.length} roles, ${pictures} pictures`)
  const scenes = lines(scenesText).map(({ text, number }) => {
    const [, name = '', rest = ''] = line.exec(text) ?? refuse(`Scene line ${number} must begin with a role in brackets, or [NC]`)
    const role = name.trim()
    if (/[[\]]/.test(rest)) refuse(`Scene line ${number} has two roles; StoryDiffusion draws one a scene. Write two scenes`)
    if (role.toUpperCase() !== 'NC' && !roles.some((one) => one.name === role)) {
      refuse(`Scene line ${number}: there is no role [${role}]. The roles are ${roles.map((one) => `[${one.name}]`).join(', ')}`)
    }
    const words = rest.replace(/;\s*$/, '').trim()
    if (words === '') refuse(`Scene line ${number} says nothing about what happens`)
    if (words.includes('#')) refuse(`Scene line ${number} holds a "#": everything after it would be lost. Take it out`)
    return { role: role.toUpperCase() === 'NC' ? undefined : role, text: words }
  })
  for (const role of roles) {
    if (!scenes.some((scene) => scene.role === role.name))
      refuse(`No scene has the role [${role.name}]. Write one, or take the role out`)
  }
  if (scenes.slice(0, roles.length).some((scene) => scene.role === undefined)) {
    refuse(`The first ${roles.length === 1 ? 'scene' : 'two scenes'} can't be [NC]: there the roles are introduced. Move it down`)
  }
  return { roles, scenes }
}

/** The story as the nodes read it. */
export function storyTexts(story: Story): { roles: string; scenes: string } {
  return {
    roles: story.roles.map((role) => `[${role.name}] ${role.description}`).join('\n'),
    scenes: story.scenes.map((scene) => `[${scene.role ?? 'NC'}] ${scene.text};`).join('\n'),
  }
}

/** One prompt a scene for the Qwen fallback: each scene is a job of its own, made from the hero picture. */
export function nextScenePrompts(story: Story): string[] {
  return story.scenes.map((scene) => {
    const role = story.roles.find((one) => one.name === scene.role)
    const who = role ? `${role.description.replace(/\s*\bimg\b/, '').replace(/[.,;\s]+$/, '')} ` : ''
    return `Next Scene: ${who}${scene.text}`
  })
}

function lines(text: string): { text: string; number: number }[] {
  return text
    .split(/\r?\n/)
    .map((one, i) => ({ text: one.trim(), number: i + 1 }))
    .filter((one) => one.text !== '')
}

function refuse(why: string): never {
  throw new AppError('input.invalid', `${why}. Change the story and submit again.`, { detail: { input: 'story' } })
}
