import { readFileSync } from 'node:fs'
import { UsageError } from './usage'

/** A story of at most so many bytes a file is text; more is another file. */
const maxFileBytes = 1024 * 1024
const line = /^\[([^[\]]+)\]\s*(.*)$/u

/** A story as its files tell it; pictures of roles still are files. */
export interface StoryFiles {
  roles: { name: string; description: string; files: string[] }[]
  /** A scene without a role is one with nobody in it. */
  scenes: { role?: string; text: string }[]
}

/**
 * Reads a story: roles `[Anna] a woman, …` and scenes `[Anna] does …` (`[NC]`: nobody), one a line.
 * @throws UsageError which names the file and the line.
 */
export function readStory(from: {
  roles: string
  scenes: string
  pictures: readonly { role: string; file: string }[]
}): StoryFiles {
  const roles = lines(from.roles).map(({ text, number }) => {
    const [, name = '', description = ''] = line.exec(text) ?? wrong(from.roles, number, 'write [Name] and what the role is')
    return { name: name.trim(), description: description.trim(), files: [] as string[] }
  })
  if (roles.length === 0) throw new UsageError(`${from.roles} names no role. Write one a line: [Anna] a woman, …`)
  for (const { role, file } of from.pictures) {
    const owner = roles.find(({ name }) => name === role)
    if (!owner)
      throw new UsageError(`--role-image: there is no role "${role}". The roles are ${roles.map(({ name }) => name).join(', ')}.`)
    owner.files.push(file)
  }
  const scenes = lines(from.scenes).map(({ text, number }) => {
    const [, name = '', words = ''] = line.exec(text) ?? wrong(from.scenes, number, 'begin with a role in brackets, or with [NC]')
    const role = name.trim()
    const does = words.replace(/;\s*$/u, '').trim()
    if (does === '') wrong(from.scenes, number, 'say what happens')
    if (role.toUpperCase() === 'NC') return { text: does }
    if (!roles.some((one) => one.name === role)) wrong(from.scenes, number, `there is no role [${role}] in ${from.roles}`)
    return { role, text: does }
  })
  if (scenes.length === 0) throw new UsageError(`${from.scenes} has no scene. Write one a line: [Anna] wakes up`)
  return { roles, scenes }
}

function wrong(file: string, number: number, what: string): never {
  throw new UsageError(`${file}, line ${number}: ${what}.`)
}

function lines(file: string): { text: string; number: number }[] {
  let bytes: Buffer
  try {
    bytes = readFileSync(file)
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code
    throw new UsageError(code === 'ENOENT' ? `There is no file ${file}.` : `${file} can't be read (${code}).`)
  }
  if (bytes.length > maxFileBytes) throw new UsageError(`${file} is too large for a story.`)
  return bytes
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .map((text, n) => ({ text: text.trim(), number: n + 1 }))
    .filter(({ text }) => text !== '')
}
