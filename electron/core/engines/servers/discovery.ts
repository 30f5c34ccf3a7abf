import type { FoundServer } from '#shared/domain/engine'
import type { Access } from './saved-servers'

/** Where a ComfyUI of this computer listens: its own default, and the desktop app's. */
export const usualPorts = [8188, 8000] as const
/** A server of this computer answers in a few milliseconds; a port that only hangs is not waited for. */
const patienceMs = 2_000

/** What an address said of itself. */
export interface ServerAnswer {
  version: string | undefined
  device: string
}

/** Asks an address what it is; rejects with an AppError when it is no ComfyUI or does not answer in time. */
export type AskAddress = (address: string, access: Access, signal: AbortSignal) => Promise<ServerAnswer>

/** Asks one ComfyUI address with a client of its own, which is closed again. */
export const askAddress: AskAddress = async (address, access, signal) => {
  const [{ ComfyServer }, { deviceLine }] = await Promise.all([import('../comfyui/server'), import('../comfyui/facts')])
  const server = new ComfyServer({ address, ...access })
  try {
    const stats = await server.stats(signal)
    return { version: stats.version, device: deviceLine(stats) }
  } finally {
    await server.close()
  }
}

/**
 * Looks for a ComfyUI on this computer's loopback. Only asks what a browser would ask, sends no header, and uses nothing that it finds.
 * @param isAdded whether an address is one of the saved servers
 */
export async function discoverLocal(
  isAdded: (address: string) => boolean,
  ports: readonly number[] = usualPorts,
  ask: AskAddress = askAddress,
): Promise<FoundServer[]> {
  const answers = await Promise.all(
    ports.map(async (port) => {
      const address = `http://127.0.0.1:${port}`
      try {
        const { version, device } = await ask(address, {}, AbortSignal.timeout(patienceMs))
        return [{ address, ...(version === undefined ? {} : { version }), device, added: isAdded(address) }]
      } catch {
        // Nobody there, or something else than ComfyUI: nothing to offer.
        return []
      }
    }),
  )
  return answers.flat()
}
