import { Cpu, Plus, Radar, RefreshCw } from 'lucide-react'
import { useEffect, useState, type ReactElement } from 'react'
import type { FoundServer } from '#shared/domain/engine'
import { PanelHelp } from '../help/panel-help'
import { useWords } from '../i18n/i18n'
import { useActions, useStudio } from '../state/context'
import { Button, DialogFrame } from '../widgets'
import { AddServer } from './add-server'
import { EngineCard } from './engine-card'

/** Every engine with its state, device, queue and what is ready there; adds, tests, drains and removes servers. */
export function EnginesDialog(props: { onClose: () => void }): ReactElement {
  const say = useWords()
  const { askEngines, discoverServers, addServer, openDialog } = useActions()
  const engines = useStudio((state) => state.engines)
  const [found, setFound] = useState<readonly FoundServer[]>([])
  // The button that opens the form is not there while the form is; the focus comes back to it, and would else leave the dialog.
  const [adding, setAdding] = useState<'not yet' | 'now' | 'closed'>('not yet')
  const [asking, setAsking] = useState(false)
  const look = async (): Promise<void> => {
    setAsking(true)
    const [servers] = await Promise.all([discoverServers(), askEngines()])
    setFound(servers)
    setAsking(false)
  }
  useEffect(() => {
    let open = true
    void Promise.all([discoverServers(), askEngines()]).then(([servers]) => {
      if (open) setFound(servers)
    })
    return () => {
      open = false
    }
  }, [discoverServers, askEngines])
  // What was added meanwhile is no offer any more.
  const offers = found.filter(({ address }) => !engines.some(({ id, server }) => id === address && server !== undefined))
  return (
    <DialogFrame
      title={say('engines.title')}
      open
      onClose={props.onClose}
      closeLabel={say('dialog.close')}
      width="l"
      help={<PanelHelp topic="engines" />}
      data-testid="engines"
      footer={
        <div className="flex w-full items-center justify-between gap-2">
          <Button
            kind="quiet"
            className="-ml-3"
            icon={<RefreshCw size={14} aria-hidden className={asking ? 'motion-safe:animate-spin' : ''} />}
            isPending={asking}
            onPress={() => void look()}
            data-testid="engines-refresh"
          >
            {say('engines.refresh')}
          </Button>
          {adding === 'now' ? null : (
            <Button
              kind="primary"
              icon={<Plus size={15} aria-hidden />}
              // oxlint-disable-next-line jsx-a11y/no-autofocus -- it comes back to where it was before the form
              autoFocus={adding === 'closed'}
              onPress={() => setAdding('now')}
              data-testid="engines-add"
            >
              {say('engines.add')}
            </Button>
          )}
        </div>
      }
    >
      <div className="flex flex-col gap-3">
        {offers.map((offer) => (
          <section
            key={offer.address}
            className="flex items-center gap-3 rounded-m border border-line bg-accent-wash px-3 py-2.5"
            data-testid="engine-found"
          >
            <Radar size={18} aria-hidden className="shrink-0 text-accent-text" />
            <div className="min-w-0 flex-1">
              <h3 className="font-semibold">{say('engines.found')}</h3>
              <p className="text-text">{say('engines.found.text', { address: offer.address })}</p>
            </div>
            <Button onPress={() => void addServer({ address: offer.address })} data-testid="engine-found-add">
              {say('engines.found.add')}
            </Button>
          </section>
        ))}
        {adding === 'now' ? <AddServer onClose={() => setAdding('closed')} /> : null}
        <ul className="flex flex-col gap-3">
          {engines.map((engine) => (
            <EngineCard key={engine.id} engine={engine} />
          ))}
        </ul>
        {engines.some(({ kind }) => kind !== 'draft') ? null : (
          <div className="flex items-center justify-between gap-3">
            <p className="text-muted">{say('engines.none')}</p>
            <Button
              icon={<Cpu size={14} aria-hidden />}
              onPress={() => openDialog({ type: 'settings', section: 'runtime' })}
              data-testid="engines-local"
            >
              {say('engines.local')}
            </Button>
          </div>
        )}
      </div>
    </DialogFrame>
  )
}
