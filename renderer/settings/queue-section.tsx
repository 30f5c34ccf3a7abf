import { useState, type ReactElement } from 'react'
import { useWords } from '../i18n/i18n'
import { useSetupWords } from '../i18n/setup'
import { useActions, useStudio } from '../state/context'
import { Check, NumberEntry } from '../widgets'
import { askToNotify, canNotify } from '../notify/notify'
import { KeepRow } from './keep-row'
import { Row } from './row'

/** How much runs at once, how long things are kept, and whether the system tells of the end of a long batch. */
export function QueueSection(): ReactElement {
  const say = useWords()
  const setup = useSetupWords()
  const { setSettings } = useActions()
  const settings = useStudio((state) => state.settings)
  const [denied, setDenied] = useState(false)
  const notify = async (on: boolean): Promise<void> => {
    const allowed = !on || (await askToNotify())
    setDenied(!allowed)
    void setSettings({ notify: on && allowed })
  }
  return (
    <>
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
      <KeepRow />
      <Row name={setup('set.trash')} hint={setup('set.trash.hint')}>
        <NumberEntry
          label={setup('set.trash')}
          value={settings.trashDays}
          onChange={(trashDays) => void setSettings({ trashDays })}
          min={0}
          max={3650}
          className="w-20"
          data-testid="settings-trash-days"
        />
      </Row>
      <Row
        name={setup('set.notify')}
        hint={denied ? setup('set.notify.denied') : canNotify() ? setup('set.notify.hint') : setup('set.notify.absent')}
      >
        <Check
          label={setup('set.notify.label')}
          value={settings.notify}
          onChange={(on) => void notify(on)}
          disabled={!canNotify() && !settings.notify}
          data-testid="settings-notify"
        />
      </Row>
    </>
  )
}
