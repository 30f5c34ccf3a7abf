import { readdirSync, existsSync } from 'node:fs'
import { cp } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join, relative } from 'node:path'
import { AppError } from '#shared/domain/error'
import { resourceFolder } from '../../resources'
import { runTool } from '../process/run-tool'
import { makeFolder } from '../../assets/durable-file'
import { pathFolders, pythonEnvironment } from './environment'
import { deleteFolder, moveFolder } from './store'

/** Where uv and Python are; absent in the options of an installer, they are looked up. */
export interface RuntimeTools {
  uv: string
  /** A Python to build environments on; undefined: uv fetches one. */
  python: string | undefined
  pythonVersion: string | undefined
}

const windows = process.platform === 'win32'

function bundled(...path: string[]): string | undefined {
  try {
    const place = join(resourceFolder('runtime'), ...path)
    return existsSync(place) ? place : undefined
  } catch {
    return undefined
  }
}

/** uv: named by RECAST_UV, bundled, or on the PATH. Throws `engine.start` when there is none. */
export function findUv(): string {
  const name = windows ? 'uv.exe' : 'uv'
  const named = process.env['RECAST_UV']
  const places = [
    ...(named ? [named] : []),
    bundled('bin', name),
    ...[...pathFolders(), join(homedir(), '.local', 'bin')].map((folder) => join(folder, name)),
  ]
  const found = places.find((place) => place !== undefined && existsSync(place))
  if (found) return found
  throw new AppError(
    'engine.start',
    'The tool uv is not here: it comes with the packed app. In a source tree install it (pip install uv), or say where it is with RECAST_UV.',
    { retry: 'user', detail: { absent: 'uv' } },
  )
}

/** Pythons that may be here, best first: named, bundled, on the PATH, of pyenv. */
function pythonPlaces(wanted: string): string[] {
  const named = process.env['RECAST_PYTHON']
  const names = windows ? ['python.exe'] : [`python${wanted}`, 'python3', 'python3.12', 'python3.11', 'python3.13']
  const pyenv = join(process.env['PYENV_ROOT'] ?? join(homedir(), '.pyenv'), 'versions')
  const versions = existsSync(pyenv) ? readdirSync(pyenv).filter((name) => name.startsWith(`${wanted}.`)) : []
  return [
    ...(named ? [named] : []),
    bundled('python', ...(windows ? ['python.exe'] : ['bin', 'python3'])) ?? '',
    ...versions.map((version) => join(pyenv, version, 'bin', 'python3')),
    ...pathFolders().flatMap((folder) => names.map((name) => join(folder, name))),
    // The Microsoft Store's: a door to the shop, or a Python whose files Windows puts elsewhere than where they were written.
  ].filter((place) => place !== '' && !/[\\/]WindowsApps[\\/]/i.test(place) && existsSync(place))
}

/** The first Python of the wanted version (`3.12`, or `3` for any) that runs and has what an environment needs. */
export async function findPython(wanted: string): Promise<{ path: string; version: string } | undefined> {
  for (const path of new Set(pythonPlaces(wanted))) {
    const code = 'import sys,ssl,sqlite3,ctypes;print("%d.%d.%d"%sys.version_info[:3],sys.executable,sep="|")'
    const run = await runTool(path, ['-I', '-c', code], { env: pythonEnvironment(), timeoutMs: 20_000 }).catch(() => undefined)
    const [version = '', executable = ''] = run?.exitCode === 0 ? run.stdout.trim().split('|') : []
    // Shims of version managers point to whatever their folder says: the program behind them is what is meant.
    if (`${version}.`.startsWith(`${wanted}.`) && executable !== '') return { path: executable, version }
  }
  return undefined
}

/** Looks both up. Throws `engine.start` when uv is missing. */
export async function findRuntimeTools(wantedPython: string): Promise<RuntimeTools> {
  const uv = findUv()
  const python = await findPython(wantedPython)
  return { uv, python: python?.path, pythonVersion: python?.version }
}

/**
 * Puts the bundled Python into the data folder, once for each version: environments point to their Python by path, and the app's own place
 * changes with updates (an AppImage's with every start). Tools with another Python stay as they are.
 */
export async function settlePython(tools: RuntimeTools, folder: string): Promise<RuntimeTools> {
  const source = bundled('python')
  const inside = source === undefined || tools.python === undefined ? '..' : relative(source, tools.python)
  if (source === undefined || inside.startsWith('..')) return tools
  const target = join(folder, `bundled-${tools.pythonVersion ?? 'unknown'}`)
  if (!existsSync(target)) {
    await makeFolder(folder)
    const part = `${target}.part`
    await deleteFolder(part)
    await cp(source, part, { recursive: true, verbatimSymlinks: true })
    await moveFolder(part, target)
  }
  return { ...tools, python: join(target, inside) }
}
