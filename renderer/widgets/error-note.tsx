import { Boxes, Server, Settings } from 'lucide-react'
import type { ReactElement, ReactNode } from 'react'
import type { ErrorView } from '#shared/domain/error'
import { errorWords } from '../i18n/errors'
import { useWords } from '../i18n/i18n'
import { useActions } from '../state/context'
import { Button } from './button'
import { ErrorDetails } from './error-details'

/** What went wrong, what to do next, the button that leads there, and the error's own words folded. */
export function ErrorNote(props: {
  error: ErrorView
  /** What it happened to, for the copied details. */
  about?: string
  /** What the title begins with, e.g. a file's name. */
  of?: string
  /** Stand before the button that leads on. */
  actions?: ReactNode
}): ReactElement {
  const say = useWords()
  const { error, about, of, actions } = props
  const words = errorWords(error, say.language)
  const remedy = remedyOf(error)
  return (
    <>
      <p className="break-words">
        {of === undefined ? '' : `${of}${say.language === 'zh' ? '：' : ': '}`}
        {words.title}
      </p>
      <p className="break-words text-s text-muted">{words.next}</p>
      <ErrorDetails
        error={error}
        {...(about === undefined ? {} : { about })}
        {...(actions || remedy
          ? {
              actions: (
                <>
                  {actions}
                  {remedy ? <Remedy place={remedy} /> : null}
                </>
              ),
            }
          : {})}
      />
    </>
  )
}

type Place = 'models' | 'engines' | 'about'

/** Where in the studio the cause can be mended. */
function remedyOf({ code, detail }: ErrorView): Place | undefined {
  switch (code) {
    case 'engine.missing_model':
      return 'models'
    case 'engine.missing_node':
    case 'engine.offline':
    case 'input.unknown_engine':
      return 'engines'
    case 'auth.denied':
      return detail?.['server'] === undefined ? undefined : 'engines'
    case 'database.corrupt':
      return 'about'
    default:
      return undefined
  }
}

function Remedy({ place }: { place: Place }): ReactElement {
  const say = useWords()
  const { openDialog } = useActions()
  const [Icon, words] = {
    models: [Boxes, say('compose.models')],
    engines: [Server, say('engine.manage')],
    about: [Settings, say('settings.title')],
  }[place] as [typeof Boxes, string]
  return (
    <Button
      size="s"
      icon={<Icon size={12} aria-hidden />}
      onPress={() => openDialog(place === 'about' ? { type: 'settings', section: 'about' } : { type: place })}
      data-testid={`error-${place}`}
    >
      {words}
    </Button>
  )
}
