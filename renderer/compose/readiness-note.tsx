import { Boxes, CircleAlert, Server } from 'lucide-react'
import type { ReactElement } from 'react'
import type { Lack } from '#shared/domain/workflow'
import { lackWords } from '../engines/lack-words'
import { useWords } from '../i18n/i18n'
import { useActions } from '../state/context'
import { Button } from '../widgets'
import type { ComposeReadiness } from './compose-engine'

/** What is in the way of composing, in words, with the buttons that lead on; nothing where all is there. */
export function ReadinessNote({ readiness }: { readiness: ComposeReadiness }): ReactElement | null {
  const say = useWords()
  switch (readiness.state) {
    case 'ready':
    case 'asking':
      return null
    case 'none':
      return (
        <Note title={say('compose.none')} text={say('compose.none.text')} testId="compose-none">
          <ToEngines label={say('compose.none.add')} />
        </Note>
      )
    case 'away':
      return (
        <Note title={say('compose.away', { name: readiness.engine.name })} text={say('compose.away.text')} testId="compose-away">
          <ToEngines label={say('engine.manage')} />
        </Note>
      )
    case 'lacking':
      return (
        <Missing
          title={say('compose.lacking', {
            name: readiness.engine.name,
            workflow: readiness.workflow.title[say.language],
          })}
          missing={readiness.missing}
        />
      )
  }
}

/** What a server lacks for a workflow: each thing with its size and place, and where to get it. */
export function Missing(props: { title: string; missing: readonly Lack[] }): ReactElement {
  const say = useWords()
  const { openDialog } = useActions()
  const models = props.missing.some(({ model }) => model !== undefined)
  return (
    <Note title={props.title} testId="compose-lacking">
      <ul className="flex basis-full flex-col gap-1 pb-1">
        {props.missing.map((lack) => (
          <li key={lack.words} data-selectable className="break-words text-s text-muted">
            {lackWords(lack, say)}
          </li>
        ))}
      </ul>
      {models ? (
        <Button
          size="s"
          icon={<Boxes size={12} aria-hidden />}
          onPress={() => openDialog({ type: 'models' })}
          data-testid="compose-models"
        >
          {say('compose.models')}
        </Button>
      ) : null}
      <ToEngines label={say('engine.manage')} />
    </Note>
  )
}

function ToEngines({ label }: { label: string }): ReactElement {
  const { openDialog } = useActions()
  return (
    <Button
      size="s"
      icon={<Server size={12} aria-hidden />}
      onPress={() => openDialog({ type: 'engines' })}
      data-testid="compose-engines"
    >
      {label}
    </Button>
  )
}

function Note(props: { title: string; text?: string; testId: string; children: React.ReactNode }): ReactElement {
  return (
    <section className="mt-2 flex gap-2.5 rounded-m border border-line bg-raised px-3 py-2.5" data-testid={props.testId}>
      <CircleAlert size={15} aria-hidden className="mt-0.5 shrink-0 text-accent-text" />
      <div className="flex min-w-0 flex-1 flex-wrap gap-2">
        <div className="basis-full">
          <h3 className="font-semibold">{props.title}</h3>
          {props.text === undefined ? null : <p className="text-s text-muted">{props.text}</p>}
        </div>
        {props.children}
      </div>
    </section>
  )
}
