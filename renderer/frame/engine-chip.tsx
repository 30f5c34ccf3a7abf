import { ChevronDown, Server } from 'lucide-react'
import type { ReactElement } from 'react'
import { Button as AriaButton } from 'react-aria-components'
import { engineDots } from '../engines/engine-dots'
import { errorLine } from '../i18n/errors'
import { useWords } from '../i18n/i18n'
import { currentEngine, engineLabel } from '../i18n/labels'
import { useActions, useStudio } from '../state/context'
import { classes, MenuButton, Tip } from '../widgets'

/** Which engine works, on what, and whether it is ready; opens the choice of engines. */
export function EngineChip(): ReactElement {
  const say = useWords()
  const { setSettings, openDialog } = useActions()
  const engines = useStudio((state) => state.engines)
  const setting = useStudio((state) => state.settings.engine)
  const ready = useStudio((state) => state.ready)
  const engine = currentEngine(setting, engines)
  const state = engine ? say(`engine.state.${engine.state}`) : ''
  const help = engine?.error ? errorLine(engine.error, say.language) : engine?.kind === 'draft' ? say('engine.draft.help') : state
  if (!ready) return <div className="skeleton h-7 w-44" />
  return (
    <MenuButton
      label={say('engine.label')}
      entries={[
        {
          id: 'auto',
          label: say('engine.auto'),
          checked: setting === 'auto',
          onAction: () => void setSettings({ engine: 'auto' }),
        },
        ...engines.map((candidate) => ({
          id: candidate.id,
          label: `${engineLabel(candidate, say, say.language)} · ${say(`engine.state.${candidate.state}`)}`,
          checked: setting !== 'auto' && candidate === engine,
          onAction: () => void setSettings({ engine: candidate.kind === 'remote' ? candidate.id : candidate.kind }),
        })),
        {
          id: 'manage-engines',
          label: say('engine.manage'),
          icon: <Server size={14} aria-hidden />,
          onAction: () => openDialog({ type: 'engines' }),
        },
      ]}
    >
      <Tip text={help || say('engine.none')}>
        <AriaButton
          data-testid="engine-chip"
          className="inline-flex h-7 min-w-0 items-center gap-2 whitespace-nowrap rounded-m border border-line px-2.5 text-s text-text tabular-nums transition-colors duration-120 hovered:bg-hover"
        >
          <span aria-hidden className={classes('size-2 shrink-0 rounded-full', engine ? engineDots[engine.state] : 'bg-bad')} />
          <span className="truncate">{engine ? engineLabel(engine, say, say.language) : say('engine.none')}</span>
          <span className={classes('text-muted', engine?.state === 'ready' && 'hidden min-[1180px]:inline')}>
            {engine?.kind === 'draft' && engine.state === 'ready' ? say('engine.drafts') : state}
          </span>
          <ChevronDown size={13} className="shrink-0 text-muted" aria-hidden />
        </AriaButton>
      </Tip>
    </MenuButton>
  )
}
