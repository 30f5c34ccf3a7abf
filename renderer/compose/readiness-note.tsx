import { Boxes, CircleAlert, Server } from 'lucide-react'
import type { ReactElement } from 'react'
import type { Lack } from '#shared/domain/workflow'
import { lackWords } from '../engines/lack-words'
import { useWords } from '../i18n/i18n'
import { useActions } from '../state/context'
import { Button } from '../widgets'
import type { ComposeReadiness } from './compose-engine'
import { useReadiness } from './use-readiness'

/** The same for styles and views; that their engine is away the queue says, once something waits for it. */
export function EditReadiness(props: { edit: 'style' | 'perspective'; workflowId?: string | undefined }): ReactElement | null {
  const { readiness } = useReadiness(props.edit, props.workflowId)
  return ['lacking', 'tight', 'unmeasured'].includes(readiness.state) ? <ReadinessNote readiness={readiness} /> : null
}

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
    case 'tight':
      return (
        <Note
          title={say('compose.tight', { workflow: readiness.workflow.title[say.language] })}
          text={say('compose.tight.text', {
            name: readiness.engine.name,
            total: readiness.totalGb,
            needs: readiness.workflow.vramGb,
          })}
          testId="compose-tight"
        >
          <ToModels />
        </Note>
      )
    case 'unmeasured':
      return (
        <Note
          title={say('compose.unmeasured', { workflow: readiness.workflow.title[say.language] })}
          text={say('compose.unmeasured.text', { name: readiness.engine.name, needs: readiness.workflow.vramGb })}
          testId="compose-unmeasured"
        >
          <ToModels />
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
  const models = props.missing.some(({ model }) => model !== undefined)
  return (
    <Note title={props.title} testId="compose-lacking">
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, so keys must reach it */}
      <ul className="flex max-h-32 basis-full flex-col gap-1 overflow-y-auto pb-1" tabIndex={0}>
        {props.missing.map((lack) => (
          <li key={lack.words} data-selectable className="break-words text-s text-muted">
            {lackWords(lack, say)}
          </li>
        ))}
      </ul>
      {models ? <ToModels /> : null}
      <ToEngines label={say('engine.manage')} />
    </Note>
  )
}

function ToModels(): ReactElement {
  const say = useWords()
  const { openDialog } = useActions()
  return (
    <Button
      size="s"
      icon={<Boxes size={12} aria-hidden />}
      onPress={() => openDialog({ type: 'models' })}
      data-testid="compose-models"
    >
      {say('compose.models')}
    </Button>
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
