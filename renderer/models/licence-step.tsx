import { ExternalLink } from 'lucide-react'
import { useState, type ReactElement } from 'react'
import { byteWords } from '#shared/domain/byte-words'
import type { ModelView } from '#shared/domain/model'
import { useModelWords } from '../i18n/models'
import { Button, Check } from '../widgets'

/** The licences that want to be accepted before these files are fetched, each with its text and the files that come under it. */
export function LicenceStep(props: {
  models: readonly ModelView[]
  onAccept: (licences: string[]) => void
  onBack: () => void
}): ReactElement {
  const { models, onAccept, onBack } = props
  const say = useModelWords()
  const [accepted, setAccepted] = useState<readonly string[]>([])
  const open = models.filter((model) => model.licence.ask && !model.licence.accepted)
  const ids = [...new Set(open.map((model) => model.licence.id))]
  const bytes = models.reduce((sum, model) => sum + (model.bytes ?? 0), 0)
  return (
    <div className="flex flex-col gap-4" data-testid="licences">
      <p className="text-muted">{say('licencesText')}</p>
      {ids.map((id) => {
        const under = open.filter((model) => model.licence.id === id)
        const [first] = under
        const url = first?.licence.url ?? first?.page
        return (
          <section key={id} className="rounded-m border border-line px-3 py-2">
            <div className="flex flex-wrap items-center justify-between gap-2">
              <Check
                label={say('accept', { licence: id })}
                value={accepted.includes(id)}
                onChange={(on) => setAccepted(on ? [...accepted, id] : accepted.filter((one) => one !== id))}
                data-testid="accept-licence"
              />
              {url === undefined ? null : (
                <a
                  href={url}
                  target="_blank"
                  rel="noreferrer"
                  className="inline-flex items-center gap-1 text-accent-text underline underline-offset-2"
                >
                  {say('readLicence')}
                  <ExternalLink size={12} aria-hidden />
                </a>
              )}
            </div>
            <ul className="pl-6.5 text-s text-muted">
              {under.map((model) => (
                <li key={model.file}>
                  {model.file}
                  {model.licence.commercial === false ? ` · ${say('nonCommercial')}` : ''}
                </li>
              ))}
            </ul>
          </section>
        )
      })}
      <div className="flex justify-end gap-2">
        <Button onPress={onBack}>{say('back')}</Button>
        <Button
          kind="primary"
          isDisabled={accepted.length < ids.length}
          onPress={() => onAccept([...accepted])}
          data-testid="accept-and-get"
        >
          {say('acceptAndGet', { size: byteWords(bytes) })}
        </Button>
      </div>
    </div>
  )
}
