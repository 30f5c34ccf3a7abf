import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { CommonOptions } from './context'
import { dataDir } from './data-dir'
import type { EditCommand } from './edit-command'
import { engine, numberIn, pairOf, seed, textUpTo, UsageError, wholeIn } from './usage'

/** Where results go when nothing else is said: a folder of their own, so that they never mix with the photos. */
export const defaultOut = 'recast-out'

/** Options of every command. */
export interface GlobalFlags {
  data?: string
  json?: boolean
}

/** Options of every command that makes pictures. */
export interface EditFlags extends GlobalFlags {
  engine: string
  workflow?: string
  seed?: number
  steps?: number
  cfg?: number
  sampler?: string
  scheduler?: string
  set?: [string, string][]
  variant?: [string, string][]
  count?: number
  out: string
}

/**
 * Adds the options of every command that makes pictures.
 * @param most of one picture's results; 1: it has no seeds to count
 */
export function addEditOptions(command: Command, most = 64): Command {
  const collect =
    (parse: (text: string) => [string, string]) =>
    (text: string, before: [string, string][] | undefined): [string, string][] => [...(before ?? []), parse(text)]
  command
    .option('--engine <which>', 'what does the work: auto, draft, local, or the address of a ComfyUI server', engine, 'auto')
    .option('--workflow <id>', 'use this workflow', textUpTo(128))
    .option('--seed <n>', 'first seed; random when left out', seed)
    .option('--steps <n>', 'sampling steps, 1 to 200', wholeIn(1, 200))
    .option('--cfg <n>', 'how closely the words are followed, 0 to 30', numberIn(0, 30))
    .option('--sampler <name>', 'sampler of the workflow', textUpTo(64))
    .option('--scheduler <name>', 'scheduler of the workflow', textUpTo(64))
    .option('--set <name=value>', 'any other value of the workflow, such as guidance=3; may come several times', collect(pairOf))
    .option('--variant <choice=option>', 'a variant of the workflow, such as speed=full; may come several times', collect(pairOf))
  if (most > 1) command.option('--count <n>', 'results of each, with seeds n, n + 1 …', wholeIn(1, most), 1)
  return command.option('--out <dir>', 'folder for the results', textUpTo(4096), defaultOut)
}

/** What every command has. */
export function common(flags: GlobalFlags): CommonOptions {
  return { dataDir: dataDir(flags.data), json: flags.json ?? false }
}

/** What every command that makes pictures has. */
export function editBase(photos: string[], flags: EditFlags): Omit<EditCommand, 'edits'> {
  const { steps, cfg, sampler, scheduler, variant } = flags
  const { values, seed: firstSeed } = valuesOf(flags)
  // A variable of a script that was not set would mean the folder that the command is run in.
  if (photos.some((photo) => photo === '')) throw new UsageError("A photo's name is empty. Give files or folders.")
  return {
    ...common(flags),
    photos,
    outDir: resolve(flags.out),
    sampling: {
      ...(steps === undefined ? {} : { steps }),
      ...(cfg === undefined ? {} : { cfg }),
      ...(sampler === undefined ? {} : { sampler }),
      ...(scheduler === undefined ? {} : { scheduler }),
      ...(values ? { values } : {}),
      ...(variant ? { choices: Object.fromEntries(variant) } : {}),
    },
    count: flags.count ?? 1,
    engine: flags.engine,
    ...(firstSeed === undefined ? {} : { seed: firstSeed }),
    ...(flags.workflow === undefined ? {} : { workflowId: flags.workflow }),
  }
}

/**
 * What `--set` sets. A seed is the first of as many as there are results, and stands in their names: it is what `--seed` says. Refuses what
 * an option of its own says in another way.
 */
function valuesOf(flags: EditFlags): { values: Record<string, string | number | boolean> | undefined; seed: number | undefined } {
  const { seed: first, steps, cfg, sampler, scheduler } = flags
  const own = { seed: first, steps, cfg, sampler, scheduler }
  for (const [name, value] of flags.set ?? []) {
    const said = own[name as keyof typeof own]
    if (said !== undefined && String(said) !== value.trim())
      throw new UsageError(`--${name} ${said} and --set ${name}=${value} say different things. Leave one of them out.`)
  }
  const seeds = flags.set?.filter(([name]) => name === 'seed').map(([, value]) => value) ?? []
  const others = flags.set?.filter(([name]) => name !== 'seed').map(([name, value]) => [name, valueOf(value)] as const)
  return {
    values: others && others.length > 0 ? Object.fromEntries(others) : undefined,
    seed: seeds.length > 0 ? seedOf(seeds.at(-1) ?? '') : first,
  }
}

function seedOf(text: string): number {
  try {
    return seed(text)
  } catch (thrown) {
    throw new UsageError(`--set seed=${text}: ${thrown instanceof Error ? thrown.message : String(thrown)}`)
  }
}

/** A value as a workflow takes it: a number where it is written as one, true or false, else text. */
function valueOf(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true'
  return /^-?(\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : text
}
