import type { GraphicsCard } from '#shared/domain/runtime'

/** Fields of `nvidia-smi --query-gpu`, in the order in which {@link readNvidiaSmi} expects them. */
export const nvidiaQuery = ['index', 'name', 'driver_version', 'memory.total', 'memory.free', 'compute_cap'] as const

/** Arguments of the query; without `compute_cap` for drivers that do not know the field (before 510). */
export function nvidiaArguments(withCapability: boolean): string[] {
  const fields = withCapability ? nvidiaQuery : nvidiaQuery.filter((field) => field !== 'compute_cap')
  return [`--query-gpu=${fields.join(',')}`, '--format=csv,noheader,nounits']
}

/** Arguments of the question how busy the cards are. */
export const nvidiaUseArguments: readonly string[] = ['--query-gpu=index,utilization.gpu', '--format=csv,noheader,nounits']

/** How busy one card is: the share of the last moment (0..1) in which it worked. */
export interface NvidiaUse {
  index: number
  use: number
}

/** Reads what the question how busy the cards are printed; cards that do not say it are left out. */
export function readNvidiaUse({ missing, stdout }: NvidiaSmiRun): NvidiaUse[] {
  if (missing) return []
  return stdout.split(/\r?\n/).flatMap((text) => {
    const [, index, percent] = /^\s*(\d+)\s*,\s*(\d{1,3})(?: %)?\s*$/.exec(text) ?? []
    return index === undefined ? [] : [{ index: Number(index), use: Math.min(1, Number(percent) / 100) }]
  })
}

/** What a run of nvidia-smi gave: `missing` when the program is not there. */
export interface NvidiaSmiRun {
  missing: boolean
  exitCode: number | null
  stdout: string
  stderr: string
}

/** What nvidia-smi says of the machine. */
export type NvidiaReading =
  { state: 'ok'; cards: GraphicsCard[] } | { state: 'missing' | 'no_card' | 'broken' | 'field_unknown'; cards: []; note: string }

/** A line of cards; names may hold commas, so the fields are read from both ends. Values may be "[N/A]" and the like. */
const line =
  /^\s*(?<index>\d+)\s*,\s*(?<name>.+?)\s*,\s*(?<driver>\d+(?:\.\d+)+|\[[^\]]*\])\s*,\s*(?<total>\d+(?: MiB)?|\[[^\]]*\])\s*,\s*(?<free>\d+(?: MiB)?|\[[^\]]*\])(?:\s*,\s*(?<capability>\d+[.,]\d+|\[[^\]]*\]))?\s*$/

/** Exit codes as nvidia-smi's manual lists them under RETURN VALUE; they do not depend on the language. */
const exitCodes: Record<number, { state: 'no_card' | 'broken' | 'field_unknown'; note: string }> = {
  2: { state: 'field_unknown', note: 'This nvidia-smi does not know a field that was asked for.' },
  4: { state: 'broken', note: 'nvidia-smi has no permission to ask the driver.' },
  6: { state: 'no_card', note: 'The NVIDIA driver finds no card.' },
  8: { state: 'broken', note: 'A power cable of the card is not attached.' },
  9: { state: 'broken', note: 'The NVIDIA driver is not loaded.' },
  10: { state: 'broken', note: 'The NVIDIA driver reports an interrupt problem with a card.' },
  12: { state: 'broken', note: "The driver's library (NVML) cannot be found." },
  13: { state: 'broken', note: "The driver's library (NVML) is older than its tools." },
  14: { state: 'broken', note: "The card's infoROM is damaged." },
  15: { state: 'broken', note: 'The card has fallen off the bus.' },
  // Seen where the library was updated and the kernel module was not: NVML's own number for it.
  18: { state: 'broken', note: 'The NVIDIA driver was updated and the machine not restarted since.' },
}

function numberOf(text: string | undefined): number | undefined {
  const digits = text?.match(/^\d+/)?.[0]
  return digits === undefined ? undefined : Number(digits)
}

function cardOf(text: string): GraphicsCard | undefined {
  const groups = line.exec(text)?.groups
  if (!groups) return undefined
  const { index, name, driver, total, free, capability } = groups
  const memoryMb = numberOf(total)
  const freeMemoryMb = numberOf(free)
  return {
    maker: 'nvidia',
    name: (name ?? '').slice(0, 120),
    index: Number(index),
    ...(driver !== undefined && !driver.startsWith('[') ? { driver } : {}),
    ...(capability !== undefined && !capability.startsWith('[') ? { computeCapability: capability.replace(',', '.') } : {}),
    ...(memoryMb === undefined ? {} : { memoryMb }),
    ...(freeMemoryMb === undefined ? {} : { freeMemoryMb }),
  }
}

/**
 * Reads what a query run of nvidia-smi printed. Cards count whatever the exit code: with one of several cards broken, nvidia-smi lists the
 * others and fails. Without cards the exit code decides, then the English texts that older versions print with other codes.
 */
export function readNvidiaSmi(run: NvidiaSmiRun): NvidiaReading {
  if (run.missing) return { state: 'missing', cards: [], note: 'There is no nvidia-smi: the NVIDIA driver is not installed.' }
  const cards = run.stdout
    .split(/\r?\n/)
    .map(cardOf)
    .filter((card) => card !== undefined)
  if (cards.length > 0) return { state: 'ok', cards }
  const text = `${run.stdout}\n${run.stderr}`
  if (/not a valid field/i.test(text)) return { state: 'field_unknown', cards: [], note: exitCodes[2]?.note ?? '' }
  if (/no devices were found/i.test(text)) return { state: 'no_card', cards: [], note: exitCodes[6]?.note ?? '' }
  if (/driver\/library version mismatch/i.test(text)) return { state: 'broken', cards: [], note: exitCodes[18]?.note ?? '' }
  if (/couldn't communicate with the NVIDIA driver/i.test(text))
    return { state: 'broken', cards: [], note: exitCodes[9]?.note ?? '' }
  const known = run.exitCode === null ? undefined : exitCodes[run.exitCode]
  if (known) return { ...known, cards: [] }
  if (run.exitCode === 0) return { state: 'no_card', cards: [], note: 'nvidia-smi lists no card.' }
  return { state: 'broken', cards: [], note: `nvidia-smi ended with code ${run.exitCode ?? 'none (it hung or was killed)'}.` }
}
