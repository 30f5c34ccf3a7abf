import type { ReactElement } from 'react'
import { useWords } from '../i18n/i18n'
import { useSetupWords } from '../i18n/setup'
import { useActions, useStudio } from '../state/context'
import { Button, Select } from '../widgets'
import { Row } from './row'

/** Language, theme, motion, and where everything is kept. */
export function GeneralSection(): ReactElement {
  const say = useWords()
  const setup = useSetupWords()
  const { setSettings, openDialog } = useActions()
  const settings = useStudio((state) => state.settings)
  const dataDir = useStudio((state) => state.dataDir)
  return (
    <>
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
      <Row name={setup('set.motion')}>
        <Select
          label={setup('set.motion')}
          hideLabel
          value={settings.motion}
          onChange={(motion) => void setSettings({ motion })}
          items={[
            { id: 'system', label: setup('set.motion.system') },
            { id: 'reduce', label: setup('set.motion.reduce') },
          ]}
          data-testid="settings-motion"
        />
      </Row>
      <Row name={say('settings.data')} hint={setup('set.data.move')}>
        <code data-selectable className="break-all font-sans text-text" data-testid="settings-data">
          {dataDir}
        </code>
      </Row>
      <Row name={setup('set.again')}>
        <Button onPress={() => openDialog({ type: 'firstRun' })} data-testid="settings-first-run">
          {setup('set.again.run')}
        </Button>
      </Row>
    </>
  )
}
