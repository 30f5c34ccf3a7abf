import { RotateCcw } from 'lucide-react'
import { useState, type KeyboardEvent, type ReactElement } from 'react'
import { useWords } from '../i18n/i18n'
import { useSetupWords } from '../i18n/setup'
import { useActions, useStudio } from '../state/context'
import { Button, classes, IconButton, isMac, Keys } from '../widgets'
import { keyLabels } from './combo'
import type { Shortcut, ShortcutCommand, ShortcutGroup } from './registry'
import { judgeStroke, shortcutsWith, wishesWith, type RemapAnswer } from './remap'

const groups: ShortcutGroup[] = ['general', 'picture', 'library', 'gallery', 'queue']

/** Every command with its key; a press on the key waits for another one. Conflicts are said before anything changes. */
export function ShortcutEditor(): ReactElement {
  const say = useWords()
  const setup = useSetupWords()
  const { setSettings } = useActions()
  const wishes = useStudio((state) => state.settings.shortcuts)
  const [waiting, setWaiting] = useState<ShortcutCommand | undefined>(undefined)
  const [answer, setAnswer] = useState<RemapAnswer | undefined>(undefined)
  const put = (command: ShortcutCommand, combo: string | undefined, from?: ShortcutCommand): void => {
    void setSettings({ shortcuts: wishesWith(wishes, command, combo, from) })
    setWaiting(undefined)
    setAnswer(undefined)
  }
  const onKeyDown = (command: ShortcutCommand, event: KeyboardEvent): void => {
    // Tab leaves: nobody is held here.
    if (waiting !== command || event.key === 'Tab') return
    event.preventDefault()
    event.stopPropagation()
    if (event.key === 'Escape') {
      setWaiting(undefined)
      setAnswer(undefined)
      return
    }
    const next = judgeStroke(event, command, wishes, isMac())
    if (next.type === 'taken') put(command, next.combo)
    else if (next.type !== 'more') setAnswer(next)
  }
  const list = shortcutsWith(wishes)
  return (
    <div>
      <div className="flex justify-end pb-2">
        <Button
          size="s"
          icon={<RotateCcw size={12} aria-hidden />}
          isDisabled={Object.keys(wishes).length === 0}
          onPress={() => void setSettings({ shortcuts: {} })}
          data-testid="shortcuts-reset"
        >
          {setup('keys.reset.all')}
        </Button>
      </div>
      {groups.map((group) => (
        <section key={group} className="mb-4">
          <h3 className="pb-1 font-semibold">{say(`shortcuts.group.${group}`)}</h3>
          <ul>
            {list
              .filter(
                (shortcut): shortcut is Shortcut & { command: ShortcutCommand } =>
                  shortcut.group === group && shortcut.command !== undefined,
              )
              .map(({ command, combo, label }) => {
                const mine = waiting === command
                return (
                  <li key={command} className="flex min-h-8 flex-wrap items-center gap-2">
                    <span className="min-w-0 flex-1 truncate text-muted">{say(label)}</span>
                    {wishes[command] === undefined ? null : (
                      <IconButton
                        size="s"
                        label={setup('keys.reset', { what: say(label) })}
                        icon={<RotateCcw size={12} aria-hidden />}
                        onPress={() => put(command, undefined)}
                        data-testid={`shortcut-reset-${command}`}
                      />
                    )}
                    <button
                      type="button"
                      data-testid={`shortcut-${command}`}
                      aria-label={`${say(label)}: ${combo === '' ? setup('keys.none') : keyLabels(combo, isMac()).join(' ')}. ${setup(mine ? 'keys.press' : 'keys.change')}`}
                      onClick={() => {
                        setWaiting(command)
                        setAnswer(undefined)
                      }}
                      onKeyDown={(event) => onKeyDown(command, event)}
                      onBlur={() => {
                        // The offer to take the key from another command is a button beside it.
                        if (answer === undefined) setWaiting((now) => (now === command ? undefined : now))
                      }}
                      className={classes(
                        'inline-flex h-7 min-w-24 items-center justify-end rounded-m border px-2 transition-colors duration-120 hover:bg-hover',
                        mine ? 'border-accent text-accent-text' : 'border-line text-muted',
                      )}
                    >
                      {mine ? setup('keys.press') : combo === '' ? setup('keys.none') : <Keys combo={combo} exact />}
                    </button>
                    {mine && answer && answer.type !== 'taken' && answer.type !== 'more' ? (
                      <p
                        role="alert"
                        className="flex w-full items-center justify-end gap-2 pb-1 text-s text-text"
                        data-testid="shortcut-conflict"
                      >
                        <Keys combo={answer.combo} exact />
                        {answer.type === 'kept' ? setup('keys.kept') : setup('keys.conflict', { other: say(answer.with.label) })}
                        {answer.type === 'conflict' ? (
                          <Button
                            size="s"
                            onPress={() => put(command, answer.combo, answer.with.command)}
                            data-testid="shortcut-take"
                          >
                            {setup('keys.take')}
                          </Button>
                        ) : null}
                      </p>
                    ) : null}
                  </li>
                )
              })}
          </ul>
        </section>
      ))}
    </div>
  )
}
