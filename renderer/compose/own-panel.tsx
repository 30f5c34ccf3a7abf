import { FileUp, Pencil, Trash2 } from 'lucide-react'
import { useCallback, useEffect, useRef, useState, type ReactElement } from 'react'
import { Disclosure, DisclosurePanel, Heading, Button as AriaButton } from 'react-aria-components'
import type { CustomWorkflowDetail, CustomWorkflowSummary } from '#shared/domain/custom-workflow'
import { useDragStateOf, useDropArea } from '../dnd'
import { PanelHeading } from '../frame/side-panel'
import { useWords } from '../i18n/i18n'
import { useActions, useStudio } from '../state/context'
import { openPicture } from '../state/open-picture'
import { Button, classes, FileInput, IconButton, Select, TextEntry } from '../widgets'
import { PanelFrame } from './panel-frame'
import { customForm, emptyPictures } from './custom-form'
import { CustomFields } from './custom-fields'
import { CountField, EngineFields } from './fields'
import { Missing, ReadinessNote } from './readiness-note'
import { useReadiness } from './use-readiness'

/** The user's own workflows: brought in, chosen, run by a form that is made from them. */
export function OwnPanel(): ReactElement {
  const say = useWords()
  const { setCompose, runOwnWorkflow } = useActions()
  const own = useStudio((state) => state.ui.compose.own)
  const hasOpen = useStudio((state) => openPicture(state) !== undefined)
  const { workflows, detail, reload } = useOwnWorkflows(own.workflowId)
  const { readiness } = useReadiness('custom')
  const empty = detail ? emptyPictures(detail, own, hasOpen) : []
  const lacks = detail?.ready === false ? detail.missing : []
  const form = detail && customForm(detail.fields)
  return (
    <PanelFrame
      testId="own-panel"
      note={
        <>
          <ReadinessNote readiness={readiness} />
          {detail && lacks.length > 0 && readiness.state === 'ready' ? (
            <Missing title={say('compose.own.lacks', { name: detail.name })} missing={lacks} />
          ) : null}
        </>
      }
      canRun={detail !== undefined && readiness.state !== 'none' && lacks.length === 0 && empty.length === 0}
      onRun={() => detail && void runOwnWorkflow(detail)}
      run={
        !detail
          ? say('compose.own.choose')
          : empty.length > 0
            ? say('compose.own.needsPicture', { name: empty[0]?.group ?? '' })
            : say('compose.own.run', { name: detail.name })
      }
    >
      <ImportPlace
        none={workflows?.length === 0}
        onImported={() => {
          reload()
        }}
      />
      {workflows && workflows.length > 0 ? (
        <Chooser workflows={workflows} chosen={detail} chosenId={own.workflowId} onChange={reload} />
      ) : null}
      {detail && form ? (
        <div data-testid="own-form">
          <Facts workflow={detail} />
          <CustomFields workflow={detail} fields={form.main} all={detail.fields} />
          {form.more.length > 0 ? (
            <Disclosure>
              <Heading level={3}>
                <AriaButton
                  slot="trigger"
                  className="flex h-9 w-full items-center text-left text-muted hovered:text-text"
                  data-testid="own-more"
                >
                  {say('compose.own.more', { count: form.more.reduce((sum, group) => sum + group.fields.length, 0) })}
                </AriaButton>
              </Heading>
              <DisclosurePanel>
                {form.more.map((group) => (
                  <section key={group.group} className="pb-2" aria-label={group.group}>
                    <h4 className="pt-1 font-semibold">{group.group}</h4>
                    <CustomFields workflow={detail} fields={group.fields} all={[]} />
                  </section>
                ))}
              </DisclosurePanel>
            </Disclosure>
          ) : null}
          <CountField
            label={say('compose.count')}
            value={own.count}
            counts={[1, 2, 4]}
            onChange={(count) => setCompose('own', { count })}
          />
          <EngineFields workflows={undefined} edit="custom" workflowId={undefined} />
        </div>
      ) : null}
    </PanelFrame>
  )
}

/** The list of own workflows and the chosen one's form, asked again when something about them changed. */
function useOwnWorkflows(chosenId: string | undefined): {
  workflows: readonly CustomWorkflowSummary[] | undefined
  detail: CustomWorkflowDetail | undefined
  reload: () => void
} {
  const { ownWorkflows, ownWorkflow } = useActions()
  const link = useStudio((state) => state.link)
  const engine = useStudio((state) =>
    state.engines.map(({ id, state: now, workflows }) => `${id} ${now} ${workflows?.ready ?? ''}`).join(),
  )
  const choice = useStudio((state) => state.ui.compose.engine)
  const [turn, setTurn] = useState(0)
  const [{ workflows }, setFound] = useState<{ workflows?: readonly CustomWorkflowSummary[]; turn?: number }>({})
  const [{ detail }, setAnswer] = useState<{ detail?: CustomWorkflowDetail | undefined; about?: string }>({})
  // What an answer depends on beside its question: with another one it is asked for anew.
  const about = `${turn} ${engine} ${choice}`
  useEffect(() => {
    let open = true
    if (link === 'open')
      void ownWorkflows().then((list) => {
        if (open && list) setFound({ workflows: list, turn })
      })
    return () => {
      open = false
    }
  }, [ownWorkflows, turn, link])
  const isKnown = workflows?.some(({ id }) => id === chosenId) === true
  useEffect(() => {
    let open = true
    if (chosenId !== undefined && isKnown)
      void ownWorkflow(chosenId).then((answer) => {
        if (open) setAnswer({ detail: answer, about })
      })
    return () => {
      open = false
    }
  }, [ownWorkflow, chosenId, isKnown, about])
  const reload = useCallback(() => setTurn((now) => now + 1), [])
  // A list that was asked before an import does not know it yet.
  const unknown = chosenId !== undefined && workflows !== undefined && !isKnown
  const [asked, setAsked] = useState<string>()
  if (unknown && asked !== chosenId) {
    setAsked(chosenId)
    setTurn((now) => now + 1)
  }
  return { workflows, detail: isKnown && detail?.id === chosenId ? detail : undefined, reload }
}

/** Where workflow files are dropped, or chosen by the system's dialog. */
function ImportPlace(props: { none: boolean; onImported: () => void }): ReactElement {
  const say = useWords()
  const { importWorkflow } = useActions()
  const file = useRef<HTMLInputElement>(null)
  const dropArea = useDropArea(() => ({ kind: 'workflows' }))
  const over = useDragStateOf((state) => state.over?.key === 'workflows')
  const take = async (files: readonly File[]): Promise<void> => {
    for (const each of files) await importWorkflow(each)
    props.onImported()
  }
  return (
    <div
      ref={dropArea}
      data-drop-place="workflows"
      data-testid="workflow-drop"
      className={classes(
        'flex flex-col gap-2 rounded-m border border-dashed px-3 py-2.5',
        over ? 'border-accent bg-accent-wash' : 'border-edge',
      )}
    >
      <p className="text-s text-muted">{say(props.none ? 'compose.own.import.first' : 'compose.own.import.text')}</p>
      <Button
        className="w-fit"
        size="s"
        icon={<FileUp size={13} aria-hidden />}
        onPress={() => file.current?.click()}
        data-testid="workflow-import"
      >
        {say('compose.own.import')}
      </Button>
      <FileInput
        ref={file}
        accept=".json,.png,application/json,image/png"
        multiple
        data-testid="workflow-input"
        onFiles={(files) => void take(files)}
      />
    </div>
  )
}

/** Chooses one of the workflows; renames and removes it. */
function Chooser(props: {
  workflows: readonly CustomWorkflowSummary[]
  chosen: CustomWorkflowDetail | undefined
  chosenId: string | undefined
  onChange: () => void
}): ReactElement {
  const say = useWords()
  const { setCompose, renameWorkflow, removeWorkflow } = useActions()
  const { workflows, onChange } = props
  const [name, setName] = useState<string>()
  const [sure, setSure] = useState(false)
  const chosen = workflows.find(({ id }) => id === props.chosenId)
  const rename = async (): Promise<void> => {
    if (chosen && name?.trim() && (await renameWorkflow(chosen.id, name.trim()))) onChange()
    setName(undefined)
  }
  const remove = async (): Promise<void> => {
    setSure(false)
    if (!chosen || !(await removeWorkflow(chosen.id))) return
    setCompose('own', { workflowId: undefined })
    onChange()
  }
  return (
    <div className="pt-3">
      <PanelHeading title={say('compose.workflow')} level={3}>
        <span className="flex">
          <IconButton
            size="s"
            label={say('compose.own.rename')}
            icon={<Pencil size={13} aria-hidden />}
            isDisabled={!chosen}
            onPress={() => setName(chosen?.name ?? '')}
            data-testid="workflow-rename"
          />
          <IconButton
            size="s"
            label={say('compose.own.remove')}
            icon={<Trash2 size={13} aria-hidden />}
            isDisabled={!chosen}
            onPress={() => setSure(true)}
            data-testid="workflow-remove"
          />
        </span>
      </PanelHeading>
      {name === undefined ? (
        <Select
          label={say('compose.workflow')}
          hideLabel
          value={chosen?.id ?? ''}
          onChange={(workflowId) => {
            setSure(false)
            setCompose('own', { workflowId })
          }}
          items={[
            ...(chosen ? [] : [{ id: '', label: say('compose.own.choose') }]),
            ...workflows.map((workflow) => ({
              id: workflow.id,
              label: workflow.name,
              hint: say('compose.own.nodes', { count: workflow.nodes }),
            })),
          ]}
          data-testid="own-workflow"
        />
      ) : (
        <div className="flex items-end gap-1.5">
          <TextEntry
            label={say('compose.own.name')}
            value={name}
            onChange={setName}
            onEnter={() => void rename()}
            className="flex-1"
            data-testid="workflow-name"
          />
          <Button onPress={() => void rename()} isDisabled={name.trim() === ''} data-testid="workflow-name-save">
            {say('compose.own.save')}
          </Button>
        </div>
      )}
      {sure && chosen ? (
        <div className="flex flex-wrap items-center gap-2 pt-2" role="alert">
          <p className="basis-full text-s text-muted">{say('compose.own.remove.sure', { name: chosen.name })}</p>
          <Button size="s" kind="danger" onPress={() => void remove()} data-testid="workflow-remove-sure">
            {say('compose.own.remove')}
          </Button>
          <Button size="s" kind="quiet" onPress={() => setSure(false)}>
            {say('engines.keep')}
          </Button>
        </div>
      ) : null}
    </div>
  )
}

/** What is worth knowing before it runs: parts that could not be carried over, and results that are no pictures. */
function Facts({ workflow }: { workflow: CustomWorkflowDetail }): ReactElement | null {
  const say = useWords()
  const others = workflow.outputs.filter(({ gives }) => gives !== 'pictures')
  if (workflow.problems.length === 0 && others.length === 0) return null
  return (
    <ul className="flex flex-col gap-1 pt-2 text-s text-muted" data-testid="own-facts">
      {workflow.problems.map((problem) => (
        <li key={`${problem.node} ${problem.message}`}>
          {problem.title}: {problem.message}
        </li>
      ))}
      {others.map((output) => (
        <li key={output.node}>{say('compose.own.noPicture', { name: output.title })}</li>
      ))}
    </ul>
  )
}
