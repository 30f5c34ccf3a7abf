import { AppError } from '#shared/domain/error'
import { venvPython, type RuntimeLayout } from '../layout'
import type { ProcessIdentity } from '../process/identity'
import { runTool, type ToolRun } from '../process/run-tool'
import { lockedVersions, type Recipe } from '../recipe'
import { uvEnvironment, type Mirrors } from './environment'
import type { RuntimeTools } from './find-tools'

/** What every call of uv gets. */
export interface UvContext {
  layout: RuntimeLayout
  tools: RuntimeTools
  mirrors: Mirrors
  offline: boolean
  signal?: AbortSignal | undefined
  onLine?: ((line: string) => void) | undefined
  onProcess?: ((process: ProcessIdentity | undefined) => Promise<void>) | undefined
}

/** What uv's own words mean for a user. Pure; the last lines are kept in the detail. */
export function uvError(tail: string, what: string): AppError {
  const lines = tail.trim().split('\n').slice(-12)
  const detail = { step: what, output: lines.join('\n') }
  if (/No space left on device|os error 28|os error 112|There is not enough space/i.test(tail)) {
    return new AppError(
      'io.disk_full',
      `The disk is full while ${what}. Free some space on it, then install again: it goes on.`,
      { detail },
    )
  }
  if (/hash mismatch|Hash mismatch/i.test(tail)) {
    return new AppError(
      'engine.start',
      `A package has not the content that the lock names (while ${what}). The mirror is wrong or tampered with: choose another one.`,
      { detail: { ...detail, wrong: true }, retry: 'user' },
    )
  }
  if (/Permission denied|os error 13|os error 5\b|Access is denied/i.test(tail)) {
    return new AppError(
      'io.permission',
      `A file may not be written while ${what}. Allow it (antivirus, folder permissions), then install again.`,
      { detail },
    )
  }
  if (/401 Unauthorized|403 Forbidden/i.test(tail)) {
    return new AppError('auth.denied', `The package index refuses us while ${what}. Check the mirror and the proxy.`, { detail })
  }
  if (/network.*disabled|network connectivity is disabled|UV_OFFLINE/i.test(tail)) {
    return new AppError(
      'engine.offline',
      `Something is missing in the cache while ${what}, and the network is switched off for this. Install again with a connection.`,
      { detail, retry: 'user' },
    )
  }
  if (
    /was not found in the (package )?(registry|cache|provided package locations)|there is no version of|no solution found/i.test(
      tail,
    )
  ) {
    const lacking = /(?:Because|because) (\S+) was not found|no version of (\S+)/.exec(tail)
    const name = lacking?.[1] ?? lacking?.[2]
    return new AppError(
      'engine.start',
      `The package index lacks ${name ?? 'a package'} (while ${what}): the mirror is no whole one, or behind. Choose another one, or none, then install again: it goes on.`,
      { detail: { ...detail, lacking: true }, retry: 'user' },
    )
  }
  if (/`Content-Type`|Expected an? (HTML|JSON)/i.test(tail)) {
    return new AppError(
      'engine.start',
      `What answers is no package index (while ${what}): a sign-in page, or another address than the index's own. Correct the mirror (it mostly ends in /simple), then install again: it goes on.`,
      { detail: { ...detail, wrong: true }, retry: 'user' },
    )
  }
  if (
    /Failed to fetch|error sending request|Connect|connection|dns error|timed out|tls|certificate|error decoding response body/i.test(
      tail,
    )
  ) {
    return new AppError(
      'engine.offline',
      `The package index does not answer while ${what}. Check the connection and the proxy, or set a mirror, then install again: it goes on.`,
      { detail, retry: 'user' },
    )
  }
  return new AppError(
    'engine.start',
    `uv failed while ${what}: ${lines.at(-1) ?? 'no words'}. Install again; if it comes back, send the report of "recast doctor --report".`,
    { detail, retry: 'user' },
  )
}

async function uv(context: UvContext, args: readonly string[], what: string): Promise<ToolRun> {
  const run = await runTool(context.tools.uv, args, {
    env: uvEnvironment(context.layout, context),
    signal: context.signal,
    onLine: context.onLine,
    onProcess: context.onProcess,
  })
  if (run.exitCode !== 0) throw uvError(run.tail, what)
  return run
}

/** Makes a virtual environment that may be moved; with no Python at hand uv gets a standalone one first. */
export async function makeVenv(context: UvContext, venv: string, python: string): Promise<void> {
  const { tools } = context
  // A path that is named is used as it is; a version is uv's to find or to fetch.
  const base = tools.python ? ['--python', tools.python] : ['--python', python, '--python-preference', 'only-managed']
  await uv(context, ['venv', '--relocatable', '--clear', '--no-project', ...base, venv], 'making the Python environment')
}

/**
 * Installs exactly what a lock names, each file by its hash, nothing beside it and nothing built from source: what a lock was resolved
 * with is what comes, or an error.
 */
export async function installLocked(
  context: UvContext,
  venv: string,
  recipe: Pick<Recipe, 'index' | 'sources'>,
  lockFile: string,
  mending = false,
): Promise<void> {
  const torch = context.mirrors.torch ?? recipe.sources.torch
  const index =
    recipe.index === 'default'
      ? []
      : ['--index', `${torch.replace(/\/$/, '')}/${recipe.index}`, '--index-strategy', 'unsafe-best-match']
  await uv(
    context,
    [
      'pip',
      'install',
      '--python',
      venvPython(venv),
      ...(mending ? ['--reinstall'] : []),
      '--require-hashes',
      '--no-deps',
      '--only-binary',
      ':all:',
      ...index,
      '-r',
      lockFile,
    ],
    mending ? 'mending packages' : 'installing the packages',
  )
}

/** Replaces packages by what the lock says of them; for environments that something has changed. */
export async function mendPackages(
  context: UvContext,
  venv: string,
  recipe: Pick<Recipe, 'index' | 'sources'>,
  lockFile: string,
  strangers: readonly string[],
): Promise<void> {
  if (strangers.length > 0) {
    await uv(context, ['pip', 'uninstall', '--python', venvPython(venv), ...strangers], 'removing packages that hinder')
  }
  await installLocked(context, venv, recipe, lockFile, true)
}

const unit: Record<string, number> = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 }

/**
 * Counts what uv says it has done, against the packages of a lock: 0 to 1, never going back, and its words with how much came and how fast,
 * over the whole time (uv tells sizes only, and of the large files alone).
 * @param now milliseconds, of a clock that only goes on
 */
export function packageProgress(
  lock: string,
  now = () => performance.now(),
): (line: string) => { progress: number; note: string } {
  const total = Math.max(1, Object.keys(lockedVersions(lock)).length)
  const sizes = new Map<string, number>()
  let began: number | undefined
  let bytes = 0
  let seen = 0
  let progress = 0
  return (line) => {
    const [, coming, size, of = ''] = /^\s*Downloading (\S+) \(([\d.]+)([KMG]?i?B)\)/.exec(line) ?? []
    if (coming !== undefined) {
      began ??= now()
      sizes.set(coming, Number(size) * (unit[of] ?? 0))
    }
    // uv names only the large files; "Prepared" and "Installed" are its summaries.
    const came = /^\s*Downloaded (\S+)/.exec(line)?.[1]
    if (came !== undefined) {
      seen += 1
      bytes += sizes.get(came) ?? 0
    }
    if (line.startsWith('Prepared ')) progress = Math.max(progress, 0.9)
    if (line.startsWith('Installed ')) progress = 1
    progress = Math.max(progress, Math.min(0.85, (seen / Math.min(total, 40)) * 0.85))
    const seconds = began === undefined ? 0 : (now() - began) / 1000
    const speed =
      seconds < 1 || bytes === 0 ? '' : ` · ${(bytes / 1e6).toFixed(0)} MB came, ${(bytes / 1e6 / seconds).toFixed(1)} MB/s`
    return { progress, note: `${line}${speed}` }
  }
}
