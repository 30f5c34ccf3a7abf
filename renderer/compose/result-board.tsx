import { Images, Maximize2, Workflow } from 'lucide-react'
import { useMemo, type ReactElement } from 'react'
import type { Job, Output } from '#shared/domain/job'
import { seedDigits } from '../i18n/format'
import { useWords } from '../i18n/i18n'
import { editLabel } from '../i18n/labels'
import { useActions, useClient, useStudio } from '../state/context'
import { IconButton } from '../widgets'
import { BoardStart } from './board-start'
import { useBatchJobs } from './use-batch-jobs'
import { JobCell } from './job-cell'

/** What was asked for lately by a part of the panel, the newest first, each with the pictures that it was made from. */
export function ResultBoard(props: { of: 'reference' | 'own' }): ReactElement {
  const say = useWords()
  const batchIds = useStudio((state) => state.ui.compose[props.of].batches)
  const jobs = useBatchJobs(batchIds)
  const groups = useMemo(
    () => batchIds.map((id) => ({ id, jobs: jobs.filter((job) => job.batchId === id) })).filter((group) => group.jobs.length > 0),
    [batchIds, jobs],
  )
  if (groups.length === 0)
    return props.of === 'reference' ? (
      <BoardStart
        icon={<Images size={22} aria-hidden />}
        title={say('compose.reference.empty')}
        text={say('compose.reference.empty.text')}
      />
    ) : (
      <BoardStart
        icon={<Workflow size={22} aria-hidden />}
        title={say('compose.own.empty')}
        text={say('compose.own.empty.text')}
      />
    )
  return (
    <div className="min-h-0 flex-1 overflow-y-auto px-6 pb-6 pt-4" data-testid="result-board">
      <div className="mx-auto flex max-w-300 flex-col gap-6">
        {groups.map((group) => (
          <Batch key={group.id} jobs={group.jobs} />
        ))}
      </div>
    </div>
  )
}

function Batch({ jobs }: { jobs: readonly Job[] }): ReactElement {
  const say = useWords()
  const client = useClient()
  const { openPicture, showVersion } = useActions()
  const styles = useStudio((state) => state.styles)
  const edit = jobs[0]?.edit
  const sources = edit?.kind === 'reference' ? edit.assetIds : edit?.kind === 'custom' ? Object.values(edit.assetIds) : []
  const label = edit ? editLabel(edit, styles, say, say.language) : ''
  const cells = jobs.flatMap((job): { job: Job; index: number; output: Output | undefined }[] =>
    job.outputs.length > 0
      ? job.outputs.map((output) => ({ job, index: output.index, output }))
      : [{ job, index: 0, output: undefined }],
  )
  return (
    <section aria-label={label} data-testid="result-batch">
      <header className="flex h-10 items-center gap-2">
        {sources.map((assetId, index) => (
          <img
            // The same picture may be there twice.
            key={`${index} ${assetId}`}
            src={client.fileUrl(assetId, { width: 128 })}
            alt=""
            className="size-8 shrink-0 rounded-s border border-line object-cover"
          />
        ))}
        <h2 data-selectable className="min-w-0 truncate">
          {edit?.kind === 'reference' ? edit.prompt : label}
        </h2>
      </header>
      <div className="grid grid-cols-[repeat(auto-fill,minmax(16rem,1fr))] gap-3">
        {cells.map(({ job, index, output }) => (
          <div key={`${job.id} ${index}`} className="group relative flex flex-col gap-1">
            <div style={{ aspectRatio: output ? `${output.width} / ${output.height}` : '4 / 3' }}>
              <JobCell job={job} output={index} before={sources[0]} className="size-full" />
            </div>
            <p className="flex h-6 items-center justify-between gap-2 text-s text-muted">
              <span className="tabular-nums" title={say('style.seed')}>
                {seedDigits(job.seed)}
              </span>
              {output && job.pictureId !== undefined ? (
                <IconButton
                  size="s"
                  label={say('compose.open')}
                  icon={<Maximize2 size={13} aria-hidden />}
                  onPress={() => {
                    if (job.pictureId === undefined) return
                    openPicture(job.pictureId)
                    showVersion(job.pictureId, output.assetId)
                  }}
                  data-testid="result-open"
                />
              ) : null}
            </p>
          </div>
        ))}
      </div>
    </section>
  )
}
