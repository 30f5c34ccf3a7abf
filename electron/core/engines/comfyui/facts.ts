import { AppError } from '#shared/domain/error'
import { objectInfoSchema } from '../../workflows/object-info'
import type { ServerFacts } from '../../workflows/readiness'
import type { ServerStats } from './readings'
import type { ComfyServer } from './server'

/** What a server is and can, as it was when it was asked. */
export interface KnownServer extends ServerFacts {
  /** Host and port, for people. */
  label: string
  /** One line about its device. */
  device: string
  /** Bytes of the first device's own memory; undefined for a CPU, which shares the machine's. */
  memory: { total: number; free: number } | undefined
}

/** Asks a server for its version, devices and node classes. Rejects with `engine.offline`, `auth.denied` or `engine.rejected`. */
export async function askServer(server: ComfyServer): Promise<KnownServer> {
  const { label } = server.address
  // One after the other: the small question finds out about a dead connection before the large one waits on it.
  const stats = await server.stats()
  const info = await server.objectInfo()
  const read = objectInfoSchema.safeParse(info)
  if (!read.success) {
    throw new AppError(
      'engine.rejected',
      `${label} does not describe its nodes as ComfyUI does. Check the address and the server's version.`,
    )
  }
  return { label, version: stats.version, objectInfo: read.data, device: deviceLine(stats), memory: deviceMemory(stats) }
}

/** The first device's memory, bytes; undefined where it has none of its own. */
export function deviceMemory({ devices: [device] }: ServerStats): KnownServer['memory'] {
  if (!device || device.type === 'cpu' || !(device.vramTotal > 0)) return undefined
  return { total: device.vramTotal, free: Math.min(device.vramTotal, Math.max(0, device.vramFree)) }
}

/** "RTX 4090 · 11.2 / 24 GB" out of "cuda:0 NVIDIA GeForce RTX 4090 : cudaMallocAsync" and bytes in use of bytes there. */
export function deviceLine(stats: ServerStats): string {
  const [device] = stats.devices
  if (!device) return ''
  const { vramTotal, vramFree } = device
  const name =
    device.type === 'cpu'
      ? 'CPU'
      : device.name
          .replace(/^[a-z]+:\d+\s+/i, '')
          .replace(/\s+:.*$/, '')
          .replace(/\b(?:NVIDIA|GeForce|AMD|Radeon\(TM\))\s+/g, '')
          .trim()
          .slice(0, 80)
  if (!(vramTotal > 0)) return name
  const gigabytes = (bytes: number): string => String(Math.round((bytes / 2 ** 30) * 10) / 10)
  const more = stats.devices.length > 1 ? ` · ${stats.devices.length} devices` : ''
  return `${name} · ${gigabytes(Math.max(0, vramTotal - vramFree))} / ${gigabytes(vramTotal)} GB${more}`
}
