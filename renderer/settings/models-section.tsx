import { Boxes } from 'lucide-react'
import { useEffect, useState, type ReactElement } from 'react'
import { useSetupWords } from '../i18n/setup'
import { useActions, useStudio } from '../state/context'
import { Button, NumberEntry, TextEntry } from '../widgets'
import { Row } from './row'

/** Where models come from and go to, and the access token: it goes in and never comes out again. */
export function ModelsSection(): ReactElement {
  const setup = useSetupWords()
  const { setSettings, openDialog, downloads } = useActions()
  const models = useStudio((state) => state.models)
  const rate = useStudio((state) => state.settings.downloadRate)
  const saved = useStudio((state) => state.settings.modelEndpoint)
  const [token, setToken] = useState('')
  const [endpoint, setEndpoint] = useState(saved)
  useEffect(() => void downloads.load(), [downloads])
  const kept = models !== undefined && models.tokenFor.length > 0
  const keep = async (value: string): Promise<void> => {
    if (await downloads.setToken(value)) setToken('')
  }
  return (
    <>
      <Row name={setup('set.models.folder')}>
        <code data-selectable className="break-all font-sans text-text">
          {models?.folder ?? ''}
        </code>
      </Row>
      <Row name={setup('set.token')} hint={setup('set.token.hint')}>
        <div className="flex min-w-0 flex-1 items-end gap-2">
          <TextEntry
            label={kept ? setup('set.token.kept', { place: models.tokenFor.join(', ') }) : setup('set.token.none')}
            value={token}
            onChange={setToken}
            onEnter={() => void keep(token)}
            secret
            className="flex-1"
            data-testid="settings-token"
          />
          <Button onPress={() => void keep(token)} isDisabled={token.trim() === ''} data-testid="settings-token-keep">
            {setup('set.token.keep')}
          </Button>
          <Button kind="quiet" onPress={() => void keep('')} isDisabled={!kept} data-testid="settings-token-forget">
            {setup('set.token.forget')}
          </Button>
        </div>
      </Row>
      <Row name={setup('set.endpoint')} hint={setup('set.endpoint.hint')}>
        <div className="flex min-w-0 flex-1 items-end gap-2">
          <TextEntry
            label={models?.endpoint ?? ''}
            value={endpoint}
            onChange={setEndpoint}
            onEnter={() => void setSettings({ modelEndpoint: endpoint.trim() })}
            placeholder="https://"
            className="flex-1"
            data-testid="settings-endpoint"
          />
          <Button
            onPress={() => void setSettings({ modelEndpoint: endpoint.trim() })}
            isDisabled={endpoint.trim() === saved}
            data-testid="settings-endpoint-save"
          >
            {setup('set.save')}
          </Button>
        </div>
      </Row>
      <Row name={setup('set.rate')} hint={setup('set.rate.hint')}>
        <NumberEntry
          label={setup('set.rate')}
          value={rate}
          onChange={(downloadRate) => void setSettings({ downloadRate })}
          min={0}
          max={10_000_000}
          className="w-28"
        />
      </Row>
      <Row name={setup('set.models')}>
        <Button
          icon={<Boxes size={14} aria-hidden />}
          onPress={() => openDialog({ type: 'models' })}
          data-testid="settings-open-models"
        >
          {setup('set.models.open')}
        </Button>
      </Row>
    </>
  )
}
