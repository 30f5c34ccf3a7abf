import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { electronAbi, packProblems } from '../../../scripts/after-pack-check-abi.mjs'
import { abiProblem, readModuleAbi, readModulePlatform } from '../../../scripts/check-abi.mjs'

const root = join(import.meta.dirname, '..', '..', '..')
const sqlite = join(root, 'node_modules', 'better-sqlite3', 'build', 'Release', 'better_sqlite3.node')
const nodeAbi = Number(process.versions.modules)

describe('the ABI of a native module', () => {
  it('is read from the real better-sqlite3: this Node’s, and not Electron’s', () => {
    expect(readModuleAbi(readFileSync(sqlite))).toEqual({ kind: 'versioned', abi: nodeAbi })
    expect(readModulePlatform(readFileSync(sqlite))).toBe(process.platform)
    expect(abiProblem(sqlite, nodeAbi, process.platform)).toBeUndefined()
    expect(electronAbi()).toBe(150)
    expect(abiProblem(sqlite, electronAbi(), process.platform)).toMatch(
      new RegExp(`ABI ${nodeAbi}, and this Electron has ABI 150`),
    )
  })

  it('is stable for Node-API modules, which load everywhere', () => {
    const onnx = join(
      root,
      'node_modules',
      'onnxruntime-node',
      'bin',
      'napi-v6',
      process.platform,
      process.arch,
      'onnxruntime_binding.node',
    )
    expect(readModuleAbi(readFileSync(onnx))).toEqual({ kind: 'stable' })
  })

  it.each<[string, string, object]>([
    ['nothing', '', { kind: 'unknown' }],
    ['no module', 'just a library', { kind: 'unknown' }],
    ['a name without a number', 'node_register_module_vX', { kind: 'unknown' }],
    ['a number that is too long', 'node_register_module_v123456', { kind: 'unknown' }],
    ['two versions', 'node_register_module_v115\0node_register_module_v150\0', { kind: 'unknown' }],
    ['one version twice', 'node_register_module_v150\0node_register_module_v150\0', { kind: 'versioned', abi: 150 }],
    ['the end of the file', 'node_register_module_v150', { kind: 'versioned', abi: 150 }],
  ])('of %s', (_, text, abi) => {
    expect(readModuleAbi(Buffer.from(text, 'latin1'))).toEqual(abi)
  })
})

describe('a packed app', () => {
  let resources: string
  const put = (path: string, bytes: Buffer | string): void => {
    const file = join(resources, 'app.asar.unpacked', 'node_modules', path)
    mkdirSync(dirname(file), { recursive: true })
    if (typeof bytes === 'string') copyFileSync(bytes, file)
    else writeFileSync(file, bytes)
  }
  const elf = (text: string): Buffer => Buffer.concat([Buffer.from([0x7f, 0x45, 0x4c, 0x46]), Buffer.from(text)])
  const sqlitePath = 'better-sqlite3/build/Release/better_sqlite3.node'
  beforeEach(() => {
    resources = mkdtempSync(join(tmpdir(), 'recast-packed-'))
    put('onnxruntime-node/bin/napi-v6/linux/x64/onnxruntime_binding.node', elf('napi_register_module_v1'))
    put('@img/sharp-linux-x64/lib/sharp.node', elf('napi_register_module_v1'))
  })

  it('is right with an Electron build', () => {
    put(sqlitePath, elf('node_register_module_v150'))
    expect(packProblems(resources, 'linux', 150)).toEqual([])
  })
  it('fails with Node’s better-sqlite3, the real file', () => {
    put(sqlitePath, sqlite)
    expect(packProblems(resources, process.platform, 150)).toContainEqual(expect.stringContaining(`built for ABI ${nodeAbi}`))
  })
  it('fails without better-sqlite3', () => {
    expect(packProblems(resources, 'linux', 150)).toEqual([expect.stringContaining('missing')])
  })
  it('fails with another system’s', () => {
    put(sqlitePath, elf('node_register_module_v150'))
    expect(packProblems(resources, 'win32', 150)).toHaveLength(3)
  })
  it('fails when nothing was unpacked', () => {
    resources = mkdtempSync(join(tmpdir(), 'recast-packed-'))
    expect(packProblems(resources, 'linux', 150)).toHaveLength(3)
  })
})
