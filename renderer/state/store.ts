import type { AppClient } from '#shared/contract/client'
import type { EventBody } from '#shared/contract/events'
import { createSync } from '#shared/contract/live-sync'
import { toAppError, type ErrorView } from '#shared/domain/error'
import { createStore, type StoreApi } from 'zustand/vanilla'
import { PreviewHub } from '../canvas/preview-hub'
import { createActions, type StudioActions } from './actions'
import { emptyStudio, eventsTaken, snapshotTaken, type StudioState } from './studio-state'
import { readUi, writeUi } from './ui'

/** The studio's state, what can be done with it, and where live previews come from. */
export interface Studio {
  client: AppClient
  store: StoreApi<StudioState>
  actions: StudioActions
  previews: PreviewHub
  close(): void
}

/** Events wait this long (milliseconds) for others, so that a burst is rendered once. */
const settleMs = 16

/** Builds the studio over a client: keeps its store in step with the app until it is closed. */
export function createStudio(client: AppClient, storage?: Pick<Storage, 'getItem' | 'setItem'>): Studio {
  const store = createStore<StudioState>(() => emptyStudio(readUi(storage)))
  const previews = new PreviewHub()
  const actions = createActions(client, store)
  let waiting: EventBody[] = []
  let timer: ReturnType<typeof setTimeout> | undefined

  const flush = (): void => {
    timer = undefined
    const bodies = waiting
    waiting = []
    if (bodies.length > 0) store.setState((state) => eventsTaken(state, bodies))
    for (const body of bodies) if (body.type === 'job' && body.job.finishedAt !== undefined) previews.forget(body.job.id)
  }

  const stopSync = createSync(client, {
    onSnapshot: (snapshot) => {
      clearTimeout(timer)
      timer = undefined
      waiting = []
      store.setState((state) => snapshotTaken(state, snapshot))
    },
    onEvent: (body) => {
      waiting.push(body)
      timer ??= setTimeout(flush, settleMs)
    },
    onError: (error) => store.setState({ loadError: viewOf(error) }),
  })
  const stopLink = client.onLink((link) => store.setState({ link }))
  const stopPreviews = client.onPreview(previews.push)
  const stopVersions = keepVersionsFresh(store, actions)
  const stopSaving = store.subscribe((state, before) => {
    if (state.ui !== before.ui) writeUi(storage, state.ui)
  })

  return {
    client,
    store,
    actions,
    previews,
    close() {
      clearTimeout(timer)
      for (const stop of [stopSync, stopLink, stopPreviews, stopVersions, stopSaving]) stop()
      client.close()
    },
  }
}

/** Asks for the versions of the open picture when it is opened and whenever it changed. */
function keepVersionsFresh(store: StoreApi<StudioState>, actions: StudioActions): () => void {
  return store.subscribe((state, before) => {
    const id = state.selection.openId
    if (id === undefined || !state.ready) return
    const picture = state.pictures.byId[id]
    const opened = id !== before.selection.openId || !before.ready
    const versions = state.pictures.versions[id]
    const stale = picture !== undefined && versions !== undefined && picture.versionCount !== versions.length
    if ((opened && versions === undefined) || (picture !== before.pictures.byId[id] && (stale || versions === undefined)))
      void actions.loadVersions(id)
  })
}

/** An error as the studio keeps it. */
export function viewOf(thrown: unknown): ErrorView {
  return toAppError(thrown).toView()
}
