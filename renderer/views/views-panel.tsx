import { X } from 'lucide-react'
import type { ReactElement } from 'react'
import { Button as AriaButton, Tag, TagGroup, TagList, ToggleButton } from 'react-aria-components'
import type { Pose } from '#shared/domain/view'
import { azimuths, distances, elevations, viewOfPose, type PresetSize, type Step } from '#shared/views/presets'
import { PanelHeading } from '../frame/side-panel'
import { useWords } from '../i18n/i18n'
import { currentEngine } from '../i18n/labels'
import { useActions, useClient, useStudio } from '../state/context'
import { openPicture } from '../state/open-picture'
import { Button, classes, Keys, Segmented, TextArea, Tip } from '../widgets'
import { poseLabel, posesOfSheet, samePose, sheetOf, togglePose, viewsOf } from './sheets'

/** The panel of the view mode: a ring of directions around the photo, heights, distances, sheets, and own camera words. */
export function ViewsPanel(): ReactElement {
  const say = useWords()
  const { setView, makeViews } = useActions()
  const values = useStudio((state) => state.ui.view)
  const engine = useStudio((state) => currentEngine(state.settings.engine, state.engines))
  const picture = useStudio(openPicture)
  const { poses, pose } = values
  const sheet = sheetOf(poses)
  const count = viewsOf(values).length
  return (
    <div className="flex min-h-0 flex-1 flex-col" data-testid="views-panel">
      <div className="min-h-0 flex-1 overflow-y-auto px-4 pb-4 pt-1.5">
        <PanelHeading title={say('view.title')}>
          <span className="truncate text-s text-muted">{say('view.frame')}</span>
        </PanelHeading>
        <Ring pose={pose} poses={poses} onToggle={(chosen) => setView({ poses: togglePose(poses, chosen) })} />
        <div className="flex flex-col gap-2 pt-2">
          <Pick
            label={say('view.elevation')}
            value={pose.elevation}
            steps={elevations}
            onChange={(elevation) => setView({ pose: { ...pose, elevation } })}
          />
          <Pick
            label={say('view.distance')}
            value={pose.distance}
            steps={distances}
            onChange={(distance) => setView({ pose: { ...pose, distance } })}
          />
        </div>

        <div className="pt-4">
          <PanelHeading title={say('view.sheets')} level={3}>
            <span className="text-s text-muted">{say('view.chosen', { count })}</span>
          </PanelHeading>
          <Segmented<`${PresetSize}` | 'own'>
            label={say('view.sheets')}
            value={sheet === undefined ? 'own' : `${sheet}`}
            onChange={(size) => setView({ poses: size === 'own' ? [] : posesOfSheet(Number(size) as PresetSize) })}
            items={[
              { id: '4', label: say('view.sheet.4'), testId: 'sheet-4' },
              { id: '8', label: say('view.sheet.8'), testId: 'sheet-8' },
              { id: '24', label: say('view.sheet.24'), testId: 'sheet-24' },
              { id: 'own', label: say('view.sheet.none'), testId: 'sheet-own' },
            ]}
            size="s"
            fill
          />
          <Chosen poses={poses} onRemove={(gone) => setView({ poses: togglePose(poses, gone) })} />
        </div>

        <div className="pt-4">
          <TextArea
            label={say('view.prompt')}
            value={values.prompt}
            onChange={(prompt) => setView({ prompt })}
            placeholder={say('view.prompt.placeholder')}
            rows={2}
            {...(engine?.kind === 'draft' ? { hint: say('view.prompt.hint.draft') } : {})}
            data-testid="view-prompt"
          />
        </div>
        <p className="pt-3 text-s text-muted">{say(engine?.kind === 'draft' ? 'view.layout' : 'view.hidden')}</p>
      </div>
      <div className="shrink-0 border-t border-line p-4">
        <Button
          kind="primary"
          size="l"
          className="w-full"
          isDisabled={count === 0 || !picture}
          onPress={() => void makeViews()}
          data-testid="run-views"
          tip={<Keys combo="mod+enter" />}
        >
          {!picture ? say('style.run.noPicture') : count === 0 ? say('view.run.none') : say('view.run', { count })}
        </Button>
      </div>
    </div>
  )
}

/** The photo in the middle of eight directions; those chosen at this height and distance are lit. */
function Ring(props: { pose: Pose; poses: readonly Pose[]; onToggle: (pose: Pose) => void }): ReactElement {
  const say = useWords()
  const client = useClient()
  const picture = useStudio(openPicture)
  return (
    // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- <fieldset> brings a form's look
    <div role="group" aria-label={say('view.azimuth')} className="relative mx-auto my-1 aspect-square w-full max-w-60">
      <svg viewBox="0 0 200 200" className="absolute inset-0 size-full" aria-hidden>
        <circle cx="100" cy="100" r="78" fill="none" stroke="var(--line)" strokeWidth="1" />
        {azimuths.map(({ value: azimuth }) => {
          const { x, y } = placeOn(azimuth)
          return (
            <line
              key={azimuth}
              x1={100 + (x - 100) * 0.62}
              y1={100 + (y - 100) * 0.62}
              x2={100 + (x - 100) * 0.8}
              y2={100 + (y - 100) * 0.8}
              stroke="var(--line)"
            />
          )
        })}
      </svg>
      <div className="absolute left-1/2 top-1/2 flex size-18 -translate-x-1/2 -translate-y-1/2 items-center justify-center overflow-hidden rounded-s bg-raised">
        {picture ? (
          <img
            src={client.fileUrl(picture.currentAssetId, { width: 128 })}
            alt=""
            draggable={false}
            className="size-full object-cover"
          />
        ) : null}
      </div>
      {azimuths.map(({ value: azimuth }) => {
        const pose = { ...props.pose, azimuth }
        const { x, y } = placeOn(azimuth)
        const label = poseLabel(pose, say.language)
        return (
          <Tip key={azimuth} text={label}>
            <ToggleButton
              aria-label={label}
              isSelected={props.poses.some((other) => samePose(other, pose))}
              onChange={() => props.onToggle(pose)}
              data-testid={`view-${viewOfPose(pose).id}`}
              className="group absolute flex size-8 -translate-x-1/2 -translate-y-1/2 items-center justify-center rounded-full"
              style={{ left: `${x / 2}%`, top: `${y / 2}%` }}
            >
              <span
                aria-hidden
                className={classes(
                  'size-4 rounded-full border-2 border-edge bg-panel transition-colors duration-120',
                  'group-hovered:border-text group-selected:border-accent group-selected:bg-accent',
                )}
              />
            </ToggleButton>
          </Tip>
        )
      })}
      <span aria-hidden className="absolute bottom-0 left-1/2 -translate-x-1/2 translate-y-1 text-s text-muted">
        {azimuths[0]?.[say.language]}
      </span>
    </div>
  )
}

/** Where a direction lies on the ring seen from above, in units of a 200 × 200 square: front is below, right is right. */
function placeOn(azimuth: number): { x: number; y: number } {
  const turn = (azimuth * Math.PI) / 180
  return { x: 100 + 78 * Math.sin(turn), y: 100 + 78 * Math.cos(turn) }
}

/** One step of an axis of the camera. */
function Pick(props: { label: string; value: number; steps: readonly Step[]; onChange: (value: number) => void }): ReactElement {
  const { language } = useWords()
  return (
    <div className="flex flex-col items-start gap-1">
      <span className="text-s text-muted">{props.label}</span>
      <Segmented
        label={props.label}
        value={String(props.value)}
        onChange={(value) => props.onChange(Number(value))}
        items={props.steps.map((step) => ({ id: String(step.value), label: step[language] }))}
        size="s"
        fill
      />
    </div>
  )
}

/** The chosen views as tags that can be taken out, with Delete as well. */
function Chosen(props: { poses: readonly Pose[]; onRemove: (pose: Pose) => void }): ReactElement {
  const say = useWords()
  const items = props.poses.map((pose) => ({ pose, id: viewOfPose(pose).id, label: poseLabel(pose, say.language) }))
  return (
    <TagGroup
      aria-label={say('view.sheets')}
      className="min-h-8 pt-2"
      onRemove={(keys) => {
        for (const item of items) if (keys.has(item.id)) props.onRemove(item.pose)
      }}
    >
      <TagList items={items} className="flex max-h-28 flex-wrap gap-1 overflow-y-auto" dependencies={[say]}>
        {(item) => (
          <Tag
            id={item.id}
            textValue={item.label}
            className="inline-flex h-6 items-center gap-1 whitespace-nowrap rounded-s border border-line pl-2 pr-1 text-s"
          >
            {item.label}
            <AriaButton
              slot="remove"
              aria-label={say('view.remove', { view: item.label })}
              className="rounded-s p-0.5 text-muted hovered:text-text"
            >
              <X size={11} aria-hidden />
            </AriaButton>
          </Tag>
        )}
      </TagList>
    </TagGroup>
  )
}
