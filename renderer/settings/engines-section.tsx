import { Server } from 'lucide-react'
import type { ReactElement } from 'react'
import { useWords } from '../i18n/i18n'
import { engineLabel } from '../i18n/labels'
import { useSetupWords } from '../i18n/setup'
import { useActions, useStudio } from '../state/context'
import { Button, NumberEntry, Select } from '../widgets'
import { Row } from './row'

/** Which engine works, and how hard the draft engine may. */
export function EnginesSection(): ReactElement {
  const say = useWords()
  const setup = useSetupWords()
  const { setSettings, openDialog } = useActions()
  const settings = useStudio((state) => state.settings)
  const engines = useStudio((state) => state.engines)
  const chosen = engines.some((engine) => engine.id === settings.engine)
    ? settings.engine
    : (engines.find((engine) => engine.kind === settings.engine)?.id ?? settings.engine)
  return (
    <>
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
      <Row name={setup('set.servers')}>
        <Button
          icon={<Server size={14} aria-hidden />}
          onPress={() => openDialog({ type: 'engines' })}
          data-testid="settings-open-engines"
        >
          {setup('set.servers.open')}
        </Button>
      </Row>
    </>
  )
}
