import type { ReactElement } from 'react'
import { PanelHeading } from '../frame/side-panel'
import { useWords } from '../i18n/i18n'
import { useActions, useStudio } from '../state/context'
import { shownAssetId } from '../state/open-picture'
import { Button, TextArea } from '../widgets'
import { PanelFrame } from './panel-frame'
import { mostReferences } from './compose-values'
import { CountField, EngineFields, SeedField, SizeField } from './fields'
import { PictureSlot } from './picture-slot'
import { ReadinessNote } from './readiness-note'
import { useReadiness } from './use-readiness'

/** An edit by words with one to three pictures, the first of them the one that is edited. */
export function ReferencePanel(): ReactElement {
  const say = useWords()
  const { setCompose, editByReference, fillSlot } = useActions()
  const values = useStudio((state) => state.ui.compose.reference)
  const open = useStudio(shownAssetId)
  const { readiness, workflows } = useReadiness('reference', values.workflowId)
  const { assetIds } = values
  const hasWords = values.prompt.trim() !== ''
  return (
    <PanelFrame
      testId="reference-panel"
      note={<ReadinessNote readiness={readiness} />}
      canRun={hasWords && assetIds.length > 0 && readiness.state !== 'none' && readiness.state !== 'lacking'}
      onRun={() => void editByReference()}
      run={
        assetIds.length === 0
          ? say('style.run.noPicture')
          : hasWords
            ? say('compose.reference.run', { count: values.count })
            : say('compose.words.none')
      }
    >
      <PanelHeading title={say('compose.reference.pictures')} level={3}>
        <Button
          size="s"
          kind="quiet"
          className="-mr-2"
          isDisabled={open === undefined || assetIds.includes(open) || assetIds.length >= mostReferences}
          onPress={() => fillSlot({ of: 'reference', index: assetIds.length }, open)}
          data-testid="reference-open"
        >
          {say('compose.reference.open')}
        </Button>
      </PanelHeading>
      <ol className="grid grid-cols-3 gap-2">
        {Array.from({ length: Math.min(mostReferences, assetIds.length + 1) }, (_, index) => (
          // The place is what a slot is: pictures move through it.
          <li key={index}>
            <PictureSlot
              slot={{ of: 'reference', index }}
              assetId={assetIds[index]}
              title={say(index === 0 ? 'compose.reference.first' : 'compose.reference.more', { n: index + 1 })}
            />
            <p className="truncate pt-0.5 text-center text-s text-muted">
              {say(index === 0 ? 'compose.reference.first' : 'compose.reference.more', { n: index + 1 })}
            </p>
          </li>
        ))}
      </ol>
      <div className="pt-3">
        <TextArea
          label={say('compose.reference.prompt')}
          value={values.prompt}
          onChange={(prompt) => setCompose('reference', { prompt })}
          placeholder={say(assetIds.length > 1 ? 'compose.reference.placeholder.many' : 'compose.reference.placeholder')}
          rows={4}
          data-testid="reference-prompt"
        />
      </div>
      <div className="pt-1">
        <CountField
          label={say('compose.count')}
          value={values.count}
          counts={[1, 2, 3, 4]}
          onChange={(count) => setCompose('reference', { count })}
        />
        <SeedField seed={values.seed} onChange={(seed) => setCompose('reference', { seed })} />
        <SizeField size={values.size} auto={say('compose.size.picture')} onChange={(size) => setCompose('reference', { size })} />
        <EngineFields
          workflows={workflows}
          edit="reference"
          workflowId={values.workflowId}
          onWorkflow={(workflowId) => setCompose('reference', { workflowId })}
        />
      </div>
    </PanelFrame>
  )
}
