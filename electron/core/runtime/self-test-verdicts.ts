import type { Hardware, RuntimeDevice, SelfTest, SelfTestProblem } from '#shared/domain/runtime'
import { lacksRedistributable, type EnvironmentFacts } from './install/check-environment'

/** What is known of the machine besides what torch said. */
export interface TorchContext {
  device: RuntimeDevice
  hardware: Hardware
  /** CUDA_VISIBLE_DEVICES of the environment; undefined where it is not set. */
  visible: string | undefined
}

const gigabytes = (mb: number): string => `${(mb / 1024).toFixed(1)} GB`

/** How full the card is, where nvidia-smi told; empty else. */
function fullness({ cards, verdict }: Hardware): string {
  const card = cards.find(({ maker, index }) => maker === 'nvidia' && (verdict.card === undefined || index === verdict.card))
  if (card?.freeMemoryMb === undefined || card.memoryMb === undefined) return ''
  return ` (${gigabytes(card.freeMemoryMb)} of ${gigabytes(card.memoryMb)} free)`
}

/**
 * What a failure of CUDA means, by torch's, the CUDA runtime's and ComfyUI's texts (cudaGetErrorString; c10's and comfy's messages on
 * memory); undefined for a text that is none of theirs. Pure.
 */
export function judgeCudaText(said: string, hardware: Hardware): SelfTestProblem | undefined {
  if (/out of memory|OutOfMemoryError|would exceed allowed memory/i.test(said)) {
    return {
      code: 'memory_full',
      message: `The card's memory is full${fullness(hardware)}. Close other programs that use the card (browsers, games, another ComfyUI), then test again.`,
    }
  }
  if (/driver[^.]*(too old|insufficient)|unsupported toolchain|forward compatibility was attempted/i.test(said)) {
    return { code: 'driver', message: driverWords(hardware) }
  }
  if (/no kernel image|not compatible with the current PyTorch|invalid device function/i.test(said)) {
    return {
      code: 'card_unsupported',
      message:
        'The installed torch has no code for this card. Update Recast, then the runtime ("recast runtime update"); until then use a remote ComfyUI server, or the CPU.',
    }
  }
  if (/all CUDA-capable devices are busy|devices? (is|are) busy or unavailable|device is in use/i.test(said)) {
    return {
      code: 'card_busy',
      message: 'Another program holds the card for itself. Close it, or restart the machine, then test again.',
    }
  }
  if (/CUDA|CUDNN|CUBLAS|NVIDIA|nvrtc/i.test(said)) {
    return {
      code: 'card_failed',
      message: `The card or its driver failed: ${said.split('\n')[0]?.slice(0, 300) ?? ''} Restart the machine and test again; if it comes back, update the NVIDIA driver and switch off overclocking.`,
    }
  }
  return undefined
}

/** The verdict names card, driver and what is needed, where it saw that; torch only knows that it is too old. */
function driverWords({ verdict, cards }: Hardware): string {
  if (verdict.code.startsWith('driver_')) return verdict.message
  const driver = cards.find(({ maker }) => maker === 'nvidia')?.driver
  return `The NVIDIA driver${driver === undefined ? '' : ` ${driver}`} is too old for the installed torch. Install the newest driver for this card (580 or newer), restart, then test again.`
}

/** What is wrong with torch and the card, as check.py told it; empty when both work. A CPU runtime is asked for torch alone. Pure. */
export function judgeTorch(
  { failures, torch }: EnvironmentFacts,
  { device, hardware, visible }: TorchContext,
): SelfTestProblem[] {
  const [failure] = failures
  if (failure || !torch) {
    const dll = lacksRedistributable(failure?.error ?? '')
    return [
      {
        code: 'torch_import',
        message: `torch cannot be loaded (${(failure?.error ?? 'no reason given').slice(0, 300)}). Repair the runtime ("recast runtime repair").${
          dll ? ' If that does not help, install the Microsoft Visual C++ Redistributable (x64) and restart.' : ''
        }`,
      },
    ]
  }
  if (device === 'cpu') return []
  if (!torch.cuda) return [judgeMissingCuda(torch, hardware, visible)]
  const failed = torch.error === undefined ? undefined : judgeCudaText(`CUDA: ${torch.error}`, hardware)
  if (failed) return [failed]
  if (torch.computeNan === true) {
    return [
      {
        code: 'computes_nan',
        message:
          'The card computes NaN instead of numbers. Switch off overclocking and undervolting, update the NVIDIA driver, then test again; if it comes back, the card is broken.',
      },
    ]
  }
  if (torch.computeRight === false) {
    return [
      {
        code: 'computes_wrong',
        message:
          'The card computes wrong results. Switch off overclocking and undervolting, look at its temperature, then test again; if it comes back, the card is broken.',
      },
    ]
  }
  return []
}

function judgeMissingCuda(
  { cudaVersion, error = '' }: NonNullable<EnvironmentFacts['torch']>,
  hardware: Hardware,
  visible: string | undefined,
): SelfTestProblem {
  if (cudaVersion === null) {
    return {
      code: 'torch_without_cuda',
      message:
        'The installed torch is a build without CUDA: something, mostly a custom node\'s installer, has replaced it. Repair the runtime ("recast runtime repair").',
    }
  }
  if (hardware.verdict.code !== 'cuda') return { code: 'driver', message: hardware.verdict.message }
  const known = judgeCudaText(error, hardware)
  if (known && known.code !== 'card_failed') return known
  if (visible !== undefined) {
    return {
      code: 'card_hidden',
      message: `CUDA_VISIBLE_DEVICES is set to "${visible.slice(0, 60)}" and hides the card from torch. Remove it from the environment, start Recast anew, then test again.`,
    }
  }
  return {
    code: 'card_unseen',
    message: `The driver sees the card, but torch (CUDA ${cudaVersion}) does not${error === '' ? '' : `: ${error.split('\n')[0]?.slice(0, 300) ?? ''}`}. Restart the machine, as after each update of the driver; if it comes back, install the NVIDIA driver again.`,
  }
}

/** Whether ComfyUI is worth starting after that: a card that computes wrongly still shows how its pictures look. Pure. */
export function isWorthStarting(problems: readonly SelfTestProblem[]): boolean {
  return problems.every(({ code }) => code === 'computes_wrong' || code === 'computes_nan')
}

/** What a job's error means, as ComfyUI's history has it. Pure. */
export function judgeJobError(type: string, message: string, hardware: Hardware): SelfTestProblem {
  return (
    judgeCudaText(`${type}: ${message}`, hardware) ?? {
      code: 'job_failed',
      message: `ComfyUI could not run the test's job: ${message.trim().slice(0, 300) || type || 'it gives no reason'}. Repair the runtime; if it comes back, send the report of "recast doctor --report FILE".`,
    }
  )
}

/** Compares a result with the picture that was sent, inverted and softly blurred. Pure. */
export function judgePicture(result: Uint8Array, sent: Uint8Array): 'right' | 'black' | 'flat' | 'wrong' {
  let sum = 0
  let squares = 0
  let largest = 0
  let difference = 0
  for (const [at, value] of result.entries()) {
    sum += value
    squares += value * value
    largest = Math.max(largest, value)
    difference += Math.abs(255 - (sent[at] ?? 0) - value)
  }
  const count = result.length
  const deviation = Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2))
  if (count === 0 || largest <= 8) return 'black'
  if (deviation < 4) return 'flat'
  return count === sent.length && difference / count < 16 ? 'right' : 'wrong'
}

/** What a picture that is not right means; NaN becomes black in a PNG, and numpy says so in the server's log. Pure. */
export function pictureProblem(picture: NonNullable<SelfTest['picture']>, log: string): SelfTestProblem | undefined {
  switch (picture) {
    case 'right':
      return undefined
    case 'black':
      return /invalid value encountered in cast/.test(log)
        ? {
            code: 'picture_nan',
            message:
              'The picture came back black because the card computed NaN instead of numbers. Switch off overclocking, take speed flags such as fp16 out of ComfyUI, update the NVIDIA driver, then test again.',
          }
        : {
            code: 'picture_black',
            message:
              'The picture came back black: the card or its driver computes wrongly. Update the NVIDIA driver, switch off overclocking, then test again.',
          }
    case 'flat':
      return {
        code: 'picture_flat',
        message:
          'The picture came back in one colour: the card or its driver computes wrongly. Update the NVIDIA driver, switch off overclocking, then test again.',
      }
    case 'wrong':
      return {
        code: 'picture_wrong',
        message:
          'The picture that came back is not the one that was sent. Repair the runtime ("recast runtime repair"), update the NVIDIA driver, then test again.',
      }
  }
}

/** A first piece of work that takes longer has compiled code for the card, milliseconds. */
const compiledMs = 20_000
/** With less of the card free, ordinary workflows hardly fit, MiB. */
const littleMb = 2_048

/** What is no fault and yet good to know. Pure. */
export function testNotes(
  { computeMs = 0, jobMs = 0, secondJobMs }: SelfTest,
  device: RuntimeDevice,
  hardware: Hardware,
): string[] {
  const first = Math.max(computeMs, jobMs)
  const compiled = first >= compiledMs && secondJobMs !== undefined && secondJobMs < first / 4
  const card = hardware.cards.find(({ maker, index }) => maker === 'nvidia' && index === hardware.verdict.card)
  const little = device === 'cuda' && card?.freeMemoryMb !== undefined && card.freeMemoryMb < littleMb
  return [
    ...(compiled
      ? [
          `The first job took ${Math.round(first / 1000)} s, the next ${((secondJobMs ?? 0) / 1000).toFixed(1)} s: code for this card was compiled. That comes back only after an update of the driver or the runtime.`,
        ]
      : []),
    ...(little ? [`Little of the card's memory is free${fullness(hardware)}: close other programs before large jobs.`] : []),
  ]
}
