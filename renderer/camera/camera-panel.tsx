import { Copy, Focus, GripVertical, MapPin, MapPinOff, Plus, Check } from 'lucide-react'
import { useCallback, useEffect, useMemo, useRef, useState, type ReactElement } from 'react'
import type { Pose } from '#shared/domain/view'
import { EditReadiness } from '../compose/readiness-note'
import { useDragSource } from '../dnd'
import { PanelHeading } from '../frame/side-panel'
import { PanelHelp } from '../help/panel-help'
import { useWords } from '../i18n/i18n'
import { currentEngine } from '../i18n/labels'
import { SheetChoice } from '../sheets/sheet-choice'
import { toggleView, viewKey } from '../sheets/view-sets'
import { ownWords, viewFor, wantedViews } from '../sheets/wanted-views'
import { useActions, useClient, useStudio } from '../state/context'
import { openPicture } from '../state/open-picture'
import { Button, classes, IconButton, Keys, NumberEntry, Segmented, Select, TextArea, Tip } from '../widgets'
import { CameraGizmo, axisWords, glideTime, stepWords } from './camera-gizmo'
import { cameraLabel, promptOf, viewOfCamera } from './camera-labels'
import { axes, type Axis } from './camera-space'
import { DraftCard } from './draft-card'
import { knownPoses, rangeOf, samePose, snapTo, withNumber } from './known-poses'
import { LivePose } from './live-pose'
import { useCameraSetting, useCameraWorkflows } from './use-camera'

/** Room for the draft card, CSS pixels. */
const cardHeight = 132

/** The panel of the view mode: the camera around the photo, what it would see, what the model is told, and the sheet of views. */
export function CameraPanel(): ReactElement {
  const say = useWords()
  const client = useClient()
  const { setView, makeViews, markPhotoPose } = useActions()
  const values = useStudio((state) => state.ui.view)
  const picture = useStudio(openPicture)
  const isDraft = useStudio((state) => currentEngine(state.settings.engine, state.engines)?.kind === 'draft')
  const { frame, photo, from } = useCameraSetting()
  const setting = useMemo(() => ({ frame, photo }), [frame, photo])
  const known = useMemo(() => knownPoses(frame, from), [frame, from])
  const pose = useMemo(() => snapTo(known, values.pose), [known, values.pose])
  const [live] = useState(() => new LivePose(pose))
  const [aim, setAim] = useState<Pose>()
  const aimed = useRef<Pose | undefined>(undefined)
  // Told at each move of the hand; rendered only where it snaps to another pose.
  const onAim = useCallback((next: Pose | undefined) => {
    if (next && aimed.current && samePose(next, aimed.current)) return
    aimed.current = next
    setAim(next)
  }, [])
  useEffect(() => live.glide(pose, glideTime()), [live, pose])
  const move = (next: Pose): void => setView({ pose: next })

  const seen = aim ?? pose
  const view = viewOfCamera(seen, setting)
  const prompt = view && promptOf(view, setting)
  const words = ownWords(values.prompt)
  const wanted = wantedViews(values, setting)
  const count = wanted.length * values.count
  const lost = values.views.filter((chosen) => viewFor(chosen, setting) === undefined).length
  const marks = useMemo(
    () => values.views.flatMap((chosen) => (chosen.pose && !chosen.prompt ? [chosen.pose] : [])),
    [values.views],
  )
  const photoUrl = picture && client.fileUrl(picture.rootAssetId, { width: 512 })
  const aspect = picture ? picture.width / picture.height : 3 / 2
  const isPhotoPose = photo !== undefined && samePose(photo, pose)
  const title = cameraLabel(seen, setting, say.language)
  const run = (): void => void makeViews()
  return (
    <div className="flex min-h-0 flex-1 flex-col" data-testid="views-panel">
      <div className="min-h-0 flex-1 overflow-y-auto px-4 pb-4 pt-1.5">
        <PanelHeading title={say('view.title')}>
          <span className="flex min-w-0 items-center gap-1">
            <span className="truncate text-s text-muted" data-testid="camera-frame">
              {say(frame === 'absolute' ? 'camera.absolute' : 'camera.relative')}
            </span>
            <PanelHelp topic="view" />
          </span>
        </PanelHeading>
        <CameraGizmo
          live={live}
          pose={pose}
          onChange={move}
          onSubmit={run}
          onAim={onAim}
          known={known}
          photo={from}
          marked={photo !== undefined}
          aspect={aspect}
          photoUrl={photoUrl}
          marks={marks}
        />
        <CameraLine title={title} pose={pose} canDrag={picture !== undefined && view !== undefined} />
        <div className="flex justify-center rounded-m bg-ground" style={{ height: cardHeight }}>
          <DraftCard
            live={live}
            photo={from}
            photoUrl={photoUrl}
            width={Math.min(256, cardHeight * aspect)}
            height={Math.min(cardHeight, 256 / aspect)}
          />
        </div>
        <div className="grid grid-cols-3 gap-2 pt-3">
          {axes.map((axis) => (
            <AxisField
              key={axis}
              axis={axis}
              pose={seen}
              {...rangeOf(known, axis)}
              onChange={(value, step) => move(withNumber(known, pose, axis, value, step))}
            />
          ))}
        </div>
        <SentPrompt prompt={words && values.views.length === 0 ? words.prompt : prompt} />
        <div className="flex items-center justify-between gap-1 pt-2">
          <Button
            size="s"
            kind={isPhotoPose ? 'plain' : 'quiet'}
            icon={isPhotoPose ? <MapPinOff size={13} aria-hidden /> : <MapPin size={13} aria-hidden />}
            isDisabled={!picture}
            onPress={() => picture && void markPhotoPose(picture.id, isPhotoPose ? undefined : pose)}
            tip={say('camera.mark.help')}
            data-testid="camera-mark"
          >
            {say(isPhotoPose ? 'camera.unmark' : 'camera.mark')}
          </Button>
          <IconButton
            size="s"
            label={say('camera.home')}
            icon={<Focus size={13} aria-hidden />}
            onPress={() => move(snapTo(known, from))}
            data-testid="camera-home"
          />
        </div>

        <div className="pt-4">
          <PanelHeading title={say('view.sheets')} level={3}>
            <span className="text-s text-muted">
              {values.views.length > 0 ? say('view.chosen', { count: values.views.length }) : ''}
            </span>
          </PanelHeading>
          <SheetChoice />
          {view ? (
            <AddView
              added={values.views.some((chosen) => viewKey(chosen) === viewKey(view))}
              onToggle={() => setView({ views: toggleView(values.views, view) })}
            />
          ) : null}
          {lost > 0 ? <p className="pt-2 text-s text-muted">{say('camera.unreachable', { count: lost })}</p> : null}
          <div className="flex h-9 items-center justify-between gap-2 pt-2">
            <span className="text-muted">{say('camera.seeds')}</span>
            <Segmented<'1' | '2' | '4'>
              label={say('camera.seeds')}
              value={values.count >= 4 ? '4' : values.count >= 2 ? '2' : '1'}
              onChange={(next) => setView({ count: Number(next) })}
              size="s"
              items={(['1', '2', '4'] as const).map((id) => ({ id, label: id, testId: `view-seeds-${id}` }))}
            />
          </div>
        </div>

        <div className="flex flex-col gap-3 pt-3">
          <TextArea
            label={say('view.prompt')}
            value={values.prompt}
            onChange={(next) => setView({ prompt: next })}
            placeholder={say('view.prompt.placeholder')}
            rows={2}
            {...(isDraft ? { hint: say('view.prompt.hint.draft') } : {})}
            data-testid="view-prompt"
          />
          <CameraWorkflow />
        </div>
        <p className="pt-3 text-s text-muted">{say(isDraft ? 'view.layout' : 'view.hidden')}</p>
      </div>
      <div className="flex shrink-0 flex-col gap-2 border-t border-line p-4">
        <EditReadiness edit="perspective" workflowId={values.workflowId} />
        <Button
          kind="primary"
          size="l"
          className="w-full"
          isDisabled={count === 0 || !picture}
          onPress={run}
          data-testid="run-views"
          tip={<Keys combo="mod+enter" />}
        >
          {!picture ? say('style.run.noPicture') : count === 0 ? say('view.run.none') : say('view.run', { count })}
        </Button>
      </div>
    </div>
  )
}

/** What the camera's place is called, with the handle by which it is dragged onto a photo. */
function CameraLine(props: { title: string; pose: Pose; canDrag: boolean }): ReactElement {
  const say = useWords()
  const drag = useDragSource()
  const dragged = { kind: 'camera', title: props.title } as const
  return (
    <div className="flex h-10 items-center justify-between gap-2">
      <output className="truncate font-semibold" data-testid="camera-label">
        {props.title}
      </output>
      <Tip text={say('camera.drag')} keys="d">
        <button
          type="button"
          draggable={props.canDrag}
          disabled={!props.canDrag}
          aria-label={say('camera.drag')}
          onDragStart={(event) => drag.start(event, dragged, [])}
          onKeyDown={(event) => {
            if (event.key !== 'd' && event.key !== 'Enter' && event.key !== ' ') return
            event.preventDefault()
            event.stopPropagation()
            drag.lift(dragged, event.currentTarget)
          }}
          data-testid="camera-drag"
          className="inline-flex h-6 shrink-0 cursor-grab items-center gap-1 whitespace-nowrap rounded-m border border-line bg-raised pl-1 pr-2 text-s text-muted hover:border-edge hover:text-text disabled:cursor-not-allowed disabled:opacity-45"
        >
          <GripVertical size={12} aria-hidden />
          {say('camera.drag.short')}
        </button>
      </Tip>
    </div>
  )
}

const stepSize: Record<Axis, number> = { azimuth: 45, elevation: 30, distance: 0.1 }

/** One axis as a number, with the model's own word for it. */
function AxisField(props: {
  axis: Axis
  pose: Pose
  min: number
  max: number
  onChange: (value: number, step: number) => void
}): ReactElement {
  const say = useWords()
  const { axis, pose } = props
  const value = axis === 'azimuth' && pose.azimuth > 180 ? pose.azimuth - 360 : pose[axis]
  const format: Intl.NumberFormatOptions =
    axis === 'distance'
      ? { minimumFractionDigits: 1, maximumFractionDigits: 1 }
      : { style: 'unit', unit: 'degree', unitDisplay: 'narrow' }
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <span className="flex items-center gap-1.5 text-s text-muted">
        <span className={classes('size-2 shrink-0 rounded-full', dots[axis])} aria-hidden />
        <span className="truncate">{say(axisWords[axis])}</span>
      </span>
      <NumberEntry
        label={say(axisWords[axis])}
        value={value}
        onChange={(next) => props.onChange(next, stepSize[axis])}
        min={axis === 'azimuth' ? -360 : props.min}
        max={axis === 'azimuth' ? 360 : props.max}
        step={axis === 'azimuth' ? 1 : axis === 'elevation' ? 1 : 0.1}
        format={format}
        className="w-full"
        data-testid={`camera-number-${axis}`}
      />
      <span className="truncate text-s text-muted" title={stepWords(axis, pose[axis], say.language)}>
        {stepWords(axis, pose[axis], say.language)}
      </span>
    </div>
  )
}

const dots: Record<Axis, string> = { azimuth: 'bg-axis-azimuth', elevation: 'bg-axis-elevation', distance: 'bg-axis-distance' }

/** The words that the model gets, exactly. */
function SentPrompt(props: { prompt: string | undefined }): ReactElement {
  const say = useWords()
  const { toast } = useActions()
  const { prompt } = props
  return (
    <div className="relative mt-3 rounded-m bg-raised py-2 pl-2.5 pr-9">
      <span className="sr-only">{say('camera.sent')}</span>
      <p
        data-selectable
        className="min-h-10 break-words text-s text-muted"
        data-testid="camera-prompt"
        {...(prompt === undefined ? {} : { lang: 'zxx' })}
      >
        {prompt ?? say('camera.noWords')}
      </p>
      {prompt === undefined ? null : (
        <div className="absolute right-1 top-1">
          <IconButton
            size="s"
            label={say('camera.copy')}
            icon={<Copy size={13} aria-hidden />}
            onPress={() =>
              void navigator.clipboard.writeText(prompt).then(() => toast({ tone: 'info', text: { key: 'job.copied' } }))
            }
          />
        </div>
      )}
    </div>
  )
}

/** Puts what the camera sees among the views of the sheet, or takes it out. */
function AddView(props: { added: boolean; onToggle: () => void }): ReactElement {
  const say = useWords()
  return (
    <Button
      size="s"
      className="mt-2 w-full"
      icon={props.added ? <Check size={13} aria-hidden /> : <Plus size={13} aria-hidden />}
      onPress={props.onToggle}
      data-testid="view-add"
    >
      {say(props.added ? 'camera.added' : 'camera.add')}
    </Button>
  )
}

/** Which model turns the camera, and so how it is told. */
function CameraWorkflow(): ReactElement {
  const say = useWords()
  const { setView } = useActions()
  const workflows = useCameraWorkflows()
  const chosen = useStudio((state) => state.ui.view.workflowId) ?? 'auto'
  const frameWords = (camera: 'absolute' | 'relative' | undefined): string =>
    say(camera === 'relative' ? 'camera.workflow.commands' : 'camera.workflow.poses')
  return (
    <Select
      label={say('camera.workflow')}
      value={chosen}
      onChange={(id) => {
        const workflow = workflows.find((candidate) => candidate.id === id)
        setView({ workflowId: workflow?.id, frame: workflow?.camera ?? 'absolute' })
      }}
      items={[
        { id: 'auto', label: say('camera.workflow.auto'), hint: frameWords('absolute') },
        ...workflows.map((workflow) => ({
          id: workflow.id,
          label: workflow.title[say.language],
          hint: `${frameWords(workflow.camera)}${workflow.ready === false ? ` · ${say('camera.workflow.missing')}` : ''}`,
        })),
      ]}
      data-testid="camera-workflow"
    />
  )
}
