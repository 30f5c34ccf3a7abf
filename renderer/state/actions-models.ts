import type { CallOutput } from '#shared/contract/calls'
import type { Verification } from '#shared/domain/model'
import type { ActionContext } from './actions'
import { modelChanged } from './models'

/** What can be done with model files. */
export interface ModelActions {
  downloads: {
    load(): Promise<void>
    /** Gets files; `accept` names the licences that were accepted just now. */
    pull(files: readonly string[], accept: readonly string[]): Promise<void>
    pause(files?: readonly string[]): Promise<void>
    resume(files?: readonly string[]): Promise<void>
    cancel(files: readonly string[]): Promise<void>
    /** Answers the name under which it was kept, or undefined when it could not be. */
    importFile(path: string): Promise<string | undefined>
    verify(): Promise<readonly Verification[] | undefined>
    /** Keeps an access token, or forgets it (empty); true when that was done. */
    setToken(token: string): Promise<boolean>
    unused(): Promise<CallOutput<'models.unused'> | undefined>
  }
}

/** Makes the actions on model files. */
export function createModelActions({ store, ask }: ActionContext): ModelActions {
  const load = async (): Promise<void> => {
    const models = await ask('models.list', {})
    if (models) store.setState({ models })
  }
  const chosen = (files: readonly string[] | undefined): { files?: string[] } => (files ? { files: [...files] } : {})
  return {
    downloads: {
      load,
      async pull(files, accept) {
        if (files.length === 0) return
        const answer = await ask('models.pull', { files: [...files], accept: [...accept] })
        if (answer) store.setState((state) => ({ models: answer.models.reduce(modelChanged, state.models) }))
      },
      async pause(files) {
        await ask('models.pause', chosen(files))
      },
      async resume(files) {
        await ask('models.resume', chosen(files))
      },
      async cancel(files) {
        await ask('models.cancel', { files: [...files] })
      },
      async importFile(path) {
        const done = await ask('models.import', { path })
        if (done) await load()
        return done?.model?.file ?? done?.path
      },
      async verify() {
        return (await ask('models.verify', {}))?.results
      },
      async setToken(token) {
        const done = await ask('models.setToken', { token: token.trim() })
        if (done) await load()
        return done !== undefined
      },
      unused: () => ask('models.unused', {}),
    },
  }
}
