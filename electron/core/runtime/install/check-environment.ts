import { join } from 'node:path'
import { z } from 'zod'
import { lazily } from '#shared/lazily'
import { AppError } from '#shared/domain/error'
import { runTool } from '../process/run-tool'
import { pythonEnvironment } from './environment'

const factsSchema = lazily(() =>
  z.object({
    python: z.string(),
    failures: z.array(z.object({ module: z.string(), error: z.string() })),
    versions: z.record(z.string(), z.string().nullable()),
    torch: z
      .object({
        version: z.string(),
        cudaVersion: z.string().nullable(),
        cuda: z.boolean(),
        devices: z.array(z.object({ name: z.string(), capability: z.string(), memoryMb: z.number() })),
        computeMs: z.number().optional(),
        computeRight: z.boolean().optional(),
        computeNan: z.boolean().optional(),
        /** Why CUDA is not there, or how the card failed, in torch's own words. */
        error: z.string().optional(),
      })
      .optional(),
    ms: z.number(),
  }),
)
/** What an environment answered when its modules were imported. */
export type EnvironmentFacts = z.infer<ReturnType<typeof factsSchema>>

/** What is to be asked of an environment. */
export interface EnvironmentQuestion {
  python: string
  /** Folder of check.py. */
  tools: string
  imports: readonly string[]
  /** Versions that the lock names; each must be the one that is there. */
  packages: Readonly<Record<string, string>>
  /** Lets a CUDA card compute something. */
  compute: boolean
  /** The card of several that is asked, by nvidia-smi's index: another one may be too old for this torch. */
  card?: number | undefined
  /** It is the user's: not even compiled files (`__pycache__`) may appear in it. */
  foreign?: boolean | undefined
  signal?: AbortSignal | undefined
}

/** A first import reads gigabytes from a cold disk, with an antivirus looking at each file. */
const importMs = 600_000

/** Reads what check.py printed: its last line. Throws when that is no answer. */
export function factsOf(stdout: string): EnvironmentFacts {
  return factsSchema().parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''))
}

/** Imports the modules in that environment. Rejects with `engine.start` only when Python itself does not answer. */
export async function askEnvironment(question: EnvironmentQuestion): Promise<EnvironmentFacts> {
  const { python, tools, imports, packages, compute, card, foreign, signal } = question
  const began = performance.now()
  const asked = JSON.stringify({ imports, packages, compute })
  const run = await runTool(python, ['-s', '-u', join(tools, 'check.py'), asked], {
    env: {
      ...pythonEnvironment(),
      ...(card === undefined ? {} : { CUDA_VISIBLE_DEVICES: String(card) }),
      ...(foreign ? { PYTHONDONTWRITEBYTECODE: '1' } : {}),
    },
    signal,
    timeoutMs: importMs,
  })
  try {
    return factsOf(run.stdout)
  } catch (cause) {
    if (run.exitCode === null && performance.now() - began >= importMs) {
      throw new AppError(
        'engine.start',
        `The installed Python did not answer within ${importMs / 60_000} minutes: the disk is very slow, an antivirus looks at each file, or the card hangs. Restart the machine and try again.`,
        { retry: 'user', cause, detail: { output: run.tail.slice(-2_000) } },
      )
    }
    const last = run.tail.trim().split('\n').at(-1) ?? ''
    throw new AppError(
      'engine.start',
      `The installed Python does not answer (exit code ${run.exitCode ?? 'none'})${last === '' ? '' : `: ${last}`}. Repair the runtime.`,
      { retry: 'user', cause, detail: { output: run.tail.slice(-2_000) } },
    )
  }
}

/** What native modules on Windows need and Windows does not bring. */
const redistributableWords = ' Install the Microsoft Visual C++ Redistributable (x64), restart the machine, then try again.'

/** Whether a module's libraries are not there, in Windows' words. Pure. */
export const lacksRedistributable = (error: string): boolean => /DLL load failed|WinError 126\b/i.test(error)

/** What is wrong with an environment, in sentences; empty when it is what the lock says. Pure. */
export function environmentProblems(
  facts: EnvironmentFacts,
  { packages, cuda }: { packages: Readonly<Record<string, string>>; cuda: boolean },
): string[] {
  const problems = facts.failures.map(
    ({ module, error }) =>
      `${module} cannot be imported: ${error.slice(0, 300)}${lacksRedistributable(error) ? redistributableWords : ''}`,
  )
  for (const [name, wanted] of Object.entries(packages)) {
    const found = facts.versions[name]
    if (found === undefined || found === null) problems.push(`${name} is missing.`)
    // A local part (2.9.0+cu130) names the build; the lock may leave it out, never the other way round.
    else if (found !== wanted && found.split('+')[0] !== wanted) problems.push(`${name} is ${found} instead of ${wanted}.`)
  }
  if (cuda && facts.torch && !facts.torch.cuda) {
    problems.push(
      facts.torch.cudaVersion === null
        ? 'torch is a build without CUDA: something has replaced it.'
        : `torch (CUDA ${facts.torch.cudaVersion}) finds no usable card: ${facts.torch.error ?? 'the driver is too old or busy'}.`,
    )
  } else if (cuda && facts.torch?.error !== undefined) problems.push(`The card failed: ${facts.torch.error.slice(0, 300)}`)
  if (facts.torch?.computeRight === false)
    problems.push('The card computes wrong results: it is overclocked, overheated or broken.')
  return problems
}
