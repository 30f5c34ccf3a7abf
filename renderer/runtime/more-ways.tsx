import { ChevronRight, FolderOpen } from 'lucide-react'
import { useState, type ReactElement, type ReactNode } from 'react'
import { Disclosure, DisclosurePanel, Heading } from 'react-aria-components'
import type { RuntimeMirrors } from '#shared/domain/runtime'
import { mirrorAddress } from '#shared/domain/mirror-address'
import { useSetupWords, type SetupKey } from '../i18n/setup'
import { useActions, useStudio } from '../state/context'
import { useDesktop } from '../state/shell'
import { Button, NumberEntry, TextEntry } from '../widgets'
import type { RuntimeState } from './use-runtime'

/** What the buttons above do not cover: a ComfyUI that is there, installing offline, mirrors, and when the server rests. */
export function MoreWays({ state }: { state: RuntimeState }): ReactElement | null {
  const { runtime } = state
  if (!runtime || runtime.install) return null
  return (
    <div className="flex flex-col gap-1">
      {runtime.current ? null : (
        <>
          <Fold title={'runtime.adopt'}>
            <Adopt state={state} />
          </Fold>
          <Fold title={'runtime.offline'}>
            <Offline state={state} />
          </Fold>
        </>
      )}
      <Fold title={'runtime.mirrors'}>
        <Mirrors />
      </Fold>
      <Fold title={'runtime.rest'}>
        <Rest />
      </Fold>
    </div>
  )
}

/** A part of the panel that is opened when it is wanted. */
export function Fold(props: { title: SetupKey; onOpen?: () => void; children: ReactNode }): ReactElement {
  const { title, onOpen, children } = props
  const setup = useSetupWords()
  return (
    <Disclosure className="group" onExpandedChange={(open) => (open ? onOpen?.() : undefined)}>
      <Heading level={3}>
        <Button
          size="s"
          kind="quiet"
          slot="trigger"
          icon={
            <ChevronRight size={12} aria-hidden className="transition-transform duration-120 group-data-[expanded]:rotate-90" />
          }
          data-testid={title.replace('.', '-')}
        >
          {setup(title)}
        </Button>
      </Heading>
      <DisclosurePanel>
        <div className="flex flex-col gap-3 px-2 pt-1 pb-3">{children}</div>
      </DisclosurePanel>
    </Disclosure>
  )
}

/** Windows copies paths in quotes. */
const pathOf = (typed: string): string => typed.trim().replace(/^"(.*)"$/, '$1')

function Adopt({ state }: { state: RuntimeState }): ReactElement {
  const setup = useSetupWords()
  const desktop = useDesktop()
  const { fail } = useActions()
  const [folder, setFolder] = useState('')
  const [python, setPython] = useState('')
  const [busy, setBusy] = useState(false)
  const choose = async (): Promise<void> => {
    try {
      const { path } = (await desktop?.('dialog.chooseFolder', {})) ?? {}
      if (path !== undefined) setFolder(path)
    } catch (thrown) {
      fail(thrown)
    }
  }
  const use = async (): Promise<void> => {
    const named = pathOf(python)
    setBusy(true)
    await state.ask('runtime.install', { adopt: pathOf(folder), ...(named === '' ? {} : { python: named }) })
    setBusy(false)
  }
  const ready = !busy && pathOf(folder) !== ''
  return (
    <>
      <p className="text-s text-muted">{setup('runtime.adopt.text')}</p>
      <div className="flex items-end gap-2">
        <TextEntry
          label={setup('runtime.adopt.folder')}
          value={folder}
          onChange={setFolder}
          onEnter={() => (ready ? void use() : undefined)}
          className="flex-1"
          data-testid="runtime-adopt-folder"
        />
        {desktop ? (
          <Button icon={<FolderOpen size={14} aria-hidden />} onPress={() => void choose()}>
            {setup('runtime.adopt.choose')}
          </Button>
        ) : null}
      </div>
      <TextEntry label={setup('runtime.adopt.python')} value={python} onChange={setPython} data-testid="runtime-adopt-python" />
      <div>
        <Button isDisabled={!ready} onPress={() => void use()} data-testid="runtime-adopt-do">
          {setup('runtime.adopt.do')}
        </Button>
      </div>
    </>
  )
}

function Offline({ state }: { state: RuntimeState }): ReactElement {
  const setup = useSetupWords()
  const [archive, setArchive] = useState('')
  const gpu = state.hardware?.verdict.device === 'cuda'
  const install = (): void => {
    const path = pathOf(archive)
    void state.ask('runtime.install', {
      ...(gpu ? {} : { device: 'cpu' }),
      offline: true,
      ...(path === '' ? {} : { archive: path }),
    })
  }
  return (
    <>
      <p className="text-s text-muted">{setup('runtime.offline.text')}</p>
      <TextEntry
        label={setup('runtime.offline.archive')}
        value={archive}
        onChange={setArchive}
        data-testid="runtime-offline-archive"
      />
      <div>
        <Button isDisabled={!state.hardware} onPress={install} data-testid="runtime-offline-do">
          {setup('runtime.offline.do')}
        </Button>
      </div>
    </>
  )
}

const mirrorNames = ['packages', 'torch', 'python', 'comfyui'] as const

function Mirrors(): ReactElement {
  const setup = useSetupWords()
  const { setSettings } = useActions()
  const saved = useStudio((state) => state.settings.runtimeMirrors)
  const [typed, setTyped] = useState<RuntimeMirrors>(saved)
  const filled = mirrorNames.flatMap((name) => {
    const address = typed[name]?.trim() ?? ''
    return address === '' ? [] : [[name, address] as const]
  })
  const wrong = filled.filter(([, address]) => !mirrorAddress.test(address)).map(([name]) => name)
  const changed = mirrorNames.some((name) => (typed[name]?.trim() ?? '') !== (saved[name] ?? ''))
  const save = (): void => {
    if (wrong.length === 0) void setSettings({ runtimeMirrors: Object.fromEntries(filled) })
  }
  return (
    <>
      <p className="text-s text-muted">{setup('runtime.mirrors.text')}</p>
      {mirrorNames.map((name) => (
        <TextEntry
          key={name}
          label={setup(`runtime.mirror.${name}`)}
          value={typed[name] ?? ''}
          onChange={(address) => setTyped({ ...typed, [name]: address })}
          onEnter={save}
          placeholder="https://"
          {...(wrong.includes(name) ? { hint: setup('runtime.mirror.wrong') } : {})}
          data-testid={`runtime-mirror-${name}`}
        />
      ))}
      <div className="flex items-center gap-3">
        <Button isDisabled={!changed || wrong.length > 0} onPress={save} data-testid="runtime-mirrors-save">
          {setup('set.save')}
        </Button>
        <output className="text-s text-muted">{!changed && filled.length > 0 ? setup('runtime.mirrors.kept') : ''}</output>
      </div>
    </>
  )
}

const minute = 60

function Rest(): ReactElement {
  const setup = useSetupWords()
  const { setSettings } = useActions()
  const free = useStudio((state) => state.settings.runtimeFreeAfter)
  const stop = useStudio((state) => state.settings.runtimeStopAfter)
  const rows = [
    ['runtime.rest.free', free, (after: number) => setSettings({ runtimeFreeAfter: after })],
    ['runtime.rest.stop', stop, (after: number) => setSettings({ runtimeStopAfter: after })],
  ] as const
  return (
    <>
      {rows.map(([label, seconds, save]) => (
        <div key={label} className="flex items-center justify-between gap-3">
          <span className="text-muted">{setup(label)}</span>
          <NumberEntry
            label={setup(label)}
            value={seconds / minute}
            onChange={(minutes) => void save(Math.round(minutes * minute))}
            min={0}
            max={1440}
            step={0.5}
            className="w-20"
            data-testid={label.replaceAll('.', '-')}
          />
        </div>
      ))}
    </>
  )
}
