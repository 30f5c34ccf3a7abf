import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readdir, readFile, statfs } from 'node:fs/promises'
import { arch, freemem, platform, totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import type { GraphicsCard, Hardware } from '#shared/domain/runtime'
import {
  nvidiaArguments,
  nvidiaUseArguments,
  readNvidiaSmi,
  readNvidiaUse,
  type NvidiaReading,
  type NvidiaSmiRun,
  type NvidiaUse,
} from './nvidia-smi'
import {
  availableFromMeminfo,
  cardFromVendor,
  cardsFromLspci,
  isWsl,
  readWindows,
  swapFromMeminfo,
  warningsFor,
  windowsQuery,
} from './system-readings'
import { powershell, windowsProgram } from '../process/listings'
import { decideVerdict } from './verdict'

/** A driver that hangs must not hang Recast. */
const askMs = 15_000
const mebibyte = 2 ** 20

/** Where nvidia-smi is when the PATH does not say: WSL's folder, and that of old Windows drivers. */
const nvidiaPlaces: Partial<Record<NodeJS.Platform, string[]>> = {
  linux: ['nvidia-smi', '/usr/lib/wsl/lib/nvidia-smi'],
  win32: ['nvidia-smi.exe', windowsProgram('nvidia-smi.exe'), 'C:\\Program Files\\NVIDIA Corporation\\NVSMI\\nvidia-smi.exe'],
}

/** Options of {@link probeHardware}; tests name programs of their own. */
export interface ProbeOptions {
  /** Programs to try as nvidia-smi, in order. */
  nvidiaSmi?: readonly string[] | undefined
}

function ask(program: string, args: readonly string[]): Promise<NvidiaSmiRun> {
  return new Promise((resolve) => {
    execFile(
      program,
      [...args],
      { timeout: askMs, killSignal: 'SIGKILL', windowsHide: true, maxBuffer: mebibyte, env: { ...process.env, LC_ALL: 'C' } },
      (error, stdout, stderr) => {
        const code = (error as { code?: unknown } | null)?.code
        resolve({
          missing: code === 'ENOENT' || code === 'EACCES',
          exitCode: error === null ? 0 : typeof code === 'number' ? code : null,
          stdout,
          stderr,
        })
      },
    )
  })
}

async function askNvidia(places: readonly string[]): Promise<NvidiaReading> {
  let reading: NvidiaReading = readNvidiaSmi({ missing: true, exitCode: null, stdout: '', stderr: '' })
  for (const place of places) {
    reading = readNvidiaSmi(await ask(place, nvidiaArguments(true)))
    if (reading.state === 'field_unknown') reading = readNvidiaSmi(await ask(place, nvidiaArguments(false)))
    if (reading.state !== 'missing') return reading
  }
  return reading
}

/** How busy the NVIDIA cards of this computer are; none where there is no nvidia-smi. Never rejects. */
export async function askNvidiaUse(places: readonly string[] = nvidiaPlaces[platform()] ?? []): Promise<NvidiaUse[]> {
  for (const place of places) {
    const run = await ask(place, nvidiaUseArguments)
    if (!run.missing) return readNvidiaUse(run)
  }
  return []
}

async function text(path: string): Promise<string> {
  return await readFile(path, 'utf8').catch(() => '')
}

async function linuxCards(): Promise<GraphicsCard[]> {
  const listed = cardsFromLspci((await ask('lspci', ['-mm'])).stdout)
  if (listed.length > 0) return listed
  const drm = await readdir('/sys/class/drm').catch(() => [])
  const found = await Promise.all(
    drm
      .filter((name) => /^card\d+$/.test(name))
      .map(async (name) => cardFromVendor(await text(`/sys/class/drm/${name}/device/vendor`))),
  )
  return found.filter((card) => card !== undefined)
}

/** Free bytes of the disk that will hold `folder`, in MiB; the folder itself need not be there yet. */
export async function freeDiskMb(folder: string): Promise<number | undefined> {
  for (let at = folder; ; at = dirname(at)) {
    try {
      const { bavail, bsize } = await statfs(at)
      return Math.floor((bavail * bsize) / mebibyte)
    } catch {
      if (dirname(at) === at) return undefined
    }
  }
}

/** Whether Windows has the libraries that torch's are made with; its own Python brings only some of them. */
function hasRedistributable(): boolean {
  return ['msvcp140.dll', 'vcruntime140.dll', 'vcruntime140_1.dll'].every((name) => existsSync(windowsProgram(name)))
}

/** Looks at the machine. Downloads nothing, changes nothing, never throws: what is not known is left out. */
export async function probeHardware(folder: string, options: ProbeOptions = {}): Promise<Hardware> {
  const system = platform()
  const meminfo = system === 'linux' ? await text('/proc/meminfo') : ''
  const windowsFacts = system === 'win32' ? powershell(windowsQuery) : undefined
  const [nvidia, windows, linux, disk] = await Promise.all([
    askNvidia(options.nvidiaSmi ?? nvidiaPlaces[system] ?? []),
    windowsFacts && ask(windowsFacts.program, windowsFacts.args),
    system === 'linux' ? linuxCards() : [],
    freeDiskMb(join(folder)),
  ])
  const fromWindows = readWindows(windows?.stdout ?? '')
  const apple: GraphicsCard[] = system === 'darwin' && arch() === 'arm64' ? [{ maker: 'apple', name: 'Apple silicon' }] : []
  const others = [...fromWindows.cards, ...linux, ...apple]
  const pageFileMb = fromWindows.pageFileMb ?? swapFromMeminfo(meminfo)
  const facts = {
    platform: system,
    memoryMb: Math.round(totalmem() / mebibyte),
    ...(disk === undefined ? {} : { freeDiskMb: disk }),
    ...(pageFileMb === undefined ? {} : { pageFileMb }),
    ...(fromWindows.longPaths === undefined ? {} : { longPaths: fromWindows.longPaths }),
  }
  return {
    ...facts,
    arch: arch(),
    wsl: system === 'linux' && isWsl(await text('/proc/version')),
    freeMemoryMb: availableFromMeminfo(meminfo) ?? Math.round(freemem() / mebibyte),
    cards: nvidia.state === 'ok' ? [...nvidia.cards, ...others.filter(({ maker }) => maker !== 'nvidia')] : others,
    verdict: decideVerdict(nvidia, others, { platform: system, arch: arch() }),
    warnings: warningsFor({ ...facts, ...(system === 'win32' ? { redistributable: hasRedistributable() } : {}) }, folder),
  }
}
