import type { GraphicsCard, Hardware } from '#shared/domain/runtime'

/** Swap in MiB out of /proc/meminfo's text. */
export function swapFromMeminfo(text: string): number | undefined {
  const kib = /^SwapTotal:\s+(\d+)\s*kB/m.exec(text)?.[1]
  return kib === undefined ? undefined : Math.round(Number(kib) / 1024)
}

/** Memory in MiB that is free for new work, which counts what the kernel's cache would give back. */
export function availableFromMeminfo(text: string): number | undefined {
  const kib = /^MemAvailable:\s+(\d+)\s*kB/m.exec(text)?.[1]
  return kib === undefined ? undefined : Math.round(Number(kib) / 1024)
}

/** Whether the kernel is that of the Windows Subsystem for Linux, by /proc/version's text. */
export function isWsl(version: string): boolean {
  return /microsoft/i.test(version)
}

function makerOf(name: string): GraphicsCard['maker'] {
  if (/nvidia|geforce|quadro|tesla|\brtx\b|\bgtx\b/i.test(name)) return 'nvidia'
  if (/\bamd\b|\bati\b|radeon|advanced micro devices/i.test(name)) return 'amd'
  if (/intel/i.test(name)) return 'intel'
  if (/apple/i.test(name)) return 'apple'
  return 'other'
}

/** Cards out of `lspci -mm`'s lines: "01:00.0" "VGA compatible controller" "NVIDIA Corporation" "AD102 [GeForce RTX 4090]" … */
export function cardsFromLspci(text: string): GraphicsCard[] {
  return text.split('\n').flatMap((row) => {
    const fields = [...row.matchAll(/"([^"]*)"/g)].map((match) => match[1] ?? '')
    const [kind = '', vendor = '', device = ''] = fields
    if (!/VGA compatible|3D controller|Display controller/i.test(kind)) return []
    return [{ maker: makerOf(vendor), name: `${vendor} ${device}`.trim().slice(0, 120) }]
  })
}

/** PCI vendor numbers, as /sys/class/drm/card*\/device/vendor has them. */
const vendors: Record<string, { maker: GraphicsCard['maker']; name: string }> = {
  '0x10de': { maker: 'nvidia', name: 'NVIDIA graphics' },
  '0x1002': { maker: 'amd', name: 'AMD graphics' },
  '0x8086': { maker: 'intel', name: 'Intel graphics' },
}

/** A card known by its PCI vendor alone, where there is no lspci. */
export function cardFromVendor(vendor: string): GraphicsCard | undefined {
  return vendors[vendor.trim().toLowerCase()]
}

/** What the PowerShell query of {@link windowsQuery} prints: one JSON object. Anything else reads as nothing known. */
export function readWindows(text: string): { cards: GraphicsCard[]; pageFileMb?: number; longPaths?: boolean } {
  let json: unknown
  try {
    json = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch {
    return { cards: [] }
  }
  if (typeof json !== 'object' || json === null) return { cards: [] }
  const { cards, pageFileMb, longPaths } = json as { cards?: unknown; pageFileMb?: unknown; longPaths?: unknown }
  // PowerShell writes a list of one as the one.
  const names = (Array.isArray(cards) ? cards : [cards]).filter((name): name is string => typeof name === 'string' && name !== '')
  return {
    cards: names.map((name) => ({ maker: makerOf(name), name: name.slice(0, 120) })),
    ...(typeof pageFileMb === 'number' ? { pageFileMb: Math.max(0, Math.round(pageFileMb)) } : {}),
    ...(longPaths === 0 || longPaths === 1 ? { longPaths: longPaths === 1 } : {}),
  }
}

/** One PowerShell line for everything that Windows alone can tell; property names are not localised. */
export const windowsQuery = [
  '$c=@(Get-CimInstance Win32_VideoController|ForEach-Object{$_.Name})',
  '$p=(Get-CimInstance Win32_PageFileUsage|Measure-Object AllocatedBaseSize -Sum).Sum',
  "$l=(Get-ItemProperty 'HKLM:\\SYSTEM\\CurrentControlSet\\Control\\FileSystem' -ErrorAction SilentlyContinue).LongPathsEnabled",
  '[Console]::OutputEncoding=[Text.Encoding]::UTF8',
  '@{cards=$c;pageFileMb=[int]$p;longPaths=$l}|ConvertTo-Json -Compress',
].join(';')

/** Room for an installation with CUDA torch (6.2 GB on Linux) and for the next one beside it while that is made, MiB; models come on top. */
export const installNeedsMb = 16_000
/** Page file under which loading large models fails on Windows although memory is free. */
const wantedPageFileMb = 32_768
const leastMemoryMb = 16_000
/** ComfyUI's and torch's deepest files are about this long below the runtime's folder. */
const deepestFile = 170

/** What may go wrong later and can be mended now. None of it forbids anything: the user decides. */
export function warningsFor(
  facts: Pick<Hardware, 'platform' | 'memoryMb' | 'freeDiskMb' | 'pageFileMb' | 'longPaths'> & { redistributable?: boolean },
  folder: string,
): Hardware['warnings'] {
  const warnings: Hardware['warnings'] = []
  const gigabytes = (mb: number): string => `${Math.round(mb / 102.4) / 10} GB`
  if (facts.memoryMb < leastMemoryMb) {
    warnings.push({
      code: 'memory',
      message: `${gigabytes(facts.memoryMb)} of memory is little for these models: 32 GB are better. Choose the lighter workflows.`,
    })
  }
  if (facts.freeDiskMb !== undefined && facts.freeDiskMb < installNeedsMb) {
    warnings.push({
      code: 'disk',
      message: `${gigabytes(facts.freeDiskMb)} are free; the runtime takes about 7 GB, as much again while it is updated, and models come on top. Free some space, or move the data folder.`,
    })
  }
  if (facts.platform === 'win32') {
    if (facts.pageFileMb !== undefined && facts.pageFileMb < wantedPageFileMb) {
      warnings.push({
        code: 'page_file',
        message: `The page file has ${gigabytes(facts.pageFileMb)}: large models fail to load under 32 GB of it. Let Windows manage its size.`,
      })
    }
    if (facts.redistributable === false) {
      warnings.push({
        code: 'redistributable',
        message:
          'The Microsoft Visual C++ Redistributable (x64) is not installed, and torch needs it. Install it from Microsoft and restart before you install the runtime.',
      })
    }
    if (facts.longPaths === false && folder.length + deepestFile > 259) {
      warnings.push({
        code: 'long_paths',
        message:
          'Windows forbids paths over 260 characters here, and this folder is deep. Enable long paths, or choose a shorter folder.',
      })
    }
  }
  if (/[\\/](OneDrive|Dropbox|Google Drive|iCloudDrive|iCloud Drive)[^\\/]*[\\/]/i.test(`${folder}/`)) {
    warnings.push({
      code: 'synced',
      message:
        'The data folder is in a synced folder: thousands of files would be uploaded, and locked while they are. Choose another one.',
    })
  }
  return warnings
}
