import { Sparkles } from 'lucide-react'
import type { ReactElement } from 'react'
import { useSetupWords } from '../i18n/setup'
import { useActions, useStudio } from '../state/context'
import { Button } from '../widgets'

/** The offer of the first questions, in the empty library until it was answered. It stands beside everything else and blocks nothing. */
export function FirstRunCard(): ReactElement | null {
  const setup = useSetupWords()
  const { openDialog, setSettings } = useActions()
  const due = useStudio((state) => state.ready && !state.settings.welcomed)
  if (!due) return null
  return (
    <section
      aria-label={setup('first.card')}
      className="mt-4 flex w-full items-start gap-3 rounded-m border border-line bg-panel px-4 py-3 text-left"
      data-testid="first-run-card"
    >
      <Sparkles size={18} aria-hidden className="mt-0.5 shrink-0 text-muted" />
      <div className="min-w-0 flex-1">
        <h3 className="font-semibold">{setup('first.card')}</h3>
        <p className="text-s text-muted">{setup('first.card.text')}</p>
        <div className="mt-2.5 flex flex-wrap gap-2">
          <Button onPress={() => openDialog({ type: 'firstRun' })} data-testid="first-run-open">
            {setup('first.card.run')}
          </Button>
          <Button kind="quiet" onPress={() => void setSettings({ welcomed: true })} data-testid="first-run-later">
            {setup('first.card.later')}
          </Button>
        </div>
      </div>
    </section>
  )
}
