// Which Node ABI a native module was built for, read from its file: nothing is loaded, so files of other systems can be read as well.
import { existsSync, readFileSync } from 'node:fs'

/**
 * What is known of a native module's binary interface.
 * @typedef {{ kind: 'versioned', abi: number } | { kind: 'stable' } | { kind: 'unknown' }} ModuleAbi
 */

/**
 * Reads the ABI of a `.node` file. Modules of V8's API carry it in the name of the symbol by which Node finds them,
 * `node_register_module_v<ABI>` (NODE_MODULE_VERSION, see src/node.h); where that was stripped, in their `node_module` record: its first
 * int is the version. Modules of Node-API are `stable`: they load in every version.
 * @param {Buffer} bytes
 * @returns {ModuleAbi}
 */
export function readModuleAbi(bytes) {
  const name = 'node_register_module_v'
  const versions = new Set()
  for (let at = bytes.indexOf(name, 0, 'latin1'); at >= 0; at = bytes.indexOf(name, at + 1, 'latin1')) {
    const digits = /^\d{2,4}(?!\d)/.exec(bytes.toString('latin1', at + name.length, at + name.length + 5))
    if (digits) versions.add(Number(digits[0]))
  }
  const [abi] = versions
  // Two answers are none: a file must not pass because one of them happens to fit.
  if (versions.size === 1 && abi !== undefined) return { kind: 'versioned', abi }
  if (versions.size > 1) return { kind: 'unknown' }
  if (bytes.includes('napi_register_module_v1', 0, 'latin1') || bytes.includes('napi_module_register', 0, 'latin1'))
    return { kind: 'stable' }
  return { kind: 'unknown' }
}

/**
 * For which system a native module was built, by the first bytes of its file.
 * @param {Buffer} bytes
 * @returns {'linux' | 'darwin' | 'win32' | undefined}
 */
export function readModulePlatform(bytes) {
  if (bytes.length < 4) return undefined
  const magic = bytes.readUInt32BE(0)
  if (magic === 0x7f454c46) return 'linux'
  if ([0xcffaedfe, 0xfeedfacf, 0xcafebabe].includes(magic)) return 'darwin'
  return magic >>> 16 === 0x4d5a ? 'win32' : undefined
}

/**
 * Why a native module cannot be loaded by a runtime of this ABI on this system; undefined when it can.
 * @param {string} path
 * @param {number} wantedAbi
 * @param {NodeJS.Platform} platform
 * @returns {string | undefined}
 */
export function abiProblem(path, wantedAbi, platform) {
  if (!existsSync(path)) return `${path} is missing: the native module was not packed.`
  const bytes = readFileSync(path)
  const builtFor = readModulePlatform(bytes)
  if (builtFor !== platform)
    return `${path} is built for ${builtFor ?? 'an unknown system'}, not for ${platform}: pack on that system.`
  const abi = readModuleAbi(bytes)
  if (abi.kind === 'stable') return undefined
  if (abi.kind === 'unknown') return `${path} does not say which ABI it was built for: rebuild it.`
  if (abi.abi === wantedAbi) return undefined
  return `${path} is built for ABI ${abi.abi}, and this Electron has ABI ${wantedAbi}: rebuild it with "npx electron-builder install-app-deps" and pack again.`
}
