import type { CudaGeneration, GraphicsCard, Hardware } from '#shared/domain/runtime'
import type { NvidiaReading } from './nvidia-smi'

/**
 * Least driver for each generation: CUDA 13 from 580 on either system; CUDA 12.x by NVIDIA's minor version compatibility table,
 * 525.60.13 on Linux and 528.33 on Windows.
 */
const leastDriver: Record<CudaGeneration, { linux: string; win32: string }> = {
  cu13: { linux: '580', win32: '580' },
  cu126: { linux: '525.60.13', win32: '528.33' },
}
/** CUDA 13 has no code for cards before Turing; torch's CUDA 12.6 wheels have none before Maxwell. */
const firstModern = 7.5
const firstSupported = 5

/** Compares dotted versions by their numbers; negative when `a` is older. */
export function compareVersions(a: string, b: string): number {
  const left = a.split('.').map(Number)
  const right = b.split('.').map(Number)
  for (let at = 0; at < Math.max(left.length, right.length); at += 1) {
    const difference = (left[at] ?? 0) - (right[at] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

/** What one NVIDIA card can be used with; `platform` is Node's. A card that hides its capability counts as modern: torch is asked later. */
export function generationFor(
  card: GraphicsCard,
  platform: string,
): { generation: CudaGeneration } | { refused: 'driver_too_old'; needs: string } | { refused: 'card_too_old' } {
  const capability = card.computeCapability === undefined ? firstModern : Number(card.computeCapability)
  if (capability < firstSupported) return { refused: 'card_too_old' }
  const generation: CudaGeneration = capability >= firstModern ? 'cu13' : 'cu126'
  const needs = leastDriver[generation][platform === 'win32' ? 'win32' : 'linux']
  if (card.driver === undefined || compareVersions(card.driver, needs) < 0) return { refused: 'driver_too_old', needs }
  return { generation }
}

const otherwise =
  'Use a remote ComfyUI server (Settings → Engines), or install the CPU runtime on purpose (slow: minutes a picture).'

type Verdict = Hardware['verdict']

/** Decides what a machine gets, and says why in words. Pure. */
export function decideVerdict(
  nvidia: NvidiaReading,
  others: readonly GraphicsCard[],
  { platform, arch }: { platform: string; arch: string },
): Verdict {
  const none = (code: Verdict['code'], message: string): Verdict => ({ code, device: 'none', message })
  if (platform === 'darwin') {
    return none('apple', `Apple's graphics are not used by the managed runtime: it supports NVIDIA CUDA. ${otherwise}`)
  }
  const supported = (platform === 'linux' || platform === 'win32') && arch === 'x64'
  if (!supported) {
    return none(
      'unsupported_platform',
      `The managed runtime is made for 64-bit Intel and AMD machines with Windows or Linux. ${otherwise}`,
    )
  }
  if (nvidia.state === 'ok') return fromCards(nvidia.cards, platform, none)
  const seen = others.find(({ maker }) => maker === 'nvidia')
  if (nvidia.state === 'broken') {
    return none(
      'driver_broken',
      `The NVIDIA driver does not work: ${nvidia.note} Restart the machine; if that does not help, install the driver again. ${otherwise}`,
    )
  }
  if (seen) {
    return none(
      'driver_missing',
      `There is an NVIDIA card (${seen.name}), but its driver is not installed. Install the NVIDIA driver 580 or newer, restart, and look again. ${otherwise}`,
    )
  }
  const amd = others.find(({ maker }) => maker === 'amd')
  if (amd) return none('amd', `${amd.name} is an AMD card: the managed runtime supports NVIDIA CUDA. ${otherwise}`)
  const intel = others.find(({ maker }) => maker === 'intel')
  if (intel) return none('intel', `${intel.name} cannot run these models: the managed runtime supports NVIDIA CUDA. ${otherwise}`)
  return none('no_card', `No NVIDIA card was found. ${otherwise}`)
}

function fromCards(
  cards: readonly GraphicsCard[],
  platform: string,
  none: (code: Verdict['code'], message: string) => Verdict,
): Verdict {
  const judged = cards.map((card) => ({ card, answer: generationFor(card, platform) }))
  const usable = judged
    .filter(({ answer }) => 'generation' in answer)
    .sort((a, b) => (b.card.memoryMb ?? 0) - (a.card.memoryMb ?? 0) || (a.card.index ?? 0) - (b.card.index ?? 0))
  const [best] = usable
  if (best && 'generation' in best.answer) {
    const { generation } = best.answer
    const memory = best.card.memoryMb === undefined ? '' : `, ${Math.round(best.card.memoryMb / 1024)} GB`
    return {
      code: 'cuda',
      device: 'cuda',
      generation,
      ...(best.card.index === undefined ? {} : { card: best.card.index }),
      message: `${best.card.name}${memory}, driver ${best.card.driver ?? 'unknown'}: CUDA ${generation === 'cu13' ? '13' : '12.6'}.`,
    }
  }
  const old = judged.find(({ answer }) => 'refused' in answer && answer.refused === 'driver_too_old')
  if (old && 'needs' in old.answer) {
    const { card, answer } = old
    return none(
      'driver_too_old',
      `The driver ${card.driver ?? '(unknown)'} of ${card.name} is too old: install ${answer.needs} or newer, restart, and look again. ${otherwise}`,
    )
  }
  return none(
    'card_too_old',
    `${cards[0]?.name ?? 'The NVIDIA card'} is no longer supported by current versions of torch. ${otherwise}`,
  )
}
