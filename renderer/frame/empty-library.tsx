import { ImagePlus } from 'lucide-react'
import { useEffect, useRef, type ReactElement } from 'react'
import { FirstRunCard } from '../first-run/first-run-card'
import { useWords } from '../i18n/i18n'
import { usePickers } from '../library-intake/pickers'
import { useActions, useStudio } from '../state/context'
import { Button } from '../widgets'

/** The first screen: where to drop, how to open, and a sample photo with which everything can be tried at once. */
export function EmptyLibrary(): ReactElement {
  const say = useWords()
  const pickers = usePickers()
  const { importSample } = useActions()
  const importing = useStudio((state) => state.importing > 0)
  const sample = useRef<HTMLButtonElement>(null)
  const isAsking = useStudio((state) => !state.settings.welcomed || state.dialog?.type === 'firstRun')
  const hasAsked = useRef(isAsking)
  // With the answer the card of the first questions goes away, and the button in it that had the focus: whoever used it goes on here.
  useEffect(() => {
    if (isAsking) hasAsked.current = true
    if (isAsking || !hasAsked.current) return
    hasAsked.current = false
    // After the frame in which a closed dialog gives its focus back.
    const timer = setTimeout(() => {
      if (document.activeElement === document.body) sample.current?.focus()
    }, 50)
    return () => clearTimeout(timer)
  }, [isAsking])
  return (
    <div className="flex h-full items-center justify-center p-8" data-testid="empty">
      <div className="flex w-full max-w-115 flex-col items-center gap-3 text-center">
        <ImagePlus size={32} strokeWidth={1.25} aria-hidden className="text-muted" />
        <h2 className="text-xl font-semibold">{say('empty.title')}</h2>
        <p className="text-balance text-muted">{say('empty.text')}</p>
        <div className="flex flex-wrap justify-center gap-2 pt-2">
          <Button
            ref={sample}
            kind="primary"
            size="l"
            isDisabled={importing}
            onPress={() => void importSample()}
            data-testid="import-sample"
          >
            {say('empty.sample')}
          </Button>
          <Button size="l" onPress={pickers.files} data-testid="empty-open">
            {say('empty.open')}
          </Button>
        </div>
        <p className="pt-1 text-s text-muted">{say('empty.sample.text')}</p>
        <FirstRunCard />
      </div>
    </div>
  )
}
