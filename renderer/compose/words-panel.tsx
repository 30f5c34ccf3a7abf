import type { ReactElement } from 'react'
import { useWords } from '../i18n/i18n'
import { useActions, useStudio } from '../state/context'
import { Segmented, TextArea } from '../widgets'
import { PanelFrame } from './panel-frame'
import { CountField, EngineFields, SeedField, SizeField } from './fields'
import { ReadinessNote } from './readiness-note'
import { useReadiness } from './use-readiness'

/** Text to image: words, size, seed, and whether to begin with sketches. */
export function WordsPanel(): ReactElement {
  const say = useWords()
  const { setCompose, makeFromWords } = useActions()
  const values = useStudio((state) => state.ui.compose.words)
  const { readiness, workflows } = useReadiness('generate', values.workflowId)
  const hasWords = values.prompt.trim() !== ''
  return (
    <PanelFrame
      testId="words-panel"
      note={<ReadinessNote readiness={readiness} />}
      canRun={hasWords && readiness.state !== 'none' && readiness.state !== 'lacking'}
      onRun={() => void makeFromWords()}
      run={
        hasWords
          ? say(values.start === 'sketch' ? 'compose.words.sketch' : 'compose.words.direct', { count: values.count })
          : say('compose.words.none')
      }
    >
      <TextArea
        label={say('compose.prompt')}
        value={values.prompt}
        onChange={(prompt) => setCompose('words', { prompt })}
        placeholder={say('compose.words.placeholder')}
        rows={5}
        data-testid="words-prompt"
      />
      <div className="pt-2">
        <TextArea
          label={say('compose.negative')}
          value={values.negative}
          onChange={(negative) => setCompose('words', { negative })}
          placeholder={say('compose.negative.placeholder')}
          rows={2}
          data-testid="words-negative"
        />
      </div>
      <div className="flex flex-col gap-1 pt-3">
        <span className="text-muted">{say('compose.words.start')}</span>
        <Segmented
          label={say('compose.words.start')}
          value={values.start}
          onChange={(start) => setCompose('words', { start })}
          items={[
            { id: 'sketch', label: say('compose.words.start.sketch'), testId: 'start-sketch' },
            { id: 'direct_final', label: say('compose.words.start.direct'), testId: 'start-direct' },
          ]}
          size="s"
          fill
        />
        <p className="text-s text-muted">
          {say(values.start === 'sketch' ? 'compose.words.start.sketch.text' : 'compose.words.start.direct.text')}
        </p>
      </div>
      <div className="pt-1">
        <CountField
          label={say('compose.count')}
          value={values.count}
          counts={[1, 2, 4, 8]}
          onChange={(count) => setCompose('words', { count })}
        />
        <SeedField seed={values.seed} onChange={(seed) => setCompose('words', { seed })} />
        <SizeField size={values.size} auto={say('compose.size.workflow')} onChange={(size) => setCompose('words', { size })} />
        <EngineFields
          workflows={workflows}
          edit="generate"
          workflowId={values.workflowId}
          onWorkflow={(workflowId) => setCompose('words', { workflowId })}
        />
      </div>
    </PanelFrame>
  )
}
