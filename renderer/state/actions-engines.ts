import type { CallInput, CallOutput } from '#shared/contract/calls'
import type { FoundServer } from '#shared/domain/engine'
import { toAppError } from '#shared/domain/error'
import type { WorkflowView } from '#shared/domain/workflow'
import type { ActionContext } from './actions'
import { withEngine } from './studio-state'

export interface EngineActions {
  /** Asks every engine, or one, how it is; the answers come as events. */
  askEngines(): Promise<void>
  /** Saves a server, or asks a saved one again; true when it was saved. */
  addServer(values: CallInput<'engines.add'>): Promise<boolean>
  updateServer(values: CallInput<'engines.update'>): Promise<void>
  /** Forgets a server. Answers how many jobs keep it, if they are not to be cancelled; 0 when it is gone, or could not be asked. */
  removeServer(id: string, cancelJobs: boolean): Promise<number>
  /** Asks an address without keeping it. What went wrong is part of the answer. */
  testServer(values: CallInput<'engines.test'>): Promise<CallOutput<'engines.test'>>
  /** A ComfyUI of this computer that was not added. */
  discoverServers(): Promise<FoundServer[]>
  /** What an engine has for each workflow; undefined when it could not be asked. */
  workflowsOf(id: string): Promise<WorkflowView[] | undefined>
}

/** What can be done with engines and servers. */
export function createEngineActions({ client, store, ask, toast, fail }: ActionContext): EngineActions {
  return {
    async askEngines() {
      const answer = await ask('engines.list', { probe: true })
      if (answer) store.setState({ engines: answer.engines })
    },
    async addServer(values) {
      const answer = await ask('engines.add', values)
      if (answer) store.setState((state) => withEngine(state, answer.engine))
      return answer !== undefined
    },
    async updateServer(values) {
      const answer = await ask('engines.update', values)
      if (answer) store.setState((state) => withEngine(state, answer.engine))
    },
    async removeServer(id, cancelJobs) {
      try {
        const { goesOn } = await client.call('engines.remove', { id, cancelJobs })
        if (goesOn > 0) toast({ tone: 'bad', text: { key: 'engines.remove.goesOn', values: { count: goesOn } } })
      } catch (thrown) {
        const { code, detail } = toAppError(thrown)
        if (code === 'input.conflict' && typeof detail?.['jobs'] === 'number') return detail['jobs']
        fail(thrown)
      }
      return 0
    },
    async testServer(values) {
      try {
        return await client.call('engines.test', values)
      } catch (thrown) {
        return { ms: 0, error: toAppError(thrown).toView() }
      }
    },
    async discoverServers() {
      try {
        const { found } = await client.call('engines.discover', {})
        return found.filter(({ added }) => !added)
      } catch {
        // Looking around is a courtesy: failing at it is no news.
        return []
      }
    },
    async workflowsOf(id) {
      const answer = await ask('engines.readiness', { id })
      return answer?.engines[0]?.workflows
    },
  }
}
