import { join, resolve } from 'node:path'
import envPaths from 'env-paths'
import type { App, AppLogger } from '#core/app'
import type { Instance } from '#core/instance/instance'
import type { SecretVault } from '#core/secrets/vault'

/** Where things are, for a packed app and for a source tree alike. */
export interface Places {
  dataDir: string
  rendererDir: string
  preload: string
  /** The draft networks and sample photos, where the packed app has them; absent: the core finds the source tree's. */
  modelsDir?: string
  samplesDir?: string
}

/**
 * Finds the places.
 * @param mainDir folder of the main bundle (out/main).
 * @param resourcesPath Electron's `process.resourcesPath` of a packed app; undefined in a source tree.
 */
export function placesOf(
  mainDir: string,
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  resourcesPath: string | undefined,
): Places {
  const at = argv.indexOf('--data')
  const given = (at >= 0 ? argv[at + 1] : undefined) ?? (environment['RECAST_DATA'] || undefined)
  return {
    // The same place as the command line's, so that both see one library.
    dataDir: given === undefined ? envPaths('recast', { suffix: '' }).data : resolve(given),
    rendererDir: join(mainDir, '..', 'renderer'),
    preload: join(mainDir, '..', 'preload', 'preload.cjs'),
    ...(resourcesPath === undefined
      ? {}
      : { modelsDir: join(resourcesPath, 'resources', 'models'), samplesDir: join(resourcesPath, 'resources', 'samples') }),
  }
}

/** The data folder, open. */
export interface OpenApp {
  readonly instance: Instance
  readonly log: AppLogger
  /** Resolves with the app as soon as this process owns the folder. */
  readonly owned: Promise<App>
  /** Leaves the folder and ends the log. Safe to call twice. */
  close(): Promise<void>
}

/** Opens the data folder; logins and tokens are sealed by the vault. Rejects as `openInstance` and `createApp` do. */
export async function openApp(places: Places, version: string, vault: SecretVault): Promise<OpenApp> {
  const [{ openInstance }, { openLog }] = await Promise.all([import('#core/instance/instance'), import('#core/diagnostics/log')])
  const { dataDir } = places
  const log = openLog({ dataDir, version })
  let closing: Promise<void> | undefined
  try {
    const instance = await openInstance({
      dataDir,
      version,
      logger: log,
      async createApp() {
        const { createApp } = await import('#core/app')
        return await createApp({
          dataDir,
          version,
          logger: log,
          vault,
          ...(places.modelsDir === undefined ? {} : { modelsDir: places.modelsDir }),
          ...(places.samplesDir === undefined ? {} : { samplesDir: places.samplesDir }),
        })
      },
    })
    const owned = new Promise<App>((done) => {
      const look = (): void => {
        if (!instance.app) return
        stop()
        done(instance.app)
      }
      const stop = instance.onRole(look)
      look()
    })
    return {
      instance,
      log,
      owned,
      close() {
        closing ??= instance.close().finally(() => log.close())
        return closing
      },
    }
  } catch (thrown) {
    await log.close()
    throw thrown
  }
}
