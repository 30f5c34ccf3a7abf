import { Copy, Trash2, Undo2 } from 'lucide-react'
import { useState, type ReactElement } from 'react'
import type { InstallationView } from '#shared/domain/runtime'
import { useWords } from '../i18n/i18n'
import { useSetupWords } from '../i18n/setup'
import { Button, IconButton, TextEntry } from '../widgets'
import type { RuntimeState } from './use-runtime'

const nameLimit = 80

/** Installations to go back to: those that the user copied, by date and name, and those that updates and repairs left. */
export function Snapshots({ state }: { state: RuntimeState }): ReactElement | null {
  const setup = useSetupWords()
  const { runtime, ask } = state
  const [name, setName] = useState('')
  const [busy, setBusy] = useState(false)
  if (!runtime?.current || runtime.install) return null
  const own = !runtime.current.adopted
  if (!own && runtime.snapshots.length === 0) return null
  const during = async (work: Promise<void>): Promise<void> => {
    setBusy(true)
    await work
    setBusy(false)
  }
  const take = (): void => {
    const called = name.trim().slice(0, nameLimit)
    setName('')
    void during(ask('runtime.snapshot', called === '' ? {} : { name: called }))
  }
  return (
    <section className="flex flex-col gap-2" data-testid="runtime-snapshots">
      <h3 className="font-semibold">{setup('runtime.snapshots')}</h3>
      <p className="text-s text-muted">{setup('runtime.snapshots.text')}</p>
      {runtime.snapshots.length === 0 ? null : (
        <ul className="flex flex-col divide-y divide-line rounded-m border border-line">
          {runtime.snapshots.map((snapshot) => (
            <Row
              key={snapshot.id}
              snapshot={snapshot}
              isDisabled={busy}
              onBack={() => void during(ask('runtime.rollback', { id: snapshot.id }))}
              onDelete={() => void during(ask('runtime.discard', { id: snapshot.id }))}
            />
          ))}
        </ul>
      )}
      {own ? (
        <div className="flex items-end gap-2">
          <TextEntry
            label={setup('runtime.snapshot.name')}
            placeholder={setup('runtime.snapshot.example')}
            value={name}
            onChange={setName}
            onEnter={busy ? () => undefined : take}
            className="max-w-80 flex-1"
            data-testid="runtime-snapshot-name"
          />
          <Button icon={<Copy size={14} aria-hidden />} isDisabled={busy} onPress={take} data-testid="runtime-snapshot">
            {setup('runtime.snapshot')}
          </Button>
        </div>
      ) : null}
    </section>
  )
}

function Row({
  snapshot: { name, version, torch, takenAt, installedAt },
  isDisabled,
  onBack,
  onDelete,
}: {
  snapshot: InstallationView
  isDisabled: boolean
  onBack: () => void
  onDelete: () => void
}): ReactElement {
  const setup = useSetupWords()
  const say = useWords()
  /** `kept`: was asked and answered no, so that the focus goes back to where it came from. */
  const [asked, setAsked] = useState<'not' | 'now' | 'kept'>('not')
  const title = name ?? setup(takenAt === undefined ? 'runtime.snapshot.former' : 'runtime.snapshot.unnamed')
  const when = new Date(takenAt ?? installedAt).toLocaleString(say.language, { dateStyle: 'medium', timeStyle: 'short' })
  return (
    <li className="flex flex-wrap items-center gap-2 px-3 py-2" data-testid="runtime-snapshot-row">
      <div className="min-w-40 flex-1">
        <p className="truncate">{title}</p>
        <p className="truncate text-s text-muted">
          {[when, `ComfyUI ${version}`, torch === undefined ? '' : `torch ${torch}`].filter(Boolean).join(' · ')}
        </p>
      </div>
      {asked === 'now' ? (
        <>
          <p className="text-s">{setup('runtime.snapshot.delete.text')}</p>
          <Button size="s" kind="danger" isDisabled={isDisabled} onPress={onDelete} data-testid="runtime-discard-really">
            {setup('runtime.snapshot.delete')}
          </Button>
          {/* oxlint-disable-next-line jsx-a11y/no-autofocus -- it takes the place of the button that was pressed */}
          <Button size="s" autoFocus onPress={() => setAsked('kept')}>
            {setup('runtime.keep')}
          </Button>
        </>
      ) : (
        <>
          <Button
            size="s"
            icon={<Undo2 size={12} aria-hidden />}
            isDisabled={isDisabled}
            onPress={onBack}
            aria-label={`${setup('runtime.rollback')}: ${title}`}
            data-testid="runtime-rollback"
          >
            {setup('runtime.rollback')}
          </Button>
          <IconButton
            size="s"
            kind="quiet"
            icon={<Trash2 size={12} aria-hidden />}
            label={`${setup('runtime.snapshot.delete')}: ${title}`}
            isDisabled={isDisabled}
            // oxlint-disable-next-line jsx-a11y/no-autofocus -- the focus comes back to where it was
            autoFocus={asked === 'kept'}
            onPress={() => setAsked('now')}
            data-testid="runtime-discard"
          />
        </>
      )}
    </li>
  )
}
