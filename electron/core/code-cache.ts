import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { constants, Script } from 'node:vm'

/** A CommonJS file that was loaded with V8's code cache beside it. */
export interface CachedModule {
  exports: unknown
  /** Writes the cache of what has been compiled so far: by the build, after a run of what commands do most. */
  writeCache(): void
}

function readOptional(path: string): Buffer | undefined {
  try {
    return readFileSync(path)
  } catch {
    return undefined
  }
}

/** Where the code cache of a file lies. V8 refuses another version's cache, so each machine type and Node version has its own. */
function cachePath(file: string): string {
  return `${file}.${process.platform}-${process.arch}-${process.versions.v8}.cache`
}

/**
 * Loads a CommonJS file whose compiled code was kept by the build (https://nodejs.org/api/vm.html, `cachedData`): compiling takes a tenth of a short
 * command otherwise (measured: 44 of 435 ms). Without a cache, or with one that V8 refuses, the file is compiled as usual.
 * Node's own cache (`module.enableCompileCache`) does the same from Node 22 on.
 */
export function loadCached(file: string): CachedModule {
  const cachedData = readOptional(cachePath(file))
  // The wrapper is Node's own of a CommonJS module, on the first line, so that line numbers stay.
  const script = new Script(`(function (exports, require, module, __filename, __dirname) {${readFileSync(file, 'utf8')}\n})`, {
    filename: file,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    ...(cachedData ? { cachedData } : {}),
  })
  const module = { exports: {} }
  const run = script.runInThisContext() as (...args: unknown[]) => void
  run(module.exports, createRequire(file), module, file, dirname(file))
  return {
    exports: module.exports,
    writeCache() {
      const part = `${cachePath(file)}.part`
      writeFileSync(part, script.createCachedData())
      renameSync(part, cachePath(file))
    },
  }
}
