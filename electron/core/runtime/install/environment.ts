import { delimiter } from 'node:path'
import type { RuntimeLayout } from '../layout'

/** Addresses that stand in for the ordinary ones, by what they serve. */
export interface Mirrors {
  /** Standalone CPythons (uv's `UV_PYTHON_INSTALL_MIRROR`). */
  python?: string | undefined
  /** A Python package index (simple API). */
  packages?: string | undefined
  /** Where torch's indexes lie; the generation is appended. */
  torch?: string | undefined
  /** A forge with `/OWNER/NAME/archive/COMMIT.tar.gz`. */
  comfyui?: string | undefined
}

/** Variables of the user's that lead Python or uv astray from what the lock says, or make imports fail (as PYTHONOPTIMIZE=2 and warnings made errors do). */
const unwanted = new RegExp(
  `^(${[
    'PYTHON(HOME|PATH|STARTUP|USERBASE|OPTIMIZE|WARNINGS|IOENCODING|INSPECT|PLATLIBDIR|DEVMODE|DEBUG|VERBOSE|LEGACYWINDOWS\\w+|EXECUTABLE)',
    'VIRTUAL_ENV',
    'CONDA_\\w+',
    'PIP_REQUIRE_VIRTUALENV',
    'UV_((BUILD_)?CONSTRAINT|OVERRIDE|EXCLUDE(_NEWER\\w*)?|PROJECT\\w*|SYSTEM_PYTHON|PYTHON|PYTHON_(PREFERENCE|DOWNLOADS)|(NO_)?MANAGED_PYTHON)',
    'UV_(TORCH_BACKEND|NO_CACHE|NO_INDEX|NO_BINARY\\w*|ONLY_BINARY|NO_BUILD\\w*)',
  ].join('|')})$`,
  'i',
)

/**
 * A folder of a CUDA toolkit in LD_LIBRARY_PATH. It goes before the libraries that torch brings along, and another version of them ends the
 * import with "undefined symbol" (pytorch #131312, #140797). `compat` holds a driver's library and stays.
 */
const toolkitFolder = /\/(cuda|cudnn|tensorrt)[^/]*(\/.*)?\/lib(64)?\/?$/i

/** Where the loader looks, without toolkits and without what an AppImage brings for Recast itself. */
function libraryPath(base: NodeJS.ProcessEnv): Record<string, string> {
  const folders = base['LD_LIBRARY_PATH']?.split(':')
  if (!folders) return {}
  const image = base['APPDIR']
  const kept = folders.filter((folder) => !toolkitFolder.test(folder) && !(image && `${folder}/`.startsWith(`${image}/`)))
  return { LD_LIBRARY_PATH: kept.join(':') }
}

/** Loopback never goes through a proxy: proxies that catch it are a known trap. */
function withoutProxyForLoopback(base: NodeJS.ProcessEnv): Record<string, string> {
  const own = ['127.0.0.1', 'localhost', '::1']
  const named = (base['NO_PROXY'] ?? base['no_proxy'] ?? '').split(',').filter((host) => host.trim() !== '')
  const list = [...new Set([...named, ...own])].join(',')
  return { NO_PROXY: list, no_proxy: list }
}

/** What every Python of ours is started with. */
export function pythonEnvironment(base: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const kept = Object.fromEntries(Object.entries(base).filter(([name]) => !unwanted.test(name)))
  return {
    ...kept,
    ...withoutProxyForLoopback(base),
    ...libraryPath(base),
    PYTHONUTF8: '1',
    PYTHONUNBUFFERED: '1',
    PYTHONNOUSERSITE: '1',
    // nvidia-smi counts cards by bus; CUDA by speed unless told so.
    CUDA_DEVICE_ORDER: 'PCI_BUS_ID',
    // Custom nodes would otherwise ask model hubs and report home at import.
    HF_HUB_DISABLE_TELEMETRY: '1',
    DO_NOT_TRACK: '1',
  }
}

/** What uv is started with: its cache and Pythons in the data folder, mirrors, patience for slow lines. The user's proxies stay. */
export function uvEnvironment(
  layout: RuntimeLayout,
  { mirrors, offline }: { mirrors: Mirrors; offline: boolean },
  base: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  return {
    ...pythonEnvironment(base),
    UV_CACHE_DIR: layout.cache.packages,
    UV_PYTHON_INSTALL_DIR: layout.cache.python,
    UV_NO_CONFIG: '1',
    UV_NO_PROGRESS: '1',
    UV_HTTP_TIMEOUT: base['UV_HTTP_TIMEOUT'] ?? '120',
    UV_HTTP_RETRIES: base['UV_HTTP_RETRIES'] ?? '5',
    UV_CONCURRENT_DOWNLOADS: base['UV_CONCURRENT_DOWNLOADS'] ?? '6',
    ...(mirrors.packages ? { UV_DEFAULT_INDEX: mirrors.packages } : {}),
    ...(mirrors.python ? { UV_PYTHON_INSTALL_MIRROR: mirrors.python } : {}),
    ...(offline ? { UV_OFFLINE: '1' } : {}),
  }
}

/** Folders of the PATH. */
export function pathFolders(base: NodeJS.ProcessEnv = process.env): string[] {
  return (base['PATH'] ?? base['Path'] ?? '').split(delimiter).filter((folder) => folder !== '')
}
