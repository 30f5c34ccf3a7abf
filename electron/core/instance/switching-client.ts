import { setTimeout as sleep } from 'node:timers/promises'
import type { CallInput, CallName, CallOutput } from '#shared/contract/calls'
import type { LinkState } from '#shared/contract/client'
import { createListeners } from '#shared/contract/listeners'
import type { AppEvent } from '#shared/contract/events'
import type { PreviewFrame } from '#shared/contract/preview-frame'
import { AppError, toAppError } from '#shared/domain/error'
import type { InstanceClient } from './clients'

/** Calls that make something anew each time. All others may be sent again when it isn't known whether they arrived. */
const notRepeatable: ReadonlySet<CallName> = new Set<CallName>(['jobs.submit', 'jobs.retry', 'assets.export'])

/** True where a call may be sent again without anything being done twice: a submission is known again by its batch's id. */
function isRepeatable(name: CallName, input: unknown): boolean {
  if (name === 'jobs.submit') return (input as CallInput<'jobs.submit'>).batchId !== undefined
  return !notRepeatable.has(name)
}

/** How long, and how far apart, calls are repeated that didn't reach an owner; milliseconds. */
const repeatForMs = 15_000
const repeatPauseMs = 50

/** Options of {@link createSwitchingClient}. */
export interface SwitchingClientOptions {
  /** The client to begin with. */
  first: InstanceClient
  /** Finds the next owner, or becomes it; rejects with an AppError when there is none to be had now. Tried until it succeeds. */
  next: (signal: AbortSignal) => Promise<InstanceClient>
  /** Pause after a failed `next`, milliseconds. */
  retryMs?: number
}

/**
 * A client that outlives its owner: when the connection breaks it goes on with the next one. Calls made meanwhile wait; calls that
 * were under way are repeated where that can't do anything twice, and fail with `instance.unreachable` otherwise.
 * `onLink` says `open` after each switch: look again at what you follow.
 */
export function createSwitchingClient(options: SwitchingClientOptions): InstanceClient {
  const { next, retryMs = 500 } = options
  const events = createListeners<AppEvent>()
  const previews = createListeners<PreviewFrame>()
  const links = createListeners<LinkState>()
  const ended = new AbortController()
  let link: LinkState = 'connecting'
  let open: InstanceClient | undefined

  const setLink = (state: LinkState): void => {
    if (state === link || ended.signal.aborted) return
    link = state
    links.emit(state)
  }

  function adopt(client: InstanceClient): InstanceClient {
    if (ended.signal.aborted) {
      client.close()
      return client
    }
    open = client
    client.onEvent(events.emit)
    client.onPreview(previews.emit)
    client.onLink((state) => {
      if (open !== client) return
      if (state === 'open') return setLink('open')
      if (state === 'connecting') return
      open = undefined
      client.close()
      setLink('lost')
      search()
    })
    return client
  }

  function search(): void {
    const found = next(ended.signal).then(adopt)
    current = found
    found.catch(() => {
      // Callers that wait on this try get its error; the search goes on for the next ones.
      const timer = setTimeout(() => {
        if (!ended.signal.aborted && current === found) search()
      }, retryMs)
      ended.signal.addEventListener('abort', () => clearTimeout(timer), { once: true })
    })
  }

  let current: Promise<InstanceClient> = Promise.resolve(options.first)
  adopt(options.first)

  return {
    async call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>> {
      const deadline = performance.now() + repeatForMs
      for (;;) {
        if (ended.signal.aborted) throw new AppError('canceled', 'This connection to Recast was closed. Start again.')
        const used = await current
        try {
          return await used.call(name, input)
        } catch (thrown) {
          const error = toAppError(thrown)
          const broke = error.code === 'instance.unreachable' && error.detail?.['mayHaveArrived'] !== undefined
          const repeatable = error.detail?.['mayHaveArrived'] === false || isRepeatable(name, input)
          if (!broke || !repeatable || performance.now() > deadline || ended.signal.aborted) throw error
          // An owner that is leaving says so a moment before its connections end.
          await sleep(repeatPauseMs)
        }
      }
    },
    onEvent: events.add,
    onPreview: previews.add,
    onLink(listener) {
      const stop = links.add(listener)
      listener(link)
      return stop
    },
    close() {
      if (ended.signal.aborted) return
      ended.abort()
      open?.close()
      open = undefined
      events.clear()
      previews.clear()
      links.clear()
    },
  }
}
