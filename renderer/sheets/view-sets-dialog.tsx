import { Check, Download, RefreshCw, Trash2, Upload } from 'lucide-react'
import { useRef, useState, type ReactElement } from 'react'
import { Input, TextField } from 'react-aria-components'
import { viewSetLimits, type ViewSet } from '#shared/domain/view'
import { viewLabel } from '../camera/camera-labels'
import { useWords } from '../i18n/i18n'
import { useActions, useStudio } from '../state/context'
import { Button, DialogFrame, FileInput, IconButton } from '../widgets'
import { readViewSetFile, setOf, viewSetFile } from './view-sets'

const entry =
  'h-8 w-full min-w-0 rounded-m border border-line bg-raised px-2.5 text-text placeholder:text-muted hover:border-edge focus:border-accent'

/** The user's own sets of views: keep the chosen ones under a name, rename, replace, delete, give to others as files. */
export function ViewSetsDialog(props: { onClose: () => void }): ReactElement {
  const say = useWords()
  const { setSettings, setView, fail } = useActions()
  const sets = useStudio((state) => state.settings.viewSets)
  const views = useStudio((state) => state.ui.view.views)
  const [name, setName] = useState('')
  const file = useRef<HTMLInputElement>(null)
  const isFull = sets.length >= viewSetLimits.sets
  const keep = (viewSets: readonly ViewSet[]): void => void setSettings({ viewSets: [...viewSets] })
  const add = (set: Omit<ViewSet, 'id'>): void => keep([...sets, { ...set, id: crypto.randomUUID() }])
  const take = async (chosen: File): Promise<void> => {
    try {
      add(readViewSetFile(await chosen.text()))
    } catch (thrown) {
      fail(thrown)
    }
  }
  return (
    <DialogFrame
      title={say('sets.title')}
      open
      onClose={props.onClose}
      closeLabel={say('dialog.close')}
      data-testid="view-sets-dialog"
      footer={
        <>
          <FileInput
            ref={file}
            accept=".json,application/json"
            data-testid="sets-file"
            onFiles={([chosen]) => void take(chosen)}
          />
          <Button
            icon={<Upload size={14} aria-hidden />}
            isDisabled={isFull}
            onPress={() => file.current?.click()}
            data-testid="sets-import"
          >
            {say('sets.import')}
          </Button>
        </>
      }
    >
      <form
        className="flex items-center gap-2 pb-4"
        onSubmit={(event) => {
          event.preventDefault()
          if (name.trim() === '' || views.length === 0 || isFull) return
          add({ name: name.trim(), views })
          setName('')
        }}
      >
        <TextField aria-label={say('sets.new')} value={name} onChange={setName} className="min-w-0 flex-1" maxLength={60}>
          <Input className={entry} placeholder={say('sets.name')} data-testid="sets-name" />
        </TextField>
        <Button
          kind="primary"
          type="submit"
          isDisabled={name.trim() === '' || views.length === 0 || isFull}
          data-testid="sets-save"
        >
          {say('sets.save', { count: views.length })}
        </Button>
      </form>
      {isFull ? <p className="pb-3 text-s text-muted">{say('sets.full')}</p> : null}
      {sets.length === 0 ? <p className="text-muted">{say('sets.none')}</p> : null}
      <ul className="flex flex-col">
        {sets.map((set) => (
          <SetLine
            key={set.id}
            set={set}
            isChosen={setOf(views, [set]) !== undefined}
            canReplace={views.length > 0}
            onUse={() => {
              setView({ views: set.views })
              props.onClose()
            }}
            onChange={(change) => keep(sets.map((other) => (other.id === set.id ? { ...set, ...change } : other)))}
            onReplace={() => keep(sets.map((other) => (other.id === set.id ? { ...set, views } : other)))}
            onDelete={() => keep(sets.filter((other) => other.id !== set.id))}
          />
        ))}
      </ul>
    </DialogFrame>
  )
}

function SetLine(props: {
  set: ViewSet
  isChosen: boolean
  canReplace: boolean
  onUse: () => void
  onChange: (change: Partial<ViewSet>) => void
  onReplace: () => void
  onDelete: () => void
}): ReactElement {
  const say = useWords()
  const { set } = props
  const [name, setName] = useState(set.name)
  const rename = (): void => {
    if (name.trim() === '') setName(set.name)
    else if (name.trim() !== set.name) props.onChange({ name: name.trim() })
  }
  return (
    <li className="flex flex-col gap-1 border-t border-line py-2.5" data-testid="view-set">
      <div className="flex items-center gap-1">
        <TextField
          aria-label={say('sets.name')}
          value={name}
          onChange={setName}
          onBlur={rename}
          className="min-w-0 flex-1"
          maxLength={60}
        >
          <Input
            className={entry}
            onKeyDown={(event) => {
              if (event.key === 'Enter') rename()
            }}
          />
        </TextField>
        <Button
          size="s"
          icon={props.isChosen ? <Check size={12} aria-hidden /> : undefined}
          onPress={props.onUse}
          data-testid="set-use"
          aria-label={`${say('sets.use')}: ${set.name}`}
        >
          {say('sets.use')}
        </Button>
        <IconButton
          size="s"
          label={say('sets.update')}
          icon={<RefreshCw size={13} aria-hidden />}
          isDisabled={!props.canReplace || props.isChosen}
          onPress={props.onReplace}
          data-testid="set-replace"
        />
        <IconButton
          size="s"
          label={say('sets.export', { name: set.name })}
          icon={<Download size={13} aria-hidden />}
          onPress={() => saveText(`${set.name}.views.json`, viewSetFile(set))}
          data-testid="set-export"
        />
        <IconButton
          size="s"
          kind="danger"
          label={say('sets.delete', { name: set.name })}
          icon={<Trash2 size={13} aria-hidden />}
          onPress={props.onDelete}
          data-testid="set-delete"
        />
      </div>
      <p className="truncate text-s text-muted" title={set.views.map((view) => viewLabel(view, say.language)).join(' · ')}>
        {say('sets.count', { count: set.views.length })} · {set.views.map((view) => viewLabel(view, say.language)).join(' · ')}
      </p>
    </li>
  )
}

/** Gives the user a text as a file. */
function saveText(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  document.body.append(link)
  link.click()
  link.remove()
  // The browser reads it in its own time; a minute is enough for some kilobytes.
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
