import type { EngineView } from '#shared/domain/engine'

/** Whether an engine takes new jobs now. */
function takesJobs({ state, server, circuit }: EngineView): boolean {
  return state === 'ready' && server?.drained !== true && circuit !== 'open'
}

/** The servers that a wish means, as the core chooses among them; none where something on this computer takes the jobs. */
function serversFor(engines: readonly EngineView[], wish: string): EngineView[] {
  const [, by, word = ''] = /^(name|tag):(.+)$/u.exec(wish) ?? []
  if (by === 'name') return engines.filter(({ server }) => server?.name === word)
  if (by === 'tag') return engines.filter(({ server }) => server?.tags.includes(word) === true)
  if (wish !== 'auto' && wish !== 'remote') return engines.filter(({ id, kind }) => kind === 'remote' && id === wish)
  if (wish === 'auto' && engines.some(({ kind }) => kind === 'local')) return []
  return engines.filter(({ server }) => server !== undefined)
}

/** Why new jobs have to wait, and what they wait for, where no server that is meant takes any now; undefined where one does. */
export function waitingWords(engines: readonly EngineView[], wish: string): string | undefined {
  const meant = serversFor(engines, wish)
  const [only] = meant
  if (only === undefined || meant.some(takesJobs)) return undefined
  if (meant.length > 1)
    return `None of ${meant.map(({ name }) => name).join(', ')} takes jobs now ("recast engines" says why); they wait and start by themselves.`
  if (only.state !== 'ready')
    return `${only.name} ${only.state === 'failed' ? 'can not be used' : 'does not answer'} now; the jobs wait for it and start by themselves.`
  return only.server?.drained === true
    ? `${only.name} is drained and gets no new jobs; they wait until "recast engines undrain ${only.id}".`
    : `${only.name} rests after several faults; the jobs wait for it and start by themselves.`
}
