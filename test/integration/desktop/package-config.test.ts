import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..', '..', '..')
// electron-builder's library is its own dependency, not ours: it is found from there.
const fromBuilder = createRequire(createRequire(import.meta.url).resolve('electron-builder'))
const libraryPath = fromBuilder.resolve('app-builder-lib')

interface Config {
  [key: string]: unknown
}
/** electron-builder's own reader and its own validator over its own schema. */
const { validateConfiguration } = fromBuilder('app-builder-lib/out/util/config/config') as {
  validateConfiguration(config: Config, logger: { isEnabled: boolean }): Promise<void>
}
const { load } = createRequire(libraryPath)('js-yaml') as { load(text: string): Config }
const readConfig = (): Config => load(readFileSync(join(root, 'electron-builder.yml'), 'utf8'))
const validate = (config: Config): Promise<void> => validateConfiguration(config, { isEnabled: false })

describe('electron-builder.yml', () => {
  it('is valid by electron-builder’s own schema', async () => {
    await expect(validate(readConfig())).resolves.toBeUndefined()
  })

  it.each<[string, Config]>([
    ['an unknown key', { asarr: true }],
    ['a wrong type', { directories: 'dist' }],
    ['an unknown fuse', { electronFuses: { runAsNodes: false } }],
    ['an unknown target option', { nsis: { oneclick: false } }],
  ])('and that schema would notice %s', async (_, change) => {
    await expect(validate({ ...readConfig(), ...change })).rejects.toThrow(/Invalid configuration object/)
  })

  it('packs every native module outside the archive, checks it, and builds from source', () => {
    const config = readConfig()
    expect(config['asar']).toBe(true)
    expect(config['asarUnpack']).toEqual(
      expect.arrayContaining([
        'out/main/draft*',
        '**/*.node',
        '**/node_modules/onnxruntime-node/bin/**',
        '**/node_modules/@img/**',
      ]),
    )
    expect(config).toMatchObject({
      npmRebuild: true,
      buildDependenciesFromSource: true,
      afterPack: 'scripts/after-pack-check-abi.mjs',
      nsis: { deleteAppDataOnUninstall: false },
    })
  })

  it('begins at the bundle that package.json names, which it packs', () => {
    const { main } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { main: string }
    expect(main).toBe('out/main/desktop.js')
    expect(readConfig()['files']).toContain('out/main/**')
  })
})
