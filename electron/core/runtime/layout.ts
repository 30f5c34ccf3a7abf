import { join } from 'node:path'

/** Where everything of the runtime lies. `root` is Recast's alone and may be deleted; `user` holds the user's files and never is. */
export interface RuntimeLayout {
  root: string
  /** Whole installations, one folder each. */
  versions: string
  /** The one that is being made. */
  staging: string
  /** What waits to be deleted. */
  trash: string
  /** The pointer: which installation is the current one. Its existence is what "installed" means. */
  current: string
  /** What an installation is doing, for the next start. */
  journal: string
  /** The tool that mends an installation in its place, while it runs; an installation notes its own in the journal. */
  mending: string
  /** The server that runs: pid, start time, session. */
  serverFile: string
  serverLog: string
  /** The last self-test, for reports. */
  selfTest: string
  modelPaths: string
  /** What Python compiles of an adopted ComfyUI, whose own folder stays as it is. */
  compiled: string
  cache: { archives: string; packages: string; python: string }
  user: { base: string; input: string; output: string; user: string; temp: string; database: string }
}

/** The layout inside a data folder. */
export function runtimeLayout(dataDir: string): RuntimeLayout {
  const root = join(dataDir, 'runtime')
  const base = join(dataDir, 'comfyui')
  const user = join(base, 'user')
  return {
    root,
    versions: join(root, 'versions'),
    staging: join(root, 'staging'),
    trash: join(root, 'trash'),
    current: join(root, 'current.json'),
    journal: join(root, 'journal.json'),
    mending: join(root, 'mending.json'),
    serverFile: join(root, 'server.json'),
    serverLog: join(root, 'server.log'),
    selfTest: join(root, 'self-test.json'),
    modelPaths: join(root, 'model-paths.yaml'),
    compiled: join(root, 'compiled'),
    cache: { archives: join(root, 'cache', 'archives'), packages: join(root, 'cache', 'packages'), python: join(root, 'python') },
    user: {
      base,
      input: join(base, 'input'),
      output: join(base, 'output'),
      user,
      temp: join(base, 'temp-files'),
      database: join(user, 'recast.db'),
    },
  }
}

/** The Python of a virtual environment. */
export function venvPython(venv: string, platform: NodeJS.Platform = process.platform): string {
  return platform === 'win32' ? join(venv, 'Scripts', 'python.exe') : join(venv, 'bin', 'python')
}
