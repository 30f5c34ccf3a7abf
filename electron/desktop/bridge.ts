import { bridgeChannels, type BridgeMessage, type RecastBridge } from '#shared/contract/bridge'
import { isCallName } from '#shared/contract/calls'
import { isDesktopCallName } from '#shared/contract/desktop-calls'
import type { Envelope } from '#shared/contract/envelope'
import { AppError } from '#shared/domain/error'

/** The part of `ipcRenderer` that the bridge uses. */
export interface BridgeIpc {
  invoke(channel: string, ...args: unknown[]): Promise<unknown>
  send(channel: string, ...args: unknown[]): void
  on(channel: string, listener: (event: unknown, message: BridgeMessage) => void): unknown
  removeListener(channel: string, listener: (event: unknown, message: BridgeMessage) => void): unknown
}

/**
 * Makes what the page sees. It carries data over fixed channels and nothing else: no channel name, no event object and no Electron
 * object ever reaches the page, and a name that the contract does not know never leaves it.
 * @param pathForFile Electron's `webUtils.getPathForFile`.
 */
export function createBridge(ipc: BridgeIpc, pathForFile: (file: object) => string): RecastBridge {
  let stopCurrent = (): void => {}
  return {
    call(name, input) {
      if (typeof name !== 'string' || !(isCallName(name) || isDesktopCallName(name))) {
        const error = new AppError('input.invalid', `There is no call "${String(name)}". Use a name of the contract.`)
        return Promise.resolve({ ok: false, error: error.toView() })
      }
      return ipc.invoke(bridgeChannels.call, name, input) as Promise<Envelope<unknown>>
    },
    listen(onMessage) {
      stopCurrent()
      const listener = (_event: unknown, message: BridgeMessage): void => {
        try {
          onMessage(message)
        } finally {
          // Only now may the next preview come: IPC never pushes back by itself.
          if (message.type === 'preview') ipc.send(bridgeChannels.seen)
        }
      }
      ipc.on(bridgeChannels.stream, listener)
      stopCurrent = () => void ipc.removeListener(bridgeChannels.stream, listener)
      ipc.send(bridgeChannels.listen)
      return stopCurrent
    },
    pathForFile(file) {
      try {
        return pathForFile(file)
      } catch {
        return ''
      }
    },
  }
}
