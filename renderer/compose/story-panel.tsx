import { ChevronDown, ChevronUp, Plus, Trash2 } from 'lucide-react'
import { useRef, type ReactElement } from 'react'
import { PanelHeading } from '../frame/side-panel'
import { useWords } from '../i18n/i18n'
import type { WordKey } from '../i18n/words'
import { useActions, useStudio } from '../state/context'
import { Button, IconButton, Segmented, Select, TextArea, TextEntry } from '../widgets'
import { PanelFrame } from './panel-frame'
import { storyLimits, type StoryRole, type StoryScene } from './compose-values'
import { EngineFields, SeedField, SizeField } from './fields'
import { PictureSlot } from './picture-slot'
import { ReadinessNote } from './readiness-note'
import { moved } from './story-takes'
import { storyLack, type StoryLack } from './submissions'
import { useReadiness } from './use-readiness'

const lackWords: Record<StoryLack, WordKey> = {
  role: 'compose.story.lack.role',
  roleName: 'compose.story.lack.roleName',
  sameName: 'compose.story.lack.sameName',
  scene: 'compose.story.lack.scene',
  sceneText: 'compose.story.lack.sceneText',
}

/** A story: who is in it, what happens scene by scene, and how all of it looks. */
export function StoryPanel(): ReactElement {
  const say = useWords()
  const { setCompose, drawStory } = useActions()
  const story = useStudio((state) => state.ui.compose.story)
  const { readiness, workflows } = useReadiness('story', story.workflowId)
  const { roles, scenes } = story
  const lack = storyLack(story)
  const addRole = (): void =>
    setCompose('story', { roles: [...roles, { id: crypto.randomUUID(), name: '', description: '', assetIds: [] }] })
  const addScene = (): void => {
    const roleId = scenes.at(-1)?.roleId ?? roles[0]?.id
    setCompose('story', {
      scenes: [...scenes, { id: crypto.randomUUID(), text: '', takes: [], ...(roleId === undefined ? {} : { roleId }) }],
    })
  }
  return (
    <PanelFrame
      testId="story-panel"
      note={<ReadinessNote readiness={readiness} />}
      canRun={lack === undefined && readiness.state !== 'none' && readiness.state !== 'lacking'}
      onRun={() => void drawStory()}
      run={lack === undefined ? say('compose.story.run', { count: scenes.length }) : say(lackWords[lack])}
    >
      <PanelHeading title={say('compose.story.roles')} level={3}>
        <Button
          size="s"
          kind="quiet"
          className="-mr-2"
          icon={<Plus size={13} aria-hidden />}
          isDisabled={roles.length >= storyLimits.roles}
          onPress={addRole}
          data-testid="role-add"
        >
          {say('compose.story.role.add')}
        </Button>
      </PanelHeading>
      {roles.length === 0 ? <p className="text-s text-muted">{say('compose.story.roles.hint')}</p> : null}
      <ul className="flex flex-col gap-3">
        {roles.map((role, index) => (
          <RoleFields key={role.id} role={role} index={index} />
        ))}
      </ul>

      <div className="pt-4">
        <PanelHeading title={say('compose.story.scenes')} level={3}>
          <Button
            size="s"
            kind="quiet"
            className="-mr-2"
            icon={<Plus size={13} aria-hidden />}
            isDisabled={scenes.length >= storyLimits.scenes}
            onPress={addScene}
            data-testid="scene-add"
          >
            {say('compose.story.scene.add')}
          </Button>
        </PanelHeading>
        {scenes.length === 0 ? <p className="text-s text-muted">{say('compose.story.scenes.hint')}</p> : null}
        <ol className="flex flex-col gap-3">
          {scenes.map((scene, index) => (
            <SceneFields key={scene.id} scene={scene} index={index} />
          ))}
        </ol>
      </div>

      <div className="flex flex-col gap-1 pt-4">
        <TextEntry
          label={say('compose.story.style')}
          value={story.style}
          onChange={(style) => setCompose('story', { style: style.slice(0, 500) })}
          placeholder={say('compose.story.style.placeholder')}
          data-testid="story-style"
        />
        <SizeField size={story.size} auto={say('compose.size.workflow')} onChange={(size) => setCompose('story', { size })} />
        <SeedField seed={story.seed} onChange={(seed) => setCompose('story', { seed })} />
        <Segmented
          label={say('compose.story.seeds')}
          value={story.seeds}
          onChange={(seeds) => setCompose('story', { seeds })}
          items={[
            { id: 'same', label: say('compose.story.seeds.same') },
            { id: 'each', label: say('compose.story.seeds.each') },
          ]}
          size="s"
          fill
        />
        <p className="text-s text-muted">
          {say(story.seeds === 'same' ? 'compose.story.seeds.same.text' : 'compose.story.seeds.each.text')}
        </p>
        <EngineFields
          workflows={workflows}
          edit="story"
          workflowId={story.workflowId}
          onWorkflow={(workflowId) => setCompose('story', { workflowId })}
        />
      </div>
    </PanelFrame>
  )
}

function RoleFields({ role, index }: { role: StoryRole; index: number }): ReactElement {
  const say = useWords()
  const { setCompose } = useActions()
  const roles = useStudio((state) => state.ui.compose.story.roles)
  const scenes = useStudio((state) => state.ui.compose.story.scenes)
  const change = (patch: Partial<StoryRole>): void =>
    setCompose('story', { roles: roles.map((each) => (each.id === role.id ? { ...each, ...patch } : each)) })
  const name = role.name.trim() || say('compose.story.role', { n: index + 1 })
  const remove = (): void =>
    setCompose('story', {
      roles: roles.filter(({ id }) => id !== role.id),
      scenes: scenes.map((scene) => {
        if (scene.roleId !== role.id) return scene
        const { roleId: _, ...nobody } = scene
        return nobody
      }),
    })
  return (
    <li className="flex flex-col gap-2 border-l-2 border-line pl-3" data-testid="role">
      <div className="flex items-end gap-1">
        <TextEntry
          label={say('compose.story.role', { n: index + 1 })}
          value={role.name}
          onChange={(value) => change({ name: value.slice(0, 40) })}
          placeholder={say('compose.story.role.name')}
          className="flex-1"
          data-testid="role-name"
        />
        <IconButton
          label={say('compose.story.role.remove', { name })}
          icon={<Trash2 size={14} aria-hidden />}
          onPress={remove}
          data-testid="role-remove"
        />
      </div>
      <TextArea
        label={say('compose.story.role.description')}
        value={role.description}
        onChange={(value) => change({ description: value.slice(0, 1000) })}
        placeholder={say('compose.story.role.placeholder')}
        rows={2}
        data-testid="role-description"
      />
      <div className="flex flex-wrap gap-1.5">
        {Array.from({ length: Math.min(storyLimits.rolePictures, role.assetIds.length + 1) }, (_, place) => (
          <PictureSlot
            key={place}
            slot={{ of: 'role', roleId: role.id, index: place }}
            assetId={role.assetIds[place]}
            title={say('compose.story.role.picture', { name, n: place + 1 })}
            size="s"
          />
        ))}
      </div>
    </li>
  )
}

function SceneFields({ scene, index }: { scene: StoryScene; index: number }): ReactElement {
  const say = useWords()
  const { setCompose } = useActions()
  const roles = useStudio((state) => state.ui.compose.story.roles)
  const scenes = useStudio((state) => state.ui.compose.story.scenes)
  const item = useRef<HTMLLIElement>(null)
  const change = (patch: Partial<StoryScene>): void =>
    setCompose('story', { scenes: scenes.map((each) => (each.id === scene.id ? { ...each, ...patch } : each)) })
  const setRole = (roleId: string): void => {
    const { roleId: _, ...nobody } = scene
    const next = roleId === 'nobody' ? nobody : { ...nobody, roleId }
    setCompose('story', { scenes: scenes.map((each) => (each.id === scene.id ? next : each)) })
  }
  const move = (places: number): void => setCompose('story', { scenes: moved(scenes, index, places) })
  const n = index + 1
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- the keys come from the fields inside
    <li
      ref={item}
      className="flex flex-col gap-2 border-l-2 border-line pl-3"
      data-testid="scene"
      onKeyDown={(event) => {
        const places = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0
        if (!event.altKey || places === 0) return
        event.preventDefault()
        event.stopPropagation()
        move(places)
        // The item keeps its key and its focused field, wherever it goes.
        requestAnimationFrame(() => item.current?.scrollIntoView({ block: 'nearest' }))
      }}
    >
      <div className="flex items-center gap-1">
        <h4 className="shrink-0 font-semibold">{say('versions.scene', { n })}</h4>
        <div className="min-w-0 flex-1 pl-2">
          <Select
            label={say('compose.story.scene.role', { n })}
            hideLabel
            value={scene.roleId !== undefined && roles.some(({ id }) => id === scene.roleId) ? scene.roleId : 'nobody'}
            onChange={setRole}
            items={[
              ...roles.map((role, at) => ({ id: role.id, label: role.name.trim() || say('compose.story.role', { n: at + 1 }) })),
              { id: 'nobody', label: say('compose.story.scene.nobody') },
            ]}
            data-testid="scene-role"
          />
        </div>
        <IconButton
          size="s"
          label={say('compose.story.scene.up', { n })}
          keys="alt+up"
          icon={<ChevronUp size={14} aria-hidden />}
          isDisabled={index === 0}
          onPress={() => move(-1)}
          data-testid="scene-up"
        />
        <IconButton
          size="s"
          label={say('compose.story.scene.down', { n })}
          keys="alt+down"
          icon={<ChevronDown size={14} aria-hidden />}
          isDisabled={index === scenes.length - 1}
          onPress={() => move(1)}
          data-testid="scene-down"
        />
        <IconButton
          size="s"
          label={say('compose.story.scene.remove', { n })}
          icon={<Trash2 size={13} aria-hidden />}
          onPress={() => setCompose('story', { scenes: scenes.filter(({ id }) => id !== scene.id) })}
          data-testid="scene-remove"
        />
      </div>
      <TextArea
        label={say('compose.story.scene.text')}
        value={scene.text}
        onChange={(value) => change({ text: value.slice(0, 1000) })}
        placeholder={say('compose.story.scene.placeholder')}
        rows={2}
        data-testid="scene-text"
      />
    </li>
  )
}
