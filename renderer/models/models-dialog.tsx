import { FileInput, Pause, Play, ShieldCheck } from 'lucide-react'
import { useEffect, useState, type ReactElement } from 'react'
import { Input, TextField } from 'react-aria-components'
import { byteWords } from '#shared/domain/byte-words'
import type { CallOutput } from '#shared/contract/calls'
import type { ModelView } from '#shared/domain/model'
import { PanelHelp } from '../help/panel-help'
import { useWords } from '../i18n/i18n'
import { useModelWords } from '../i18n/models'
import { useActions, useStudio } from '../state/context'
import { Button, DialogFrame, Segmented } from '../widgets'
import { LicenceStep } from './licence-step'
import { ModelRow } from './model-row'
import { WorkflowCard } from './workflow-card'

type Listing = 'workflows' | 'files' | 'unused'

/** The model files: what each workflow needs, what is there, and how the rest gets here. */
export function ModelsDialog(props: { onClose: () => void }): ReactElement {
  const say = useModelWords()
  const words = useWords()
  const { downloads } = useActions()
  const state = useStudio((studio) => studio.models)
  const [listing, setListing] = useState<Listing>('workflows')
  const [asking, setAsking] = useState<readonly ModelView[]>()
  useEffect(() => void downloads.load(), [downloads])

  const get = (models: readonly ModelView[]): void => {
    if (models.some((model) => model.licence.ask && !model.licence.accepted)) setAsking(models)
    else
      void downloads.pull(
        models.map((model) => model.file),
        [],
      )
  }
  const accept = (licences: string[]): void => {
    void downloads.pull(asking?.map((model) => model.file) ?? [], licences)
    setAsking(undefined)
  }
  return (
    <DialogFrame
      title={asking ? say('licences') : say('title')}
      open
      onClose={props.onClose}
      closeLabel={words('dialog.close')}
      width="l"
      help={<PanelHelp topic="models" />}
      data-testid="models"
      {...(asking || !state ? {} : { footer: <Tools models={state.models} /> })}
    >
      {!state ? (
        <p className="py-8 text-center text-muted">{say('loading')}</p>
      ) : asking ? (
        <LicenceStep models={asking} onAccept={accept} onBack={() => setAsking(undefined)} />
      ) : (
        <div className="flex flex-col gap-3">
          <div className="flex flex-wrap items-center justify-between gap-3">
            <Segmented
              label={say('view')}
              value={listing}
              onChange={setListing}
              items={[
                { id: 'workflows', label: say('byWorkflow') },
                { id: 'files', label: say('allFiles') },
                { id: 'unused', label: say('unused'), testId: 'models-unused' },
              ]}
            />
            <p className="min-w-0 text-s text-muted">
              {say('source')}: <span data-selectable>{state.endpoint}</span>
            </p>
          </div>
          <p className="text-s text-muted">
            {say('folder')}:{' '}
            <span data-selectable className="break-all text-text">
              {state.folder}
            </span>{' '}
            · {say('free', { size: byteWords(state.freeBytes) })}
          </p>
          {listing === 'workflows' ? (
            state.workflows.map((needs) => <WorkflowCard key={needs.id} needs={needs} models={state.models} onGet={get} />)
          ) : listing === 'files' ? (
            <ul className="overflow-hidden rounded-m border border-line [&>:first-child]:border-t-0">
              {state.models.map((model) => (
                <ModelRow key={model.file} model={model} onGet={(one) => get([one])} />
              ))}
            </ul>
          ) : (
            <Unused />
          )}
        </div>
      )}
    </DialogFrame>
  )
}

/** Files that no workflow names, the largest first. */
function Unused(): ReactElement {
  const say = useModelWords()
  const { downloads } = useActions()
  const [found, setFound] = useState<CallOutput<'models.unused'>>()
  useEffect(() => {
    void downloads.unused().then(setFound)
  }, [downloads])
  if (!found) return <p className="py-8 text-center text-muted">{say('loading')}</p>
  if (found.files.length === 0) return <p className="py-8 text-center text-muted">{say('noUnused')}</p>
  return (
    <>
      <p>{say('unusedSum', { count: found.files.length, size: byteWords(found.bytes) })}</p>
      <ul className="overflow-hidden rounded-m border border-line">
        {found.files.map((file) => (
          <li key={file.path} className="flex items-center gap-3 border-t border-line px-3 py-2 first:border-t-0">
            <span data-selectable className="min-w-0 flex-1 truncate" title={file.path}>
              {file.folder === '' ? file.name : `${file.folder}/${file.name}`}
            </span>
            <span className="text-s tabular-nums text-muted">{byteWords(file.bytes)}</span>
          </li>
        ))}
      </ul>
    </>
  )
}

/** What concerns all files: import by hand, verify, pause and resume. */
function Tools({ models }: { models: readonly ModelView[] }): ReactElement {
  const say = useModelWords()
  const { downloads } = useActions()
  const [path, setPath] = useState('')
  const [verifying, setVerifying] = useState(false)
  const [verdict, setVerdict] = useState('')
  const running = models.some((model) => model.download?.state === 'running' || model.download?.state === 'queued')
  const stopped = models.some((model) => model.download?.state === 'paused' || model.download?.state === 'failed')
  const bringIn = async (): Promise<void> => {
    const file = await downloads.importFile(path.trim())
    if (file === undefined) return
    setPath('')
    setVerdict(say('importDone', { file }))
  }
  const verify = async (): Promise<void> => {
    setVerifying(true)
    const results = await downloads.verify()
    setVerifying(false)
    if (results)
      setVerdict(say('verified', { count: results.length, bad: results.filter((one) => one.result === 'damaged').length }))
  }
  return (
    <div className="flex min-w-0 flex-1 flex-wrap items-center gap-2">
      <form
        className="flex min-w-64 flex-1 gap-2"
        onSubmit={(event) => {
          event.preventDefault()
          void bringIn()
        }}
      >
        <TextField aria-label={say('importPath')} value={path} onChange={setPath} className="min-w-0 flex-1">
          <Input
            placeholder={say('importPath')}
            data-testid="import-path"
            className="h-8 w-full rounded-m border border-line bg-raised px-2.5 text-text placeholder:text-muted hovered:border-edge focused:border-accent"
          />
        </TextField>
        <Button
          type="submit"
          isDisabled={path.trim() === ''}
          icon={<FileInput size={14} aria-hidden />}
          data-testid="import-model"
        >
          {say('import')}
        </Button>
      </form>
      <Button
        isDisabled={verifying}
        icon={<ShieldCheck size={14} aria-hidden />}
        onPress={() => void verify()}
        data-testid="verify-models"
      >
        {verifying ? say('verifying') : say('verify')}
      </Button>
      {running ? (
        <Button icon={<Pause size={14} aria-hidden />} onPress={() => void downloads.pause()} data-testid="pause-all">
          {say('pauseAll')}
        </Button>
      ) : stopped ? (
        <Button icon={<Play size={14} aria-hidden />} onPress={() => void downloads.resume()} data-testid="resume-all">
          {say('resumeAll')}
        </Button>
      ) : null}
      <output className="basis-full text-s text-muted empty:hidden">{verdict}</output>
    </div>
  )
}
