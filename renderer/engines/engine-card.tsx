import { ChevronDown, ChevronUp, RefreshCw, Save, Trash2 } from 'lucide-react'
import { useState, type ReactElement, type ReactNode } from 'react'
import type { EngineView, SavedServer } from '#shared/domain/engine'
import { serverLimits } from '#shared/domain/engine'
import { errorWords } from '../i18n/errors'
import { useWords } from '../i18n/i18n'
import { deviceLabel, engineLabel } from '../i18n/labels'
import { useActions } from '../state/context'
import { Button, classes, IconButton, NumberEntry, Tip } from '../widgets'
import { ErrorDetails } from '../widgets/error-details'
import { engineDots } from './engine-dots'
import { WorkflowList } from './workflow-list'

const gigabyte = 2 ** 30

/** One engine: what it is, how it is, and for a server what can be done with it. */
export function EngineCard({ engine }: { engine: EngineView }): ReactElement {
  const say = useWords()
  const { askEngines, addServer } = useActions()
  const [unfolded, setUnfolded] = useState(false)
  const { server, queue, vram, workflows, error, version } = engine
  const isServer = engine.kind === 'remote'
  const device = deviceLabel(engine.device, say.language)
  const title = isServer ? engine.name : engineLabel(engine, say, say.language)
  return (
    <li
      className="rounded-m border border-line bg-raised"
      data-testid="engine-card"
      data-engine={engine.id}
      data-state={engine.state}
    >
      <div className="flex flex-col gap-2.5 p-3">
        <div className="flex min-w-0 items-center gap-2.5">
          <span aria-hidden className={classes('size-2.5 shrink-0 rounded-full', engineDots[engine.state])} />
          <h3 className="min-w-0 truncate font-semibold">{title}</h3>
          <State engine={engine} />
          <div className="flex-1" />
          {server?.tags.map((tag) => (
            <span key={tag} className="rounded-s border border-line px-1.5 text-s text-muted">
              {tag}
            </span>
          ))}
          {isServer ? (
            <IconButton
              size="s"
              label={say('engines.retry')}
              icon={<RefreshCw size={13} aria-hidden />}
              onPress={() => void (server ? addServer({ address: engine.id }) : askEngines())}
              data-testid="engine-retry"
            />
          ) : null}
        </div>
        {isServer ? (
          <p data-selectable className="truncate text-s text-muted">
            {[
              engine.id,
              version === undefined ? '' : say('engines.version', { version }),
              vram ? (device.split(' · ')[0] ?? '') : device,
              server?.hasCertificate ? say('engines.certificate') : '',
              server && server.headerNames.length > 0 ? say('engines.locked', { names: server.headerNames.join(', ') }) : '',
            ]
              .filter(Boolean)
              .join(' · ')}
          </p>
        ) : null}
        {error ? (
          <div className="rounded-s bg-bad-wash px-2.5 py-1.5" data-testid="engine-error">
            <p className="font-semibold text-bad">{errorWords(error, say.language).title}</p>
            <p>{errorWords(error, say.language).next}</p>
            <ErrorDetails error={error} about={engine.id} />
          </div>
        ) : null}
        {vram || queue || workflows ? (
          <dl className="grid grid-cols-3 gap-3">
            {vram ? (
              <Fact name={say('engines.memory.label')}>
                {say('engines.memory', {
                  used: ((vram.total - vram.free) / gigabyte).toFixed(1),
                  total: (vram.total / gigabyte).toFixed(1),
                })}
                <Meter value={1 - vram.free / Math.max(1, vram.total)} />
              </Fact>
            ) : null}
            {queue ? (
              <Fact name={say('engines.queue.label')}>
                {say(queue.ours + queue.others === 0 ? 'engines.queue.empty' : 'engines.queue', queue)}
              </Fact>
            ) : null}
            {workflows ? <Fact name={say('engines.ready.label')}>{say('engines.ready', workflows)}</Fact> : null}
          </dl>
        ) : null}
        {isServer ? (
          <div className="flex min-h-8 flex-wrap items-center gap-2">
            {workflows ? (
              <Button
                size="s"
                kind="quiet"
                aria-expanded={unfolded}
                icon={unfolded ? <ChevronUp size={13} aria-hidden /> : <ChevronDown size={13} aria-hidden />}
                onPress={() => setUnfolded(!unfolded)}
                data-testid="engine-workflows"
              >
                {say(unfolded ? 'engines.workflows.hide' : 'engines.workflows')}
              </Button>
            ) : null}
            <div className="flex-1" />
            {server ? (
              <ServerControls id={engine.id} server={server} />
            ) : (
              <Button
                size="s"
                icon={<Save size={13} aria-hidden />}
                onPress={() => void addServer({ address: engine.id })}
                data-testid="engine-save"
              >
                {say('engines.save')}
              </Button>
            )}
          </div>
        ) : null}
      </div>
      {unfolded ? <WorkflowList engineId={engine.id} /> : null}
    </li>
  )
}

/** The state in words, and what Recast itself holds against it. */
function State({ engine }: { engine: EngineView }): ReactElement {
  const say = useWords()
  const more = engine.server?.drained
    ? say('engines.drained')
    : engine.circuit === 'open'
      ? say('engines.resting')
      : engine.circuit === 'trying'
        ? say('engines.trying')
        : undefined
  return (
    <span className="whitespace-nowrap text-s text-muted" data-testid="engine-state">
      {say(`engine.state.${engine.state}`)}
      {more === undefined ? '' : ` · ${more}`}
    </span>
  )
}

/** The button that asked is gone: its keyboard user goes on at the harmless answer. */
function focusFirst(group: HTMLElement | null): void {
  group?.querySelector('button')?.focus()
}

function ServerControls({ id, server }: { id: string; server: SavedServer }): ReactElement {
  const say = useWords()
  const { updateServer, removeServer } = useActions()
  const [asked, setAsked] = useState<{ jobs: number }>()
  if (asked) {
    const { jobs } = asked
    return (
      <fieldset ref={focusFirst} className="flex items-center gap-2" aria-label={say('engines.remove')}>
        <output className="text-s text-text">
          {jobs > 0 ? say('engines.remove.jobs', { count: jobs }) : say('engines.remove.sure')}
        </output>
        <Button size="s" onPress={() => setAsked(undefined)} data-testid="engine-keep">
          {say('engines.keep')}
        </Button>
        <Button
          size="s"
          kind="danger"
          onPress={() => void removeServer(id, jobs > 0).then((left) => setAsked(left > 0 ? { jobs: left } : undefined))}
          data-testid="engine-remove-sure"
        >
          {say(jobs > 0 ? 'engines.remove.cancel' : 'engines.remove')}
        </Button>
      </fieldset>
    )
  }
  return (
    <>
      <Tip text={say('engines.weight.help')}>
        <span className="text-s text-muted">{say('engines.weight')}</span>
      </Tip>
      <NumberEntry
        label={say('engines.weight')}
        value={server.weight}
        onChange={(weight) => void updateServer({ id, weight })}
        min={serverLimits.weight.min}
        max={serverLimits.weight.max}
        step={0.1}
        className="w-14 shrink-0"
        data-testid="engine-weight"
      />
      <Button
        size="s"
        tip={say('engines.drain.help')}
        onPress={() => void updateServer({ id, drained: !server.drained })}
        data-testid="engine-drain"
      >
        {say(server.drained ? 'engines.undrain' : 'engines.drain')}
      </Button>
      <IconButton
        size="s"
        label={say('engines.remove')}
        icon={<Trash2 size={13} aria-hidden />}
        onPress={() => setAsked({ jobs: 0 })}
        data-testid="engine-remove"
      />
    </>
  )
}

function Fact(props: { name: string; children: ReactNode }): ReactElement {
  return (
    <div className="min-w-0">
      <dt className="text-s text-muted">{props.name}</dt>
      <dd className="truncate tabular-nums">{props.children}</dd>
    </div>
  )
}

/** How full the memory is; the numbers beside it say it in words. */
function Meter({ value }: { value: number }): ReactElement {
  return (
    <span aria-hidden data-testid="engine-memory" className="mt-1 block h-1 overflow-hidden rounded-full bg-line">
      <span
        className={classes('block h-full rounded-full', value > 0.92 ? 'bg-bad' : 'bg-edge')}
        style={{ width: `${Math.round(Math.max(0, Math.min(1, value)) * 100)}%` }}
      />
    </span>
  )
}
