import { CircleHelp } from 'lucide-react'
import type { ReactElement } from 'react'
import { Dialog, DialogTrigger, Popover } from 'react-aria-components'
import { useWords } from '../i18n/i18n'
import type { WordKey } from '../i18n/words'
import { shortcuts } from '../shortcuts/registry'
import { useDesktop } from '../state/shell'
import { IconButton, Keys } from '../widgets'

/** The panels that explain themselves. */
export type HelpTopic = 'style' | 'view' | 'compose' | 'models' | 'engines' | 'gallery' | 'queue'

/** What each is called, and the shortcuts that are told with it. */
const topics: Record<HelpTopic, { name: WordKey; keys: readonly WordKey[] }> = {
  style: { name: 'style.title', keys: ['shortcuts.styleMode', 'shortcuts.run', 'shortcuts.applyTile', 'shortcuts.lift'] },
  view: { name: 'view.title', keys: ['shortcuts.viewMode', 'shortcuts.run'] },
  compose: { name: 'compose.title', keys: ['shortcuts.composeMode', 'shortcuts.run'] },
  models: { name: 'mode.models', keys: [] },
  engines: { name: 'engines.title', keys: [] },
  gallery: {
    name: 'gallery.title',
    keys: ['shortcuts.gallery', 'shortcuts.star', 'shortcuts.reject', 'shortcuts.compareResults'],
  },
  queue: { name: 'queue.title', keys: ['shortcuts.queue', 'shortcuts.pause', 'shortcuts.moveJob'] },
}

/** The question mark of a panel: a few sentences on what it is for, and its keys. */
export function PanelHelp(props: { topic: HelpTopic }): ReactElement {
  const say = useWords()
  const desktop = useDesktop()
  const { name, keys } = topics[props.topic]
  const label = say('help.label', { panel: say(name) })
  const told = shortcuts.filter((shortcut) => keys.includes(shortcut.label))
  return (
    <DialogTrigger>
      <IconButton size="s" label={label} icon={<CircleHelp size={14} aria-hidden />} data-testid={`help-${props.topic}`} />
      <Popover
        placement="bottom end"
        className="w-80 rounded-m border border-line bg-raised p-4 entering:animate-[rise_var(--quick)_var(--ease)]"
      >
        <Dialog aria-label={label} className="flex flex-col gap-3 outline-none" data-testid="panel-help">
          <h3 className="font-semibold">{say(name)}</h3>
          <p className="leading-relaxed">{say(`help.${props.topic}`)}</p>
          {desktop && props.topic === 'gallery' ? <p className="leading-relaxed">{say('help.dragOut')}</p> : null}
          {told.length > 0 ? (
            <dl aria-label={say('help.keys')} className="flex flex-col gap-1.5 border-t border-line pt-3">
              {told.map((shortcut) => (
                <div key={shortcut.label} className="flex items-center justify-between gap-3">
                  <dt className="text-muted">{say(shortcut.label)}</dt>
                  <dd>
                    <Keys combo={shortcut.combo} />
                  </dd>
                </div>
              ))}
            </dl>
          ) : null}
        </Dialog>
      </Popover>
    </DialogTrigger>
  )
}
