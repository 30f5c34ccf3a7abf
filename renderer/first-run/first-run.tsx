import { Cpu, PencilRuler, Server } from 'lucide-react'
import { useState, type ReactElement, type ReactNode } from 'react'
import { Radio, RadioGroup } from 'react-aria-components'
import type { CallOutput } from '#shared/contract/calls'
import { TestAnswer } from '../engines/test-answer'
import { useWords } from '../i18n/i18n'
import { useSetupWords } from '../i18n/setup'
import { HardwareFacts } from '../runtime/hardware-facts'
import { useRuntime } from '../runtime/use-runtime'
import { useActions, useStudio } from '../state/context'
import { Button, DialogFrame, Segmented, TextEntry } from '../widgets'

type Way = 'gpu' | 'remote' | 'draft'

/** The first questions: what works, in which language, and where things are kept. Passing over them gives drafts; nothing is downloaded. */
export function FirstRunDialog(props: { onClose: () => void }): ReactElement {
  const say = useWords()
  const setup = useSetupWords()
  const { setSettings, openDialog, addServer } = useActions()
  const dataDir = useStudio((state) => state.dataDir)
  const { hardware, runtime } = useRuntime()
  const [chosen, setWay] = useState<Way | undefined>(undefined)
  const [address, setAddress] = useState('')
  const [busy, setBusy] = useState(false)
  const gpu = hardware?.verdict.device === 'cuda'
  const way = chosen ?? (gpu ? 'gpu' : 'draft')
  const leave = (): void => {
    void setSettings({ welcomed: true })
    props.onClose()
  }
  const finish = async (): Promise<void> => {
    if (way === 'remote') {
      setBusy(true)
      const added = await addServer({ address: address.trim() })
      setBusy(false)
      if (!added) return
      await setSettings({ engine: 'auto', welcomed: true })
      return props.onClose()
    }
    await setSettings({ engine: way === 'draft' ? 'draft' : 'auto', welcomed: true })
    // Installing begins by its own button, where sizes and progress are.
    if (way === 'gpu') openDialog({ type: 'settings', section: 'runtime' })
    else props.onClose()
  }
  return (
    <DialogFrame
      title={setup('first.title')}
      open
      onClose={leave}
      closeLabel={say('dialog.close')}
      width="l"
      data-testid="first-run"
      footer={
        <>
          <Button kind="quiet" className="-ml-3 mr-auto" onPress={leave} data-testid="first-run-skip">
            {setup('first.skip')}
          </Button>
          <Button
            kind="primary"
            onPress={() => void finish()}
            isPending={busy}
            isDisabled={way === 'remote' && address.trim() === ''}
            data-testid="first-run-done"
          >
            {setup(way === 'gpu' && runtime?.current === undefined ? 'first.done.gpu' : 'first.done')}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-5">
        <Question number={1} title={setup('first.engine')}>
          <HardwareFacts hardware={hardware} />
          <RadioGroup
            aria-label={setup('first.engine')}
            value={way}
            onChange={(value) => setWay(value as Way)}
            className="grid grid-cols-3 gap-2"
          >
            <Choice id="gpu" icon={<Cpu size={18} aria-hidden />} title={setup('first.gpu')}>
              {setup(hardware === undefined || gpu ? 'first.gpu.text' : 'first.gpu.none')}
            </Choice>
            <Choice id="remote" icon={<Server size={18} aria-hidden />} title={setup('first.remote')}>
              {setup('first.remote.text')}
            </Choice>
            <Choice id="draft" icon={<PencilRuler size={18} aria-hidden />} title={setup('first.draft')}>
              {setup('first.draft.text')}
            </Choice>
          </RadioGroup>
          {way === 'remote' ? <Remote address={address} onChange={setAddress} /> : null}
        </Question>
        <Question number={2} title={say('settings.language')}>
          <Segmented
            label={say('settings.language')}
            value={say.language}
            onChange={(language) => void setSettings({ language })}
            items={[
              { id: 'en', label: 'English', testId: 'first-run-en' },
              { id: 'zh', label: '中文', testId: 'first-run-zh' },
            ]}
          />
        </Question>
        <Question number={3} title={say('settings.data')}>
          <code data-selectable className="break-all font-sans">
            {dataDir}
          </code>
          <p className="text-s text-muted">{setup('set.data.move')}</p>
        </Question>
      </div>
    </DialogFrame>
  )
}

function Question(props: { number: number; title: string; children: ReactNode }): ReactElement {
  return (
    <section className="flex flex-col gap-2">
      <h3 className="font-semibold">
        <span className="text-accent-text tabular-nums">{props.number}</span>
        <span className="pl-2">{props.title}</span>
      </h3>
      {props.children}
    </section>
  )
}

function Choice(props: { id: Way; icon: ReactNode; title: string; children: ReactNode }): ReactElement {
  return (
    <Radio
      value={props.id}
      data-testid={`first-run-${props.id}`}
      className="flex cursor-pointer flex-col gap-1 rounded-m border border-line bg-panel px-3 py-2.5 transition-colors duration-120 hovered:bg-hover focused:border-edge selected:border-accent selected:bg-accent-wash"
    >
      <span className="flex items-center gap-2 font-semibold">
        {props.icon}
        {props.title}
      </span>
      <span className="text-s text-muted">{props.children}</span>
    </Radio>
  )
}

/** A server's address, with a test that says what answered there, or why nothing did. */
function Remote(props: { address: string; onChange: (address: string) => void }): ReactElement {
  const say = useWords()
  const setup = useSetupWords()
  const { testServer, openDialog } = useActions()
  const [answer, setAnswer] = useState<CallOutput<'engines.test'> | undefined>(undefined)
  const [asking, setAsking] = useState(false)
  const test = async (): Promise<void> => {
    if (props.address.trim() === '') return
    setAsking(true)
    setAnswer(await testServer({ address: props.address.trim() }))
    setAsking(false)
  }
  return (
    <div className="flex flex-col gap-1.5">
      <div className="flex items-end gap-2">
        <TextEntry
          label={setup('first.address')}
          value={props.address}
          onChange={(address) => {
            setAnswer(undefined)
            props.onChange(address)
          }}
          onEnter={() => void test()}
          placeholder="http://192.168.1.20:8188"
          className="flex-1"
          data-testid="first-run-address"
        />
        <Button
          onPress={() => void test()}
          isPending={asking}
          isDisabled={props.address.trim() === ''}
          data-testid="first-run-test"
        >
          {say('engines.test')}
        </Button>
      </div>
      <div aria-live="polite" className="min-h-9 text-s" data-testid="first-run-tested">
        {answer ? (
          <TestAnswer address={props.address} answer={answer} />
        ) : (
          <p className="text-muted">{setup('first.remote.hint')}</p>
        )}
        {answer?.error ? (
          <Button size="s" className="mt-2" onPress={() => openDialog({ type: 'engines' })}>
            {setup('set.servers.open')}
          </Button>
        ) : null}
      </div>
    </div>
  )
}
