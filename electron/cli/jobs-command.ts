import type { InstanceClient } from '#core/instance/instance'
import { AppError } from '#shared/domain/error'
import { activeStates, finalStates, jobStates, type Job } from '#shared/domain/job'
import type { CommandContext, CommonOptions } from './context'
import { exitCodes, type ExitCode } from './exit-codes'
import { findIds, jobsIn } from './find-jobs'
import { openData, orAborted, type OpenData } from './open-data'
import { chooseReporter } from './report/choose-reporter'
import { editLabel, jobTitle } from './report/reporter'
import { count, duration, fit } from './report/words'
import { runJobs } from './run-jobs'
import { UsageError } from './usage'

/** Looks at the queue, or changes it. */
export interface JobsCommand extends CommonOptions {
  action: { name: 'list'; limit: number } | { name: 'show' | 'cancel' | 'retry'; ids: readonly string[] } | { name: 'resume' }
}

const unfinishedStates = ['queued', ...activeStates] as const

/** Runs one of the job commands. */
export async function runJobsCommand(command: JobsCommand, context: CommandContext): Promise<ExitCode> {
  const { action } = command
  if (action.name === 'cancel' && action.ids.length > 1 && action.ids.includes('all'))
    throw new UsageError('"all" stops every job that is left. Give it alone, or the ids of the jobs to stop.')
  const works = action.name === 'retry' || action.name === 'resume'
  const data = await orAborted(openData(command.dataDir, context, works), context.signal)
  const { client } = data.instance
  try {
    if (action.name === 'list') return await list(client, action.limit, command.json, context)
    if (action.name === 'resume') return await resume(data, command, context)
    if (action.name === 'cancel' && action.ids[0] === 'all') return await cancel(client, undefined, command.json, context)
    const ids = await findIds(client, action.ids)
    if (action.name === 'cancel') return await cancel(client, ids, command.json, context)
    if (action.name === 'show') return await show(client, ids, command.json, context)
    return await retry(data, ids, command, context)
  } finally {
    await data.close({ waitForClients: works && !context.signal.aborted })
  }
}

async function list(client: InstanceClient, limit: number, json: boolean, { terminal }: CommandContext): Promise<ExitCode> {
  const began = performance.now()
  const unfinished = await jobsIn(client, unfinishedStates, Number.MAX_SAFE_INTEGER)
  const finished = limit === 0 ? [] : await jobsIn(client, finalStates, limit)
  const totals = new Map<Job['state'], number>()
  for (const state of jobStates) totals.set(state, (await client.call('jobs.list', { states: [state], limit: 1 })).total)
  const total = (...states: Job['state'][]): number => states.reduce((sum, state) => sum + (totals.get(state) ?? 0), 0)

  if (json) {
    for (const job of [...unfinished, ...finished]) terminal.out(`${JSON.stringify(jobLine(job))}\n`)
    const summary = { event: 'summary', done: total('done'), failed: total('failed'), canceled: total('canceled') }
    const rest = { queued: total('queued'), active: total(...activeStates), duration_ms: Math.round(performance.now() - began) }
    terminal.out(`${JSON.stringify({ ...summary, ...rest })}\n`)
    return exitCodes.done
  }
  for (const job of [...unfinished, ...finished]) terminal.out(`${tableLine(job, terminal.outIsTty ? terminal.columns : 160)}\n`)
  const left = total('queued', ...activeStates)
  const ended = `${total('done')} done, ${total('failed')} failed, ${total('canceled')} canceled`
  if (left === 0) terminal.out(`Nothing is left to do. ${ended}.\n`)
  else
    terminal.out(
      `${count(left, 'job')} left (${total(...activeStates)} at work), ${ended}. The next start of Recast finishes them, or "recast jobs resume".\n`,
    )
  return exitCodes.done
}

function jobLine(job: Job): object {
  return {
    event: 'job',
    id: job.id,
    state: job.state,
    progress: job.progress,
    ...(job.pending ? { pending: true } : {}),
    picture: job.pictureName,
    ...editLabel(job),
    seed: job.seed,
    engine: job.engineId ?? job.engine,
    created_at: job.createdAt,
    ...(job.durationMs === undefined ? {} : { duration_ms: job.durationMs }),
    ...(job.error ? { code: job.error.code, message: job.error.message } : {}),
    outputs: job.outputs.map(({ index, width, height, exportedPath }) => ({ index, width, height, path: exportedPath })),
  }
}

function tableLine(job: Job, columns: number): string {
  const active = (activeStates as readonly string[]).includes(job.state)
  // One that waits in its server's own queue is not at work yet.
  const now = job.pending ? 'in queue there' : `${job.state} ${Math.floor(job.progress * 100)} %`
  const state = active ? now : job.state
  const tail = job.state === 'failed' ? (job.error?.message ?? '') : (job.outputs[0]?.exportedPath ?? '')
  const text = `${job.id.slice(0, 8)}  ${fit(state, 16)}  ${fit(jobTitle(job, true), 44)}  ${tail}`
  return fit(text.trimEnd(), columns - 1).trimEnd()
}

async function show(
  client: InstanceClient,
  ids: readonly string[],
  json: boolean,
  { terminal }: CommandContext,
): Promise<ExitCode> {
  for (const id of ids) {
    const job = await client.call('jobs.get', { id })
    if (json) {
      terminal.out(`${JSON.stringify({ ...jobLine(job), job })}\n`)
      continue
    }
    const facts: [string, string | undefined][] = [
      ['Job', job.id],
      ['State', `${job.state}, ${Math.floor(job.progress * 100)} %${job.attempt > 1 ? `, try ${job.attempt}` : ''}`],
      ['Picture', job.pictureName],
      ['Edit', JSON.stringify(job.edit)],
      ['Seed', String(job.seed)],
      ['Engine', job.engineId ?? `${job.engine} (not chosen yet)`],
      ['Workflow', job.made?.workflowId ?? job.workflowId],
      ['Values', job.made && JSON.stringify({ ...job.made.values, ...job.made.choices })],
      ['Asked for', new Date(job.createdAt).toISOString()],
      ['Took', job.durationMs === undefined ? undefined : duration(job.durationMs)],
      ['Error', job.error && `${job.error.message} (${job.error.code})`],
      ...job.outputs.map(({ width, height, exportedPath }): [string, string] => [
        'Result',
        `${width} × ${height}${exportedPath === undefined ? ', in the library' : ` ${exportedPath}`}`,
      ]),
    ]
    for (const [name, value] of facts) if (value !== undefined) terminal.out(`${fit(name, 10)} ${value}\n`)
  }
  return exitCodes.done
}

/** Stops these jobs, or everything that is left. */
async function cancel(
  client: InstanceClient,
  ids: string[] | undefined,
  json: boolean,
  { terminal }: CommandContext,
): Promise<ExitCode> {
  const began = performance.now()
  const { canceled, goesOn = [] } = await client.call('jobs.cancel', ids ? { ids } : {})
  // A job that had ended already isn't stopped any more: said, and told by the exit code.
  const missed = ids?.filter((id) => !canceled.includes(id)) ?? []
  if (json) {
    for (const id of canceled) {
      const server = goesOn.find((other) => other.id === id)?.engineId
      const rest = server === undefined ? {} : { goes_on_at: server }
      terminal.out(`${JSON.stringify({ event: 'job', id, state: 'canceled', progress: 0, ...rest })}\n`)
    }
    for (const id of missed)
      terminal.out(`${JSON.stringify({ event: 'error', id, code: 'input.conflict', message: 'It had ended already.' })}\n`)
    const summary = { event: 'summary', done: 0, failed: missed.length, canceled: canceled.length }
    terminal.out(`${JSON.stringify({ ...summary, duration_ms: Math.round(performance.now() - began) })}\n`)
  } else {
    terminal.out(`${count(canceled.length, 'job')} canceled.\n`)
    for (const { id, engineId } of goesOn)
      terminal.err(
        `${id.slice(0, 8)} may still run: ${engineId} could not be asked to stop it. The next start of Recast does that.\n`,
      )
    for (const id of missed) terminal.err(`${id} had ended already. "recast jobs show ${id.slice(0, 8)}" says how.\n`)
  }
  return missed.length > 0 ? exitCodes.failed : exitCodes.done
}

async function retry(data: OpenData, ids: string[], command: JobsCommand, context: CommandContext): Promise<ExitCode> {
  const reporter = chooseReporter(context.terminal, command.json)
  return await runJobs({
    data,
    context,
    reporter,
    exportDir: undefined,
    began: performance.now(),
    refused: 0,
    ask: async () => (await data.instance.client.call('jobs.retry', { ids })).jobs,
  })
}

/** Stays until everything that was left is done. */
async function resume(data: OpenData, command: JobsCommand, context: CommandContext): Promise<ExitCode> {
  const { client } = data.instance
  if ((await client.call('jobs.list', { states: [...unfinishedStates], limit: 1 })).total === 0 && !command.json) {
    context.terminal.out('Nothing is left to do.\n')
    return exitCodes.done
  }
  const { paused } = await client.call('queue.pause', { paused: false })
  if (paused)
    throw new AppError('input.conflict', 'The queue is paused and could not be resumed. Resume it in the studio, then try again.')
  return await runJobs({
    data,
    context,
    reporter: chooseReporter(context.terminal, command.json),
    exportDir: undefined,
    began: performance.now(),
    refused: 0,
    ask: () => jobsIn(client, unfinishedStates, Number.MAX_SAFE_INTEGER),
  })
}
