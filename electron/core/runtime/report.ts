import type { Hardware, RuntimeReport, RuntimeView, SelfTest } from '#shared/domain/runtime'
import { lockStates } from './recipe'

/** What a report is made of. */
export interface ReportFacts {
  hardware: Hardware
  /** What is wrong with the installation; undefined where there is none. */
  problems: readonly string[] | undefined
  /** The self-test was asked for. */
  asked: boolean
  /** That one, or the last one before. */
  test: SelfTest | undefined
  runtime: RuntimeView
}

/** Said before anything is asked for: a card that works, and no lock in this build to install it by. */
function buildCheck({ verdict, platform, arch }: Hardware): RuntimeReport['checks'] {
  if (verdict.device !== 'cuda') return []
  const fitting = lockStates().filter((lock) => lock.platform === `${platform}-${arch}` && lock.generation === verdict.generation)
  if (fitting.some(({ locked }) => locked)) return []
  const files = fitting.map(({ file }) => file).join(', ')
  return [
    {
      name: 'build',
      ok: false,
      note: `This build of Recast cannot install for this card yet: its lock file (${files}) is made at release. Use a released Recast, a remote ComfyUI server, or a ComfyUI that you have ("recast runtime install --adopt FOLDER").`,
    },
  ]
}

/** Puts the doctor's findings into words. A machine without a card is no fault; a damaged installation, or one that fails its test, is. */
export function makeReport({ hardware, problems, asked, test, runtime }: ReportFacts): RuntimeReport {
  const { verdict, warnings } = hardware
  const version = runtime.current?.version ?? ''
  const whole = problems === undefined || problems.length === 0
  const note =
    problems === undefined
      ? 'No local runtime is installed. Nothing was downloaded.'
      : whole
        ? `ComfyUI ${version} is as it was installed.`
        : `${problems.join(' ')} ${runtime.current?.adopted ? 'Mend it with the tool that installed it.' : '"recast runtime repair" mends it.'}`
  const untested = asked && problems === undefined
  return {
    ok: whole && !untested && !(asked && test?.ok === false),
    hardware,
    runtime,
    checks: [
      { name: 'hardware', ok: verdict.device === 'cuda', note: verdict.message },
      ...warnings.map(({ code, message }) => ({ name: code.replaceAll('_', ' '), ok: false, note: message })),
      ...(runtime.current ? [] : buildCheck(hardware)),
      { name: 'runtime', ok: whole, note },
      ...(untested
        ? [
            {
              name: 'self-test',
              ok: false,
              note: 'There is nothing to test: install the runtime first ("recast runtime install").',
            },
          ]
        : []),
    ],
    locks: lockStates().map(({ generation, ...lock }) => ({ ...lock, ...(generation ? { generation } : {}) })),
    ...(test ? { selfTest: test } : {}),
  }
}
