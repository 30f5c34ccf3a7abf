import { existsSync } from 'node:fs'
import { readdir, readFile, readlink, rename, symlink } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { discard, saveFile } from '../../assets/durable-file'
import type { RuntimeLayout } from '../layout'

/** The folder of a Python within any data folder's runtime, as {@link RuntimeLayout} has it. */
const ofRuntime = /^.*[\\/]runtime[\\/]python[\\/](?=[^\\/])/

/**
 * Lets environments find the Python of the data folder again after that was moved: they name it by its whole path, in `pyvenv.cfg` and, where
 * there are links, by one. Environments whose Python is where they say, or lies outside of the data folder, stay as they are.
 */
export async function followMovedPython(layout: RuntimeLayout): Promise<void> {
  for (const id of await readdir(layout.versions).catch(() => [])) await follow(layout, join(layout.versions, id, 'venv'))
}

async function follow(layout: RuntimeLayout, venv: string): Promise<void> {
  const file = join(venv, 'pyvenv.cfg')
  const text = await readFile(file, 'utf8').catch(() => '')
  const home = /^home\s*=\s*(.+?)\s*$/m.exec(text)?.[1]
  if (home === undefined || existsSync(home) || !ofRuntime.test(home)) return
  const inside = home.replace(ofRuntime, '').split(/[\\/]/)
  const now = join(layout.cache.python, ...inside)
  if (inside.includes('..') || !existsSync(now)) return
  // The link first: what the file says decides whether all this is still to be done.
  const link = join(venv, 'bin', 'python')
  const target = await readlink(link).catch(() => undefined)
  if (target !== undefined && !existsSync(link)) {
    const part = `${link}.part`
    await discard(part)
    await symlink(join(now, basename(target)), part)
    await rename(part, link)
  }
  await saveFile(
    file,
    text.replace(/^home\s*=.*$/m, () => `home = ${now}`),
  )
}
