import type { ReactElement } from 'react'
import { useWords } from '../i18n/i18n'
import { useActions, useClient, useStudio, useStudioParts } from '../state/context'
import { editTargets } from '../state/selection'
import { openPicture, shownAssetId } from '../state/open-picture'
import { Segmented, Slider, TextArea } from '../widgets'
import { PanelFrame } from './panel-frame'
import { denoiseWord } from './denoise-words'
import { CountField, EngineFields, SeedField } from './fields'
import { ReadinessNote } from './readiness-note'
import { useReadiness } from './use-readiness'

/** Image to image: the open picture, or those that are selected, drawn anew by words. */
export function RemixPanel(): ReactElement {
  const say = useWords()
  const client = useClient()
  const { setCompose, remixPictures } = useActions()
  const values = useStudio((state) => state.ui.compose.remix)
  const picture = useStudio(openPicture)
  const assetId = useStudio(shownAssetId)
  const { targets } = useStudioParts((state) => ({
    targets: editTargets(state.selection, state.ui.center, (id) => state.pictures.byId[id] !== undefined).length,
  }))
  const { readiness, workflows } = useReadiness('remix', values.workflowId)
  const hasWords = values.prompt.trim() !== ''
  return (
    <PanelFrame
      testId="remix-panel"
      note={<ReadinessNote readiness={readiness} />}
      canRun={hasWords && targets > 0 && readiness.state !== 'none' && readiness.state !== 'lacking'}
      onRun={() => void remixPictures()}
      run={
        targets === 0
          ? say('style.run.noPicture')
          : hasWords
            ? say('compose.remix.run', { count: targets })
            : say('compose.words.none')
      }
    >
      <div className="flex items-center gap-3 pb-3" data-testid="remix-source">
        <div className="size-14 shrink-0 overflow-hidden rounded-s border border-line bg-raised">
          {assetId === undefined ? null : (
            <img src={client.fileUrl(assetId, { width: 128 })} alt="" draggable={false} className="size-full object-cover" />
          )}
        </div>
        <div className="min-w-0">
          <p className="truncate">
            {targets > 1 ? say('compose.remix.many', { count: targets }) : (picture?.name ?? say('compose.remix.noPicture'))}
          </p>
          <p className="text-s text-muted">{say('compose.remix.source')}</p>
        </div>
      </div>
      <TextArea
        label={say('compose.prompt')}
        value={values.prompt}
        onChange={(prompt) => setCompose('remix', { prompt })}
        placeholder={say('compose.remix.placeholder')}
        rows={4}
        data-testid="remix-prompt"
      />
      <div className="pt-2">
        <TextArea
          label={say('compose.negative')}
          value={values.negative}
          onChange={(negative) => setCompose('remix', { negative })}
          placeholder={say('compose.negative.placeholder')}
          rows={2}
        />
      </div>
      <div className="pt-2">
        <Slider
          label={say('compose.denoise')}
          value={Math.round(values.denoise * 100)}
          onChange={(denoise) => setCompose('remix', { denoise: denoise / 100 })}
          min={5}
          max={100}
          step={5}
          format={{ maximumFractionDigits: 0 }}
          data-testid="remix-denoise"
        />
        <p className="min-h-8 text-s text-muted" data-testid="remix-denoise-words">
          {say(denoiseWord(values.denoise))}
        </p>
      </div>
      <div className="flex flex-col gap-1 pt-1">
        <span className="text-muted">{say('compose.level')}</span>
        <Segmented
          label={say('compose.level')}
          value={values.level}
          onChange={(level) => setCompose('remix', { level })}
          items={[
            { id: 'sketch', label: say('job.level.sketch'), testId: 'remix-sketch' },
            { id: 'mid', label: say('compose.level.mid'), testId: 'remix-mid' },
            { id: 'direct_final', label: say('job.level.final'), testId: 'remix-final' },
          ]}
          size="s"
          fill
        />
      </div>
      <div className="pt-1">
        <CountField
          label={say('compose.count')}
          value={values.count}
          counts={[1, 2, 4]}
          onChange={(count) => setCompose('remix', { count })}
        />
        <SeedField seed={values.seed} onChange={(seed) => setCompose('remix', { seed })} />
        <EngineFields
          workflows={workflows}
          edit="remix"
          workflowId={values.workflowId}
          onWorkflow={(workflowId) => setCompose('remix', { workflowId })}
        />
      </div>
    </PanelFrame>
  )
}
