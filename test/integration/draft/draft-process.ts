import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { buildProgram } from '../../../scripts/node-bundles'

const root = resolve(import.meta.dirname, '../../..')

/** A draft process built from the sources as they are, so that a test needs no build of the whole app. */
export interface BuiltProcess {
  path: string
  remove(): Promise<void>
}

/** Builds `draft-process.cjs` into a folder inside the checkout, where its native modules are found. */
export async function buildDraftProcess(): Promise<BuiltProcess> {
  const { mkdir } = await import('node:fs/promises')
  await mkdir(join(root, 'out'), { recursive: true })
  const dir = await mkdtemp(join(root, 'out', 'draft-test-'))
  await buildProgram(root, dir, 'draft')
  return { path: join(dir, 'draft-process.cjs'), remove: () => rm(dir, { recursive: true, force: true, maxRetries: 5 }) }
}

/** Processes of this machine that run the built draft process, by /proc (Linux). */
export function draftPids({ path }: BuiltProcess): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/u.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(path)
      } catch {
        return false
      }
    })
}

/** A fresh folder for one test's files. */
export async function scratch(): Promise<{ dir: string; remove(): Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), 'recast-draft-'))
  return { dir, remove: () => rm(dir, { recursive: true, force: true, maxRetries: 5 }) }
}
