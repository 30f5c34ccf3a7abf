import { Lock } from 'lucide-react'
import { useEffect, type ReactElement, type ReactNode } from 'react'
import { styleAmounts } from '#shared/domain/edit'
import type { Job } from '#shared/domain/job'
import type { Version } from '#shared/domain/picture'
import { bytes, seedDigits, took } from '../i18n/format'
import { useWords } from '../i18n/i18n'
import { deviceLabel, editLabel } from '../i18n/labels'
import { noteWords } from '../i18n/notes'
import { viewLabel } from '../camera/camera-labels'
import { PanelHeading } from '../frame/side-panel'
import { useActions, useStudio } from '../state/context'
import { canRecall } from '../state/recall'
import { shownVersion } from '../state/open-picture'
import { useWorkflowTitles } from '../state/use-workflow-titles'
import { Button } from '../widgets'

/** The facts of what is in sight: of the picture on the canvas, or of what is chosen among the sketches and what became of them. */
export function FactsPanel(): ReactElement {
  const path = useStudio(({ ui }) => ui.center === 'board' && ui.compose.tab === 'words')
  return path ? <ChosenFacts /> : <PictureFacts />
}

/** How the chosen picture of a way from sketch to final was made. */
function ChosenFacts(): ReactElement {
  const say = useWords()
  const chosen = useStudio(({ ui }) => ui.compose.words.chosen)
  const job = useJob(chosen)
  const output = job?.outputs[0]
  return (
    <FactsFrame title={say('facts.result')}>
      {job ? (
        <dl className="grid grid-cols-[72px_1fr] gap-x-3 gap-y-1 text-s">
          {output ? (
            <Fact name={say('facts.size')}>
              {output.width} × {output.height}
            </Fact>
          ) : null}
          <JobFacts job={job} />
        </dl>
      ) : (
        <p className="text-s text-muted">{say('facts.pick')}</p>
      )}
      {job && canRecall(job) ? <Recall job={job} /> : null}
    </FactsFrame>
  )
}

function FactsFrame(props: { title: string; children: ReactNode }): ReactElement {
  return (
    <section aria-label={props.title} className="flex max-h-[45%] shrink-0 flex-col border-t border-line" data-testid="facts">
      <div className="px-4 pt-1.5">
        <PanelHeading title={props.title} />
      </div>
      {/* oxlint-disable-next-line jsx-a11y/prefer-tag-over-role, jsx-a11y/no-noninteractive-tabindex -- it scrolls, so keys must reach it */}
      <div className="min-h-24 overflow-y-auto px-4 pb-3" tabIndex={0} role="group" aria-label={props.title}>
        {props.children}
      </div>
    </section>
  )
}

function PictureFacts(): ReactElement {
  const say = useWords()
  const picture = useStudio((state) => state.pictures.byId[state.selection.openId ?? ''])
  const version = useStudio(shownVersion)
  const job = useJob(version?.jobId)
  return (
    <FactsFrame title={say('facts.title')}>
      {picture && version ? (
        <dl className="grid grid-cols-[72px_1fr] gap-x-3 gap-y-1 text-s">
          <Fact name={say('facts.name')}>{picture.name}</Fact>
          <Fact name={say('facts.size')}>
            {version.asset.width} × {version.asset.height}
          </Fact>
          <Fact name={say('facts.file')}>
            {version.asset.format.toUpperCase()} · {bytes(version.asset.bytes)}
          </Fact>
          {job ? <JobFacts job={job} /> : null}
          <Notes version={version} job={job} />
        </dl>
      ) : (
        <p className="text-s text-muted">{picture ? '' : say('facts.none')}</p>
      )}
      {job && canRecall(job) ? <Recall job={job} /> : null}
    </FactsFrame>
  )
}

/** How a job made its result, as entries of a list of facts. */
export function JobFacts({ job }: { job: Job }): ReactElement {
  const say = useWords()
  const { reuseSeed } = useActions()
  const styles = useStudio((state) => state.styles)
  const engine = useStudio((state) => state.engines.find((candidate) => candidate.id === job.engineId))
  const titleOf = useWorkflowTitles()
  const { edit } = job
  return (
    <>
      <Fact name={say('facts.made')}>
        {editLabel(edit, styles, say, say.language)}
        {job.durationMs === undefined ? '' : ` · ${took(job.durationMs, say.language)}`}
      </Fact>
      {engine ? (
        <Fact name={say('facts.engine')}>
          {engine.kind === 'draft' ? say('engine.draft', { device: deviceLabel(engine.device, say.language) }) : engine.name}
        </Fact>
      ) : null}
      <Fact name={say('facts.seed')}>
        <span data-selectable>{seedDigits(job.seed)}</span>
        <Button
          size="s"
          kind="quiet"
          className="-my-1 ml-1 align-middle text-accent-text"
          icon={<Lock size={11} aria-hidden />}
          aria-label={say('facts.useSeed', { seed: job.seed })}
          onPress={() => reuseSeed({ seed: job.seed, kind: edit.kind })}
          data-testid="use-seed"
        >
          {say('facts.use')}
        </Button>
      </Fact>
      {edit.kind === 'style' ? (
        <>
          <Fact name={say('facts.strength')}>{Math.round(styleAmounts(edit).strength * 100)} %</Fact>
          <Fact name={say('facts.structure')}>{Math.round(styleAmounts(edit).structure * 100)} %</Fact>
          {edit.prompt ? <Fact name={say('facts.words')}>{edit.prompt}</Fact> : null}
        </>
      ) : edit.kind === 'perspective' ? (
        <Fact name={say('facts.view')}>{viewLabel(edit.view, say.language)}</Fact>
      ) : 'prompt' in edit ? (
        <Fact name={say('facts.words')}>{edit.prompt}</Fact>
      ) : null}
      {job.made ? (
        <Fact name={say('facts.workflow')}>
          {(edit.kind === 'custom' ? edit.title : undefined) ?? titleOf(job.made.workflowId)}
        </Fact>
      ) : null}
    </>
  )
}

function Notes({ version, job }: { version: Version; job: Job | undefined }): ReactElement | null {
  const say = useWords()
  const notes = [...new Set([...version.asset.notes, ...(job?.notes ?? [])])]
  return notes.length === 0 ? null : (
    <Fact name={say('facts.notes')}>
      {notes.map((note) => (
        <p key={note}>{noteWords(note, say.language)}</p>
      ))}
    </Fact>
  )
}

function Recall({ job }: { job: Job }): ReactElement {
  const say = useWords()
  const { recall } = useActions()
  return (
    <Button size="s" className="mt-2" onPress={() => recall(job)} data-testid="use-all">
      {say('facts.useAll')}
    </Button>
  )
}

/** One fact with its name. */
export function Fact(props: { name: string; children: ReactNode }): ReactElement {
  return (
    <>
      <dt className="text-muted">{props.name}</dt>
      <dd data-selectable className="min-w-0 break-words">
        {props.children}
      </dd>
    </>
  )
}

/** A job by its id; asks for it when the panel's lists don't have it. */
export function useJob(id: string | undefined): Job | undefined {
  const { knowJob } = useActions()
  const job = useStudio((state) => (id === undefined ? undefined : state.jobs.byId[id]))
  const missing = id !== undefined && job === undefined
  useEffect(() => {
    if (missing) void knowJob(id)
  }, [missing, id, knowJob])
  return job
}
