import { useEffect, useState } from 'react'
import type { AppClient } from '#shared/contract/client'
import { useWords } from '../i18n/i18n'
import { useClient } from './context'

type Titles = ReadonlyMap<string, Record<'en' | 'zh', string>>

const none: Titles = new Map()
/** Asked for once in a window: what Recast brings does not change while it runs. */
const asked = new WeakMap<AppClient, Promise<Titles>>()

function askTitles(client: AppClient): Promise<Titles> {
  const known = asked.get(client)
  if (known) return known
  const answer = client.call('workflows.list', {}).then(
    ({ workflows }) => new Map(workflows.map(({ id, title }) => [id, title])),
    () => {
      // The next who wants them asks again.
      asked.delete(client)
      return none
    },
  )
  asked.set(client, answer)
  return answer
}

/** What a workflow is called, by its id; one of the user's own is told by the name in its id. */
export function useWorkflowTitles(): (id: string) => string {
  const client = useClient()
  const { language } = useWords()
  const [titles, setTitles] = useState(none)
  useEffect(() => {
    let wanted = true
    void askTitles(client).then((answer) => wanted && setTitles(answer))
    return () => {
      wanted = false
    }
  }, [client])
  return (id) => titles.get(id)?.[language] ?? id.replace(/^custom-/u, '').replaceAll('-', ' ')
}
