// A ComfyUI that a user installed without Recast: the stand-in in a folder of its own, with a virtual environment and models.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import type { StandIn } from './mirror'

/** What the real one would import; the stand-in has no use for them beside being asked. */
const packages: Record<string, string> = {
  'torch.py': `__version__ = "0.0.1"
class version:
    cuda = None
class cuda:
    is_available = staticmethod(lambda: False)
`,
  'aiohttp.py': '',
  'yaml.py': '',
}

/** Makes such a folder; `strange` starts it as its owner would. */
export function makeExistingComfyui(folder: string, standIn: StandIn): { own: string; strange: () => ChildProcess } {
  const own = join(folder, 'ComfyUI')
  cpSync(join(dirname(standIn.archive), 'source', 'ComfyUI-pinned'), own, { recursive: true })
  execFileSync('python3', ['-m', 'venv', '--without-pip', join(own, '.venv')])
  const lib = join(own, '.venv', 'lib')
  const site = join(lib, readdirSync(lib)[0] ?? '', 'site-packages')
  execFileSync('python3', ['-m', 'zipfile', '-e', standIn.wheel, site])
  for (const [name, text] of Object.entries(packages)) writeFileSync(join(site, name), text)
  for (const name of ['models/loras', 'input', 'output', 'user', 'custom_nodes']) mkdirSync(join(own, name), { recursive: true })
  writeFileSync(join(own, 'models', 'loras', 'mine.safetensors'), 'weights')
  const folders = ['input', 'output'].flatMap((name) => [`--${name}-directory`, join(folder, `their-${name}`)])
  return {
    own,
    strange: () =>
      spawn(join(own, '.venv', 'bin', 'python'), ['main.py', '--listen', '127.0.0.1', '--port', '0', ...folders], {
        cwd: own,
        detached: true,
        stdio: 'ignore',
        env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
      }),
  }
}

/** Every file, folder and link under a folder, with content and time: what is equal was not touched. */
export function treeOf(folder: string): Record<string, string> {
  const found: Record<string, string> = {}
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    const { mtimeMs, mode } = lstatSync(path)
    const content = entry.isFile() ? createHash('sha256').update(readFileSync(path)).digest('hex') : ''
    found[relative(folder, path)] = `${mode} ${mtimeMs} ${content}`
  }
  return found
}
