// Outputs here are synthetic: written after the formats that NVIDIA documents for `nvidia-smi --query-gpu --format=csv,noheader,nounits`
// (fields, "[N/A]", return values), lspci -mm, /proc/meminfo and the PowerShell query of our own. None was recorded on a real card.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { nvidiaArguments, readNvidiaSmi, type NvidiaSmiRun } from './nvidia-smi'
import { probeHardware } from './probe'
import { cardsFromLspci, isWsl, readWindows, swapFromMeminfo, warningsFor } from './system-readings'
import { compareVersions, decideVerdict, generationFor } from './verdict'

const run = (stdout: string, exitCode: number | null = 0, stderr = ''): NvidiaSmiRun => ({
  missing: false,
  exitCode,
  stdout,
  stderr,
})
const linux = { platform: 'linux', arch: 'x64' }

describe('nvidia-smi (synthetic outputs)', () => {
  it('reads one card', () => {
    const reading = readNvidiaSmi(run('0, NVIDIA GeForce RTX 4090, 580.65.06, 24564, 23876, 8.9\n'))
    expect(reading).toEqual({
      state: 'ok',
      cards: [
        {
          maker: 'nvidia',
          name: 'NVIDIA GeForce RTX 4090',
          index: 0,
          driver: '580.65.06',
          computeCapability: '8.9',
          memoryMb: 24_564,
          freeMemoryMb: 23_876,
        },
      ],
    })
  })

  it('reads several cards with Windows line ends and takes the largest usable one', () => {
    const reading = readNvidiaSmi(
      run(
        '0, NVIDIA GeForce GTX 1080, 581.29, 8192, 7000, 6.1\r\n1, NVIDIA GeForce RTX 5090, 581.29, 32607, 31000, 12.0\r\n2, NVIDIA GeForce RTX 3060, 581.29, 12288, 12000, 8.6\r\n',
      ),
    )
    expect(reading.cards).toHaveLength(3)
    expect(decideVerdict(reading, [], { platform: 'win32', arch: 'x64' })).toMatchObject({
      device: 'cuda',
      generation: 'cu13',
      card: 1,
    })
  })

  it('keeps the good card when another one is broken', () => {
    const reading = readNvidiaSmi(
      run(
        '0, NVIDIA RTX A4000, 580.82.07, 16376, 16000, 8.6\nUnable to determine the device handle for GPU1: 0000:02:00.0: Unknown Error\n',
        15,
      ),
    )
    expect(reading).toMatchObject({ state: 'ok', cards: [{ name: 'NVIDIA RTX A4000' }] })
  })

  it('takes odd values and names as they come', () => {
    const reading = readNvidiaSmi(
      run(
        '0, NVIDIA Card, Special Edition, 580.10, [N/A], [Not Supported], [N/A]\n1, Tesla T4, 580.10, 15360 MiB, 15000 MiB, 7,5\n',
      ),
    )
    expect(reading.cards).toEqual([
      { maker: 'nvidia', name: 'NVIDIA Card, Special Edition', index: 0, driver: '580.10' },
      {
        maker: 'nvidia',
        name: 'Tesla T4',
        index: 1,
        driver: '580.10',
        computeCapability: '7.5',
        memoryMb: 15_360,
        freeMemoryMb: 15_000,
      },
    ])
  })

  it.each([
    ['no card', run('No devices were found\n', 6), 'no_card'],
    ['driver not loaded', run("NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.\n", 9), 'broken'],
    ['driver updated, not restarted', run('', 18, 'Failed to initialize NVML: Driver/library version mismatch\n'), 'broken'],
    ['localised words, known code', run('没有找到设备\n', 6), 'no_card'],
    ['localised words, driver code', run('驱动程序未加载\n', 9), 'broken'],
    ['hung', run('', null), 'broken'],
    ['an old driver without compute_cap', run('Field "compute_cap" is not a valid field to query.\n', 2), 'field_unknown'],
    ['nothing at all', run('', 0), 'no_card'],
  ])('tells %s', (_name, output, state) => {
    expect(readNvidiaSmi(output).state).toBe(state)
  })

  it('asks old drivers without the field that they lack', () => {
    expect(nvidiaArguments(false).join(' ')).not.toContain('compute_cap')
    expect(readNvidiaSmi(run('0, GeForce GTX 1080, 470.82.01, 8119, 8000\n')).cards).toHaveLength(1)
  })
})

describe('verdict', () => {
  const card = (driver: string, computeCapability: string) => ({
    maker: 'nvidia' as const,
    name: 'Card',
    index: 0,
    driver,
    computeCapability,
  })

  it('compares versions by number', () => {
    expect(compareVersions('580.9', '580.65.06')).toBeLessThan(0)
    expect(compareVersions('581', '580.65.06')).toBeGreaterThan(0)
    expect(compareVersions('580', '580.0')).toBe(0)
  })

  it.each([
    ['580.65.06', '8.9', 'linux', { generation: 'cu13' }],
    ['580.65.06', '7.5', 'linux', { generation: 'cu13' }],
    ['580.65.06', '6.1', 'linux', { generation: 'cu126' }],
    ['525.60.13', '6.1', 'linux', { generation: 'cu126' }],
    ['525.60.12', '6.1', 'linux', { refused: 'driver_too_old', needs: '525.60.13' }],
    ['528.24', '6.1', 'win32', { refused: 'driver_too_old', needs: '528.33' }],
    ['579.99', '8.9', 'linux', { refused: 'driver_too_old', needs: '580' }],
    ['580.65.06', '3.5', 'linux', { refused: 'card_too_old' }],
  ] as const)('driver %s, capability %s on %s', (driver, capability, platform, expected) => {
    expect(generationFor(card(driver, capability), platform)).toEqual(expected)
  })

  it('says what to do about an old driver before anything is downloaded', () => {
    const verdict = decideVerdict({ state: 'ok', cards: [card('551.23', '8.9')] }, [], linux)
    expect(verdict).toMatchObject({ code: 'driver_too_old', device: 'none' })
    expect(verdict.message).toMatch(/551\.23.*580.*look again/)
  })

  it.each([
    [
      'an NVIDIA card without a driver',
      { state: 'missing', cards: [], note: '' },
      'NVIDIA Corporation AD102',
      'nvidia',
      linux,
      'driver_missing',
    ],
    ['AMD', { state: 'missing', cards: [], note: '' }, 'AMD Radeon RX 7900', 'amd', linux, 'amd'],
    ['Intel', { state: 'missing', cards: [], note: '' }, 'Intel UHD', 'intel', linux, 'intel'],
    [
      'Apple',
      { state: 'missing', cards: [], note: '' },
      'Apple silicon',
      'apple',
      { platform: 'darwin', arch: 'arm64' },
      'apple',
    ],
    ['a broken driver', { state: 'broken', cards: [], note: 'Not loaded.' }, 'x', 'other', linux, 'driver_broken'],
    ['nothing', { state: 'missing', cards: [], note: '' }, 'Virtio', 'other', linux, 'no_card'],
    [
      'ARM Linux',
      { state: 'missing', cards: [], note: '' },
      'x',
      'other',
      { platform: 'linux', arch: 'arm64' },
      'unsupported_platform',
    ],
  ] as const)('steers %s', (_name, nvidia, name, maker, system, code) => {
    const verdict = decideVerdict({ ...nvidia, cards: [] }, [{ maker, name }], system)
    expect(verdict).toMatchObject({ code, device: 'none' })
    expect(verdict.message).toMatch(/remote ComfyUI/)
  })
})

describe('what the system says (synthetic outputs)', () => {
  it('reads Windows, and nothing out of nonsense', () => {
    expect(readWindows('\uFEFF{"cards":"AMD Radeon RX 6600","pageFileMb":4864,"longPaths":0}')).toEqual({
      cards: [{ maker: 'amd', name: 'AMD Radeon RX 6600' }],
      pageFileMb: 4864,
      longPaths: false,
    })
    expect(
      readWindows('{"cards":["Intel(R) UHD","NVIDIA GeForce RTX 3060"],"pageFileMb":0,"longPaths":null}').cards,
    ).toHaveLength(2)
    expect(readWindows('Get-CimInstance : 拒绝访问')).toEqual({ cards: [] })
  })

  it('reads Linux', () => {
    const text = 'MemTotal: 24600000 kB\nSwapTotal:     2097152 kB\n'
    expect(swapFromMeminfo(text)).toBe(2048)
    expect(isWsl('Linux version 6.6.87.2-microsoft-standard-WSL2 (root@x)')).toBe(true)
    expect(isWsl('Linux version 6.1.0-26-amd64')).toBe(false)
    const lspci =
      '00:00.0 "Host bridge" "Intel" "x"\n01:00.0 "VGA compatible controller" "NVIDIA Corporation" "AD102 [GeForce RTX 4090]" -ra1\n'
    expect(cardsFromLspci(lspci)).toEqual([{ maker: 'nvidia', name: 'NVIDIA Corporation AD102 [GeForce RTX 4090]' }])
  })

  it('warns of what can be mended', () => {
    const bad = {
      platform: 'win32',
      memoryMb: 8_000,
      freeDiskMb: 4_000,
      pageFileMb: 2_048,
      longPaths: false,
      redistributable: false,
    }
    const folder = `C:\\Users\\a\\OneDrive - Company\\${'deep\\'.repeat(20)}`
    expect(warningsFor(bad, folder).map(({ code }) => code)).toEqual([
      'memory',
      'disk',
      'page_file',
      'redistributable',
      'long_paths',
      'synced',
    ])
    expect(warningsFor({ platform: 'linux', memoryMb: 64_000, freeDiskMb: 900_000 }, '/home/a/recast')).toEqual([])
  })
})

describe.skipIf(process.platform === 'win32')('probe', () => {
  it('asks real programs, in order, and an old one without the field', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'recast-smi-'))
    const program = join(folder, 'nvidia-smi')
    writeFileSync(
      program,
      '#!/bin/sh\ncase "$1" in *compute_cap*) echo "Field \\"compute_cap\\" is not a valid field to query."; exit 2;; esac\necho "0, Synthetic Card, 390.10, 2048, 2000"\n',
    )
    chmodSync(program, 0o755)
    const hardware = await probeHardware(join(folder, 'not', 'there', 'yet'), { nvidiaSmi: [join(folder, 'absent'), program] })
    rmSync(folder, { recursive: true })
    expect(hardware.cards[0]).toMatchObject({ name: 'Synthetic Card', driver: '390.10' })
    expect(hardware.memoryMb).toBeGreaterThan(500)
    expect(hardware.freeDiskMb).toBeGreaterThan(0)
    const supported = process.platform === 'linux' && process.arch === 'x64'
    expect(hardware.verdict.code === 'driver_too_old').toBe(supported)
  })
})
