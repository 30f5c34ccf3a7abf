import { BookOpen, ChevronLeft, ChevronRight, RotateCw } from 'lucide-react'
import { useEffect, useMemo, useState, type ReactElement } from 'react'
import { useWords } from '../i18n/i18n'
import { useActions, useStudio } from '../state/context'
import { IconButton, Segmented } from '../widgets'
import { BoardStart } from './board-start'
import { ComicPage } from './comic/comic-page'
import type { StoryScene } from './compose-values'
import { JobCell } from './job-cell'
import { sceneView, type SceneView } from './story-takes'
import { storyLack } from './submissions'

/** The story in the middle of the window: its scenes with their takes, and the page that is made of them. */
export function StoryBoard(): ReactElement {
  const say = useWords()
  const { knowJob } = useActions()
  const ready = useStudio((state) => state.ready)
  const scenes = useStudio((state) => state.ui.compose.story.scenes)
  const byId = useStudio((state) => state.jobs.byId)
  const [showing, setShowing] = useState<'scenes' | 'page'>('scenes')
  useEffect(() => {
    if (!ready) return
    const unknown = new Set(scenes.flatMap((scene) => scene.takes.map(({ jobId }) => jobId)).filter((id) => !byId[id]))
    for (const id of unknown) void knowJob(id)
    // Asked for when the story changes, not with every job.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [ready, scenes, knowJob])
  const views = useMemo(() => scenes.map((scene) => ({ scene, view: sceneView(scene, byId) })), [scenes, byId])
  const sources = useMemo(() => views.map(({ scene, view }) => ({ assetId: view.shown?.assetId, text: scene.text })), [views])
  if (scenes.length === 0)
    return (
      <BoardStart
        icon={<BookOpen size={22} aria-hidden />}
        title={say('compose.story.empty')}
        text={say('compose.story.empty.text')}
      />
    )
  return (
    <div className="min-h-0 flex-1 overflow-y-auto px-6 pb-8 pt-4" data-testid="story-board">
      <div className="mx-auto flex max-w-300 flex-col gap-4">
        <Segmented
          label={say('compose.story.show')}
          value={showing}
          onChange={setShowing}
          items={[
            { id: 'scenes', label: say('compose.story.scenes'), testId: 'story-scenes' },
            { id: 'page', label: say('compose.page'), testId: 'story-page' },
          ]}
        />
        {showing === 'page' ? (
          <ComicPage sources={sources} />
        ) : (
          <ol className="grid grid-cols-[repeat(auto-fill,minmax(16rem,1fr))] gap-4">
            {views.map(({ scene, view }, index) => (
              <SceneCard key={scene.id} scene={scene} view={view} index={index} />
            ))}
          </ol>
        )}
      </div>
    </div>
  )
}

/** A scene: its picture or what comes of it, its takes, and the button that draws it anew. */
function SceneCard(props: { scene: StoryScene; view: SceneView; index: number }): ReactElement {
  const say = useWords()
  const { drawStory, setCompose } = useActions()
  const story = useStudio((state) => state.ui.compose.story)
  const { scene, view, index } = props
  const { takes, shown, open } = view
  const n = index + 1
  const role = story.roles.find(({ id }) => id === scene.roleId)?.name
  const at = takes.findIndex(({ job }) => job.id === shown?.job.id)
  const choose = (place: number): void => {
    const chosen = takes[place]?.job.id
    if (chosen === undefined) return
    setCompose('story', { scenes: story.scenes.map((each) => (each.id === scene.id ? { ...each, chosen } : each)) })
  }
  const job = open ?? shown?.job
  const output = scene.takes.find(({ jobId }) => jobId === job?.id)?.output ?? 0
  const size = job?.outputs.find((each) => each.index === output) ?? shown?.job.outputs[0]
  return (
    <li className="flex min-w-0 flex-col gap-1.5" data-testid="scene-card" data-scene={n}>
      <div style={{ aspectRatio: size ? `${size.width} / ${size.height}` : '4 / 3' }}>
        {job ? (
          <JobCell job={job} output={output} before={shown?.assetId} className="size-full" />
        ) : (
          <div className="flex size-full items-center justify-center rounded-s border border-dashed border-edge text-xl text-muted">
            {n}
          </div>
        )}
      </div>
      <div className="flex h-7 items-center gap-1">
        <h3 className="min-w-0 flex-1 truncate font-semibold">
          {say('versions.scene', { n })}
          {role ? <span className="font-normal text-muted"> · {role}</span> : null}
        </h3>
        {takes.length > 1 ? (
          <span className="flex items-center text-s text-muted">
            <IconButton
              size="s"
              label={say('compose.story.take.before', { n })}
              icon={<ChevronLeft size={13} aria-hidden />}
              isDisabled={at <= 0}
              onPress={() => choose(at - 1)}
            />
            <span className="tabular-nums" data-testid="scene-take">
              {at + 1} / {takes.length}
            </span>
            <IconButton
              size="s"
              label={say('compose.story.take.next', { n })}
              icon={<ChevronRight size={13} aria-hidden />}
              isDisabled={at >= takes.length - 1}
              onPress={() => choose(at + 1)}
            />
          </span>
        ) : null}
        <IconButton
          size="s"
          label={say('compose.story.redo', { n })}
          icon={<RotateCw size={13} aria-hidden />}
          isDisabled={storyLack(story) !== undefined}
          onPress={() => void drawStory(index)}
          data-testid="scene-redo"
        />
      </div>
      <p className="line-clamp-3 text-s text-muted">{scene.text}</p>
    </li>
  )
}
