import type { ReactElement } from 'react'
import { useWords } from '../i18n/i18n'
import { useActions, useStudio } from '../state/context'
import { Button, DialogFrame, Keys } from '../widgets'
import type { ShortcutGroup } from './registry'
import { shortcutsWith } from './remap'

/** Two columns of about the same height. */
const columns: ShortcutGroup[][] = [
  ['general', 'library'],
  ['picture', 'gallery', 'queue'],
]

/** Every shortcut, by group. */
export function ShortcutsDialog(props: { open: boolean; onClose: () => void }): ReactElement {
  const say = useWords()
  const { openDialog } = useActions()
  const wishes = useStudio((state) => state.settings.shortcuts)
  const shortcuts = shortcutsWith(wishes)
  return (
    <DialogFrame
      title={say('shortcuts.title')}
      open={props.open}
      onClose={props.onClose}
      closeLabel={say('dialog.close')}
      width="l"
      data-testid="shortcuts"
      footer={
        <Button onPress={() => openDialog({ type: 'settings', section: 'shortcuts' })} data-testid="shortcuts-change">
          {say('shortcuts.change')}
        </Button>
      }
    >
      <div className="grid grid-cols-2 gap-10">
        {columns.map((groups) => (
          <div key={groups[0]}>
            {groups.map((group) => (
              <section key={group} className="mb-5">
                <h3 className="pb-1 font-semibold">{say(`shortcuts.group.${group}`)}</h3>
                <dl>
                  {shortcuts
                    .filter((shortcut) => shortcut.group === group)
                    .map((shortcut) => (
                      <div key={shortcut.label} className="flex h-7 items-center justify-between gap-4">
                        <dt className="truncate text-muted">{say(shortcut.label)}</dt>
                        <dd>{shortcut.combo === '' ? null : <Keys combo={shortcut.combo} exact />}</dd>
                      </div>
                    ))}
                </dl>
              </section>
            ))}
          </div>
        ))}
      </div>
    </DialogFrame>
  )
}
