import { ChevronDown, CircleHelp, FolderOpen, ImagePlus, Moon, PanelRight, Plus, Redo2, Sun, Undo2 } from 'lucide-react'
import type { ReactElement } from 'react'
import { Button as AriaButton } from 'react-aria-components'
import { useWords } from '../i18n/i18n'
import { duration, percent } from '../i18n/format'
import { useActions, useStudio } from '../state/context'
import { isPending, progressOf } from '../state/jobs'
import { usePickers } from '../library-intake/pickers'
import { IconButton, MenuButton, Segmented } from '../widgets'
import { EngineChip } from './engine-chip'
import { useTheme } from '../theme/theme'
import { stepName } from './step-name'

/** The top bar: opening pictures, undo, the engine, language, theme, help, and the queue when its panel is hidden. */
export function TopBar(): ReactElement {
  const say = useWords()
  const { openDialog, setSettings, undo, redo } = useActions()
  const pickers = usePickers()
  const theme = useTheme()
  const lastDone = useStudio((state) => state.undo.done.at(-1))
  const lastUndone = useStudio((state) => state.undo.undone.at(-1))
  return (
    <header className="flex h-11 shrink-0 items-center gap-2 border-b border-line bg-panel pl-4 pr-3">
      <h1 className="mr-2 text-l font-semibold tracking-tight">{say('app.name')}</h1>
      <MenuButton
        label={say('bar.import')}
        entries={[
          {
            id: 'open-files',
            label: say('bar.import'),
            icon: <ImagePlus size={14} aria-hidden />,
            keys: 'mod+o',
            onAction: pickers.files,
          },
          {
            id: 'open-folder',
            label: say('bar.importFolder'),
            icon: <FolderOpen size={14} aria-hidden />,
            onAction: pickers.folder,
          },
        ]}
      >
        <AriaButton
          data-testid="import-menu"
          className="inline-flex h-7 items-center gap-1 whitespace-nowrap rounded-m px-2 text-muted transition-colors duration-120 hovered:bg-hover hovered:text-text"
        >
          <Plus size={15} aria-hidden />
          {say('bar.add')}
          <ChevronDown size={13} aria-hidden />
        </AriaButton>
      </MenuButton>
      <div className="flex">
        <IconButton
          label={lastDone ? say('bar.undo.what', { what: stepName(lastDone, say) }) : say('bar.undo')}
          icon={<Undo2 size={15} aria-hidden />}
          keys="mod+z"
          isDisabled={!lastDone}
          onPress={() => void undo()}
          data-testid="undo"
        />
        <IconButton
          label={lastUndone ? say('bar.redo.what', { what: stepName(lastUndone, say) }) : say('bar.redo')}
          icon={<Redo2 size={15} aria-hidden />}
          keys="mod+shift+z"
          isDisabled={!lastUndone}
          onPress={() => void redo()}
          data-testid="redo"
        />
      </div>
      <div className="flex-1" />
      <EngineChip />
      <Segmented
        label={say('bar.language')}
        size="s"
        value={say.language}
        onChange={(language) => void setSettings({ language })}
        items={[
          { id: 'en', label: 'EN', ariaLabel: 'English', testId: 'language-en' },
          { id: 'zh', label: '中', ariaLabel: '中文', testId: 'language-zh' },
        ]}
        data-testid="language"
      />
      <div className="flex">
        <IconButton
          label={say(theme === 'dark' ? 'bar.theme.toLight' : 'bar.theme.toDark')}
          icon={theme === 'dark' ? <Sun size={15} aria-hidden /> : <Moon size={15} aria-hidden />}
          onPress={() => void setSettings({ theme: theme === 'dark' ? 'light' : 'dark' })}
          data-testid="theme"
        />
        <IconButton
          label={say('bar.help')}
          icon={<CircleHelp size={15} aria-hidden />}
          keys="?"
          onPress={() => openDialog({ type: 'shortcuts' })}
          data-testid="open-shortcuts"
        />
        <QueueToggle />
      </div>
    </header>
  )
}

/** Hides and shows the right panel; while that is hidden it says how the work goes. */
function QueueToggle(): ReactElement {
  const say = useWords()
  const { setUi } = useActions()
  const right = useStudio((state) => state.ui.right)
  const summary = useStudio((state) => {
    if (state.ui.right.open) return ''
    const active = state.jobs.active.flatMap((id) => state.jobs.byId[id] ?? [])
    const job = active.find((each) => !isPending(state.jobs, each)) ?? active[0]
    if (!job) return state.queue.queued > 0 ? String(state.queue.queued) : ''
    const { progress, etaMs } = progressOf(state.jobs, job)
    const more = state.queue.queued + state.queue.active - 1
    return [
      isPending(state.jobs, job) ? say('job.state.pending') : `${percent(progress)} %`,
      etaMs === undefined ? '' : duration(etaMs),
      more > 0 ? `+${more}` : '',
    ]
      .filter(Boolean)
      .join(' · ')
  })
  return (
    <div className="flex items-center">
      <IconButton
        label={say(right.open ? 'panel.collapse' : 'panel.expand')}
        icon={<PanelRight size={15} aria-hidden />}
        keys="mod+j"
        onPress={() => setUi({ right: { ...right, open: !right.open } })}
        data-testid="toggle-right"
      />
      {summary === '' ? null : <span className="min-w-20 pl-1 text-s text-accent-text">{summary}</span>}
    </div>
  )
}
