import { PlugZap, ShieldX } from 'lucide-react'
import type { ReactElement } from 'react'
import { errorWords } from '../i18n/errors'
import { useWords } from '../i18n/i18n'
import { useStudio } from '../state/context'
import { ErrorDetails } from '../widgets/error-details'

/** A line under the top bar while the link to the app is lost, or when the first snapshot could not be had. */
export function LinkBanner(): ReactElement | null {
  const say = useWords()
  const link = useStudio((state) => state.link)
  const error = useStudio((state) => state.loadError)
  if (link !== 'lost' && !error) return null
  const words = link === 'lost' || !error ? undefined : errorWords(error, say.language)
  return (
    <output data-testid="link-lost" className="flex shrink-0 items-center gap-3 border-b border-bad-line bg-bad-wash px-4 py-1.5">
      <PlugZap size={15} aria-hidden className="shrink-0 text-bad" />
      <div className="min-w-0 flex-1">
        <p>
          <span className="font-semibold">{words?.title ?? say('link.lost')}</span>
          <span className="pl-2 text-muted">{words?.next ?? say('link.lost.text')}</span>
        </p>
        {words && error ? <ErrorDetails error={error} /> : null}
      </div>
    </output>
  )
}

/** The whole window when this tab has no right to talk to the app: what happened and how to go on. */
export function Denied(): ReactElement {
  const say = useWords()
  return (
    <main className="flex h-full flex-col items-center justify-center gap-3 p-6 text-center" data-testid="link-denied">
      <ShieldX size={28} aria-hidden className="text-muted" />
      <h1 className="text-xl font-semibold">{say('link.denied')}</h1>
      <p className="max-w-110 text-muted">{say('link.denied.text')}</p>
      <ol className="flex max-w-110 list-decimal flex-col gap-1 pl-5 text-left">
        <li>{say('link.denied.window')}</li>
        <li>{say('link.denied.address')}</li>
        <li>{say('link.denied.start')}</li>
      </ol>
    </main>
  )
}
