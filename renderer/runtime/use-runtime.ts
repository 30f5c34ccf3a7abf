import { useCallback, useEffect, useRef, useState } from 'react'
import type { CallInput, CallName } from '#shared/contract/calls'
import type { Hardware, RuntimeReport, RuntimeView } from '#shared/domain/runtime'
import { useActions, useClient } from '../state/context'
import { timeLeft } from './time-left'

/** Calls that answer how the runtime is after them. */
export type RuntimeCall = Extract<
  CallName,
  | 'runtime.install'
  | 'runtime.cancel'
  | 'runtime.start'
  | 'runtime.stop'
  | 'runtime.update'
  | 'runtime.repair'
  | 'runtime.snapshot'
  | 'runtime.rollback'
  | 'runtime.discard'
  | 'runtime.remove'
>

const changesInstallation = new Set<RuntimeCall>([
  'runtime.install',
  'runtime.update',
  'runtime.repair',
  'runtime.rollback',
  'runtime.remove',
])

/** The local runtime as a panel shows it. */
export interface RuntimeState {
  /** Undefined until the first answer. */
  runtime: RuntimeView | undefined
  hardware: Hardware | undefined
  report: RuntimeReport | undefined
  log: readonly string[]
  /** Milliseconds that the installation under way still takes; undefined while nothing can be said. */
  leftMs: number | undefined
  testing: boolean
  ask: <N extends RuntimeCall>(name: N, input: CallInput<N>) => Promise<void>
  refreshLog: () => Promise<unknown>
  /** Looks at the machine; with `run` tests the runtime with a small job. */
  examine: (run: boolean) => Promise<void>
}

/** Keeps a panel in step with the runtime: asks once, then follows its events. */
export function useRuntime(): RuntimeState {
  const client = useClient()
  const { fail } = useActions()
  const [runtime, setRuntime] = useState<RuntimeView | undefined>(undefined)
  const [report, setReport] = useState<RuntimeReport | undefined>(undefined)
  const [log, setLog] = useState<readonly string[]>([])
  const [leftMs, setLeft] = useState<number | undefined>(undefined)
  /** When the installation was first seen, and how far it was. */
  const began = useRef<{ at: number; progress: number } | undefined>(undefined)
  const [testing, setTesting] = useState(false)

  const take = useCallback((next: RuntimeView): void => {
    setRuntime(next)
    const { install } = next
    const now = performance.now()
    began.current = install ? (began.current ?? { at: now, progress: install.progress }) : undefined
    setLeft(install && began.current ? timeLeft(began.current, now, install.progress) : undefined)
  }, [])
  const refreshLog = useCallback(async (): Promise<RuntimeView | undefined> => {
    try {
      const answer = await client.call('runtime.status', {})
      take(answer.runtime)
      setLog(answer.log)
      return answer.runtime
    } catch (thrown) {
      fail(thrown)
      return undefined
    }
  }, [client, fail, take])
  const examine = useCallback(
    async (run: boolean): Promise<void> => {
      setTesting(run)
      try {
        const answer = await client.call('runtime.doctor', { run })
        setReport(answer)
        take(answer.runtime)
      } catch (thrown) {
        fail(thrown)
      } finally {
        setTesting(false)
      }
    },
    [client, fail, take],
  )
  useEffect(() => {
    const stop = client.onEvent(({ body }) => {
      if (body.type === 'runtime') take(body.runtime)
    })
    let open = true
    void Promise.resolve().then(() => (open ? Promise.all([refreshLog(), examine(false)]) : undefined))
    return () => {
      open = false
      stop()
    }
  }, [client, take, refreshLog, examine])

  return {
    runtime,
    hardware: report?.hardware,
    report,
    log,
    leftMs,
    testing,
    refreshLog,
    examine,
    async ask(name, input) {
      try {
        take((await client.call(name, input)) as RuntimeView)
        // Another installation is another one to look at.
        if (changesInstallation.has(name)) await examine(false)
      } catch (thrown) {
        const now = await refreshLog()
        // What the panel shows in its own words is not told twice.
        if (!(thrown instanceof Error) || now?.error?.message !== thrown.message) fail(thrown)
      }
    },
  }
}
