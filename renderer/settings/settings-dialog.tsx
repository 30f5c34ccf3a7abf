import type { ReactElement, ReactNode } from 'react'
import { useWords } from '../i18n/i18n'
import { engineLabel } from '../i18n/labels'
import { useActions, useStudio } from '../state/context'
import { DialogFrame, NumberEntry, Select } from '../widgets'

/** The settings; each is saved as it is changed. */
export function SettingsDialog(props: { open: boolean; onClose: () => void }): ReactElement {
  const say = useWords()
  const { setSettings } = useActions()
  const settings = useStudio((state) => state.settings)
  const engines = useStudio((state) => state.engines)
  const dataDir = useStudio((state) => state.dataDir)
  const version = useStudio((state) => state.version)
  const chosen = engines.some((engine) => engine.id === settings.engine)
    ? settings.engine
    : (engines.find((engine) => engine.kind === settings.engine)?.id ?? settings.engine)
  return (
    <DialogFrame
      title={say('settings.title')}
      open={props.open}
      onClose={props.onClose}
      closeLabel={say('dialog.close')}
      data-testid="settings"
    >
      <div className="flex flex-col gap-1">
        <Row name={say('settings.language')}>
          <Select
            label={say('settings.language')}
            hideLabel
            value={settings.language}
            onChange={(language) => void setSettings({ language })}
            items={[
              { id: 'system', label: say('settings.language.system') },
              { id: 'en', label: 'English' },
              { id: 'zh', label: '中文' },
            ]}
            data-testid="settings-language"
          />
        </Row>
        <Row name={say('settings.theme')}>
          <Select
            label={say('settings.theme')}
            hideLabel
            value={settings.theme}
            onChange={(theme) => void setSettings({ theme })}
            items={[
              { id: 'system', label: say('settings.theme.system') },
              { id: 'dark', label: say('settings.theme.dark') },
              { id: 'light', label: say('settings.theme.light') },
            ]}
            data-testid="settings-theme"
          />
        </Row>
        <Row name={say('settings.engine')}>
          <Select
            label={say('settings.engine')}
            hideLabel
            value={chosen}
            onChange={(id) => {
              const engine = engines.find((candidate) => candidate.id === id)
              void setSettings({ engine: engine && engine.kind !== 'remote' ? engine.kind : id })
            }}
            items={[
              { id: 'auto', label: say('settings.engine.auto') },
              ...engines.map((engine) => ({ id: engine.id, label: engineLabel(engine, say, say.language) })),
            ]}
            data-testid="settings-engine"
          />
        </Row>
        <Row name={say('settings.threads')} hint={say('settings.threads.hint')}>
          <NumberEntry
            label={say('settings.threads')}
            value={settings.draftThreads}
            onChange={(draftThreads) => void setSettings({ draftThreads })}
            min={0}
            max={64}
            className="w-20"
            data-testid="settings-threads"
          />
        </Row>
        <Row name={say('settings.inFlight')} hint={say('settings.inFlight.hint')}>
          <NumberEntry
            label={say('settings.inFlight')}
            value={settings.maxInFlight}
            onChange={(maxInFlight) => void setSettings({ maxInFlight })}
            min={0}
            max={64}
            className="w-20"
            data-testid="settings-in-flight"
          />
        </Row>
        <Row name={say('settings.failover')} hint={say('settings.failover.hint')}>
          <NumberEntry
            label={say('settings.failover')}
            value={settings.failoverAfter}
            onChange={(failoverAfter) => void setSettings({ failoverAfter })}
            min={5}
            max={86_400}
            className="w-20"
            data-testid="settings-failover"
          />
        </Row>
        <Row name={say('settings.data')}>
          <code data-selectable className="break-all font-sans text-text" data-testid="settings-data">
            {dataDir}
          </code>
        </Row>
        <Row name={say('settings.version')}>
          <span data-selectable>{version}</span>
        </Row>
      </div>
    </DialogFrame>
  )
}

function Row(props: { name: string; hint?: string; children: ReactNode }): ReactElement {
  return (
    <div className="grid min-h-11 grid-cols-[152px_1fr] items-center gap-4">
      <span className="text-muted">{props.name}</span>
      <div className="flex min-w-0 items-center gap-3 [&>:first-child]:min-w-20 [&>div.flex-col]:flex-1">
        {props.children}
        {props.hint ? <span className="text-s text-muted">{props.hint}</span> : null}
      </div>
    </div>
  )
}
