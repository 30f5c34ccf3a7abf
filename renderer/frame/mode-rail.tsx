import { Boxes, Brush, PenTool, Rotate3d, Server, Settings } from 'lucide-react'
import type { ReactElement, ReactNode } from 'react'
import { ToggleButton, Button as AriaButton } from 'react-aria-components'
import { useWords } from '../i18n/i18n'
import { useActions, useStudio } from '../state/context'
import type { UiState } from '../state/ui'
import { classes, Tip } from '../widgets'

const look =
  'flex w-13 flex-col items-center gap-1 rounded-m py-2 text-s text-muted transition-colors duration-120 hovered:bg-hover hovered:text-text'

/** The modes, each an icon with its name. Pressing the one that is on hides or shows its panel. */
export function ModeRail(): ReactElement {
  const say = useWords()
  const { openDialog } = useActions()
  return (
    <nav aria-label={say('mode.label')} className="flex w-16 shrink-0 flex-col items-center border-r border-line bg-panel py-2">
      <Mode mode="style" label={say('mode.style')} icon={<Brush size={18} aria-hidden />} keys="s" />
      <Mode mode="view" label={say('mode.view')} icon={<Rotate3d size={18} aria-hidden />} keys="v" />
      <Mode mode="compose" label={say('mode.compose')} icon={<PenTool size={18} aria-hidden />} keys="m" />
      <div className="flex-1" />
      <Tip placement="right" text={say('mode.models')}>
        <AriaButton className={classes(look, 'mb-1')} onPress={() => openDialog({ type: 'models' })} data-testid="open-models">
          <Boxes size={18} aria-hidden />
          <span className="whitespace-nowrap">{say('mode.models')}</span>
        </AriaButton>
      </Tip>
      <Tip placement="right" text={say('engines.title')}>
        <AriaButton className={classes(look, 'mb-1')} onPress={() => openDialog({ type: 'engines' })} data-testid="open-engines">
          <Server size={18} aria-hidden />
          <span className="whitespace-nowrap">{say('engines.title')}</span>
        </AriaButton>
      </Tip>
      <Tip placement="right" text={say('mode.settings')} keys="mod+,">
        <AriaButton className={look} onPress={() => openDialog({ type: 'settings' })} data-testid="open-settings">
          <Settings size={18} aria-hidden />
          <span className="whitespace-nowrap">{say('mode.settings')}</span>
        </AriaButton>
      </Tip>
    </nav>
  )
}

function Mode(props: { mode: UiState['mode']; label: string; icon: ReactNode; keys: string }): ReactElement {
  const mode = useStudio((state) => state.ui.mode)
  const left = useStudio((state) => state.ui.left)
  const { setUi, showMode } = useActions()
  // The gallery has a left panel of its own; a mode leads back to the picture.
  const center = useStudio((state) => state.ui.center)
  const on = mode === props.mode && center !== 'gallery'
  return (
    <Tip placement="right" text={props.label} keys={props.keys}>
      <ToggleButton
        isSelected={on}
        data-testid={`mode-${props.mode}`}
        onChange={() => (on ? setUi({ left: { ...left, open: !left.open } }) : showMode(props.mode))}
        className={classes(look, 'mb-1 selected:bg-raised selected:text-accent-text')}
      >
        {props.icon}
        <span className="whitespace-nowrap">{props.label}</span>
      </ToggleButton>
    </Tip>
  )
}
