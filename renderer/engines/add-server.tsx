import { useState, type ReactElement } from 'react'
import type { CallOutput } from '#shared/contract/calls'
import { useWords } from '../i18n/i18n'
import { useActions } from '../state/context'
import { Button, Check, TextArea, TextEntry } from '../widgets'
import { TestAnswer } from './test-answer'

/** What is typed to add a server; a header's value lives here until it is sent, and nowhere else. */
export function AddServer(props: { onClose: () => void }): ReactElement {
  const say = useWords()
  const { addServer, testServer } = useActions()
  const [address, setAddress] = useState('')
  const [name, setName] = useState('')
  const [tags, setTags] = useState('')
  const [locked, setLocked] = useState(false)
  const [header, setHeader] = useState('Authorization')
  const [value, setValue] = useState('')
  const [isPrivate, setPrivate] = useState(false)
  const [certificate, setCertificate] = useState('')
  const [busy, setBusy] = useState(false)
  const [tested, setTested] = useState<CallOutput<'engines.test'>>()
  const access = {
    address: address.trim(),
    ...(locked && value !== '' ? { headers: { [header]: value } } : {}),
    ...(isPrivate && certificate.trim() !== '' ? { certificateAuthority: certificate.trim() } : {}),
  }
  const canSend = address.trim() !== ''
  const test = async (): Promise<void> => {
    setBusy(true)
    setTested(await testServer(access))
    setBusy(false)
  }
  const add = async (): Promise<void> => {
    if (!canSend || busy) return
    setBusy(true)
    const words = tags.split(/[\s,，]+/u).filter(Boolean)
    const saved = await addServer({
      ...access,
      ...(name.trim() === '' ? {} : { name: name.trim() }),
      ...(words.length === 0 ? {} : { tags: words }),
    })
    setBusy(false)
    if (saved) props.onClose()
  }
  const onEnter = (): void => void add()
  return (
    <section
      ref={focusFirst}
      aria-label={say('engines.add')}
      className="flex flex-col gap-3 rounded-m border border-edge bg-panel p-3"
      data-testid="add-server"
    >
      <TextEntry
        label={say('engines.add.address')}
        value={address}
        onChange={(next) => {
          setAddress(next)
          setTested(undefined)
        }}
        placeholder="http://192.168.1.20:8188"
        onEnter={onEnter}
        data-testid="server-address"
      />
      <div className="grid grid-cols-2 gap-3">
        <TextEntry
          label={say('engines.add.name')}
          value={name}
          onChange={setName}
          placeholder={say('engines.add.nameHint')}
          onEnter={onEnter}
          data-testid="server-name"
        />
        <TextEntry
          label={say('engines.add.tags')}
          value={tags}
          onChange={setTags}
          placeholder={say('engines.add.tagsHint')}
          onEnter={onEnter}
          data-testid="server-tags"
        />
      </div>
      <Check label={say('engines.add.login')} value={locked} onChange={setLocked} data-testid="server-locked" />
      {locked ? (
        <div className="grid grid-cols-2 gap-3">
          <TextEntry
            label={say('engines.add.header')}
            value={header}
            onChange={setHeader}
            onEnter={onEnter}
            data-testid="server-header"
          />
          <TextEntry
            label={say('engines.add.value')}
            value={value}
            onChange={setValue}
            placeholder="Bearer …"
            secret
            onEnter={onEnter}
            data-testid="server-value"
          />
          <p className="col-span-2 text-s text-muted">{say('engines.add.headerHint')}</p>
        </div>
      ) : null}
      <Check label={say('engines.add.private')} value={isPrivate} onChange={setPrivate} data-testid="server-private" />
      {isPrivate ? (
        <TextArea
          label={say('engines.add.certificate')}
          value={certificate}
          onChange={setCertificate}
          rows={4}
          placeholder="-----BEGIN CERTIFICATE-----"
          hint={say('engines.add.certificateHint')}
          data-testid="server-certificate"
        />
      ) : null}
      <div aria-live="polite" className="text-s" data-testid="server-tested">
        {tested ? <TestAnswer address={address} answer={tested} /> : null}
      </div>
      <div className="flex items-center justify-end gap-2">
        <Button kind="quiet" onPress={props.onClose} data-testid="server-cancel">
          {say('job.cancel')}
        </Button>
        <Button isPending={busy} isDisabled={!canSend} onPress={() => void test()} data-testid="server-test">
          {say('engines.test')}
        </Button>
        <Button kind="primary" isPending={busy} isDisabled={!canSend} onPress={() => void add()} data-testid="server-add">
          {say('engines.add.run')}
        </Button>
      </div>
    </section>
  )
}

/** Begins in the first field, which also brings the form into view. */
function focusFirst(form: HTMLElement | null): void {
  form?.querySelector('input')?.focus()
}
