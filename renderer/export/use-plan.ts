import { useEffect, useState } from 'react'
import type { CallInput, CallOutput } from '#shared/contract/calls'
import { useActions, useClient } from '../state/context'

type Plan = CallOutput<'exports.plan'>

/** Milliseconds after the last key until the names are asked for. */
const restMs = 120

/** The names that files will get, asked anew as the wish changes; the last answer stays meanwhile, so that nothing jumps. */
export function usePlan(wish: CallInput<'exports.plan'>): Plan | undefined {
  const client = useClient()
  const { fail } = useActions()
  const [plan, setPlan] = useState<{ key: string; plan: Plan } | undefined>(undefined)
  const key = JSON.stringify(wish)
  useEffect(() => {
    const asked = JSON.parse(key) as CallInput<'exports.plan'>
    if (asked.items.length === 0) return undefined
    let current = true
    const timer = setTimeout(() => {
      client.call('exports.plan', asked).then(
        (answer) => current && setPlan({ key, plan: answer }),
        (thrown: unknown) => current && fail(thrown),
      )
    }, restMs)
    return () => {
      current = false
      clearTimeout(timer)
    }
  }, [client, fail, key])
  return plan?.plan
}
