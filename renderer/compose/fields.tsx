import { Dices, Lock } from 'lucide-react'
import type { ReactElement, ReactNode } from 'react'
import { maxSeed } from '#shared/domain/id'
import type { WorkflowView } from '#shared/domain/workflow'
import { useWords } from '../i18n/i18n'
import { engineLabel } from '../i18n/labels'
import { useActions, useStudio } from '../state/context'
import { IconButton, NumberEntry, Segmented, Select } from '../widgets'
import { sizePresets, type ComposeSize } from './compose-values'

const whole: Intl.NumberFormatOptions = { useGrouping: false, maximumFractionDigits: 0 }

/** A line of the panel: what it is at the left, its control at the right. */
export function Row(props: { label: string; children: ReactNode }): ReactElement {
  return (
    <div className="flex min-h-9 items-center justify-between gap-3">
      <span className="shrink-0 text-muted">{props.label}</span>
      <div className="flex min-w-0 items-center gap-1">{props.children}</div>
    </div>
  )
}

/** How many results are made. */
export function CountField(props: {
  label: string
  value: number
  counts: readonly number[]
  onChange: (count: number) => void
}): ReactElement {
  return (
    <Row label={props.label}>
      <Segmented
        label={props.label}
        size="s"
        value={String(props.counts.includes(props.value) ? props.value : props.counts[0])}
        onChange={(count) => props.onChange(Number(count))}
        items={props.counts.map((count) => ({ id: String(count), label: String(count), testId: `compose-count-${count}` }))}
      />
    </Row>
  )
}

/** A new seed each time, or one that is kept. */
export function SeedField(props: { seed: number | undefined; onChange: (seed: number | undefined) => void }): ReactElement {
  const say = useWords()
  const { seed } = props
  const locked = seed !== undefined
  return (
    <Row label={say('style.seed')}>
      {locked ? (
        <NumberEntry
          label={say('style.seed')}
          value={seed}
          onChange={props.onChange}
          min={0}
          max={maxSeed}
          format={whole}
          className="w-32"
          data-testid="compose-seed"
        />
      ) : (
        <span className="text-muted">{say('style.seed.random')}</span>
      )}
      <IconButton
        size="s"
        label={say(locked ? 'style.seed.unlock' : 'style.seed.lock')}
        icon={locked ? <Lock size={13} aria-hidden className="text-accent-text" /> : <Dices size={14} aria-hidden />}
        onPress={() => props.onChange(locked ? undefined : Math.floor(Math.random() * 1_000_000_000))}
        data-testid="compose-seed-lock"
      />
    </Row>
  )
}

/** The size of what is made: the workflow's (or the picture's) own, a preset, or typed. */
export function SizeField(props: {
  size: ComposeSize | undefined
  /** What no size means here. */
  auto: string
  onChange: (size: ComposeSize | undefined) => void
}): ReactElement {
  const say = useWords()
  const { size, onChange } = props
  const preset = size && sizePresets.find((each) => each.size.width === size.width && each.size.height === size.height)
  return (
    <div className="flex flex-col gap-1 py-1">
      <Select
        label={say('compose.size')}
        value={size ? (preset?.id ?? 'own') : 'auto'}
        onChange={(id) => {
          if (id === 'auto') onChange(undefined)
          else if (id === 'own') onChange(size ?? { width: 1024, height: 768 })
          else onChange(sizePresets.find((each) => each.id === id)?.size)
        }}
        items={[
          { id: 'auto', label: props.auto },
          ...sizePresets.map((each) => ({ id: each.id, label: `${each.id} · ${each.size.width} × ${each.size.height}` })),
          { id: 'own', label: say('compose.size.own') },
        ]}
        data-testid="compose-size"
      />
      {size ? (
        <div className="flex items-center justify-end gap-1.5">
          <NumberEntry
            label={say('compose.size.width')}
            value={size.width}
            onChange={(width) => onChange({ ...size, width })}
            min={256}
            max={4096}
            step={8}
            format={whole}
            className="w-17"
            data-testid="compose-width"
          />
          <span aria-hidden className="text-muted">
            ×
          </span>
          <NumberEntry
            label={say('compose.size.height')}
            value={size.height}
            onChange={(height) => onChange({ ...size, height })}
            min={256}
            max={4096}
            step={8}
            format={whole}
            className="w-17"
            data-testid="compose-height"
          />
        </div>
      ) : null}
    </div>
  )
}

/** Which engine composes, and by which of its workflows. */
export function EngineFields(props: {
  workflows: readonly WorkflowView[] | undefined
  edit: string
  workflowId: string | undefined
  onWorkflow?: (workflowId: string | undefined) => void
}): ReactElement | null {
  const say = useWords()
  const { setComposeEngine } = useActions()
  const engines = useStudio((state) => state.engines).filter(({ kind }) => kind !== 'draft')
  const chosen = useStudio((state) => state.ui.compose.engine)
  const fitting = (props.workflows ?? []).filter(({ edit }) => edit === props.edit)
  if (engines.length === 0) return null
  return (
    <div className="flex flex-col gap-2 py-1">
      <Select
        label={say('engine.label')}
        value={engines.some(({ id }) => id === chosen) ? chosen : 'auto'}
        onChange={setComposeEngine}
        items={[
          { id: 'auto', label: say('engine.auto') },
          ...engines.map((engine) => ({ id: engine.id, label: engineLabel(engine, say, say.language) })),
        ]}
        data-testid="compose-engine"
      />
      {props.onWorkflow ? (
        <Select
          label={say('compose.workflow')}
          value={props.workflowId ?? 'auto'}
          onChange={(id) => props.onWorkflow?.(id === 'auto' ? undefined : id)}
          items={[
            { id: 'auto', label: say('compose.workflow.auto') },
            ...fitting.map((workflow) => ({
              id: workflow.id,
              label: workflow.title[say.language],
              hint:
                workflow.ready === false
                  ? say('compose.workflow.lacks', { count: workflow.missing.length })
                  : workflow.summary[say.language],
            })),
          ]}
          data-testid="compose-workflow"
        />
      ) : null}
    </div>
  )
}
