import type { InstanceClient } from '#core/instance/instance'
import { setTimeout as sleep } from 'node:timers/promises'
import { activeStates, type Job } from '#shared/domain/job'
import type { CommandContext } from './context'
import { exitCodes, type ExitCode } from './exit-codes'
import { followJobs } from './follow'
import { isFinal } from './job-follower'
import type { OpenData } from './open-data'
import { resultNotes } from './report/note-words'
import type { Reporter, Summary } from './report/reporter'
import { count, interruptedText } from './report/words'

/** What {@link runJobs} does. */
export interface RunJobsOptions {
  data: OpenData
  context: CommandContext
  reporter: Reporter
  /** Asks for the jobs. */
  ask: () => Promise<readonly Job[]>
  /** The folder that results are copied to; undefined when the command doesn't know of one. */
  exportDir: string | undefined
  /** `performance.now()` of the command's start. */
  began: number
  /** Files that were refused before; they count as failed. */
  refused: number
}

/** Counts how jobs came out. */
export function summarise(jobs: readonly Job[], refused: number, durationMs: number): Summary {
  const inState = (state: Job['state']): number => jobs.filter((job) => job.state === state).length
  return {
    done: inState('done'),
    failed: inState('failed') + refused,
    canceled: inState('canceled'),
    left: jobs.filter((job) => !isFinal(job)).length,
    durationMs: Math.round(durationMs),
  }
}

/** Runs jobs to their end with a report of each; answers the command's exit code. */
export async function runJobs(options: RunJobsOptions): Promise<ExitCode> {
  const { data, context, reporter, exportDir } = options
  const { client } = data.instance
  const told = new Set<string>()
  const begun = async (): Promise<readonly Job[]> => {
    const jobs = await options.ask()
    reporter.begin(jobs)
    return jobs
  }
  const jobs = await followJobs({
    client,
    ask: begun,
    exporting: exportDir !== undefined,
    signal: context.signal,
    onLink: (open) =>
      reporter.note(open ? 'Going on.' : 'The Recast that worked on this has ended; looking for the next one, or taking over.'),
    listener: {
      onChange(job, before) {
        reporter.job(job, before)
        if (job.state !== 'done') return
        for (const output of job.outputs) {
          const key = `${job.id} ${output.index}`
          if (told.has(key) || (exportDir !== undefined && output.exportedPath === undefined)) continue
          told.add(key)
          reporter.output(job, output)
        }
      },
    },
  })

  let notCopied = 0
  for (const job of jobs) {
    if (job.state !== 'done' || exportDir === undefined) continue
    const missing = job.outputs.filter((output) => output.exportedPath === undefined).length
    if (missing === 0) continue
    notCopied++
    reporter.problem(
      job.error ?? {
        code: 'io.failed',
        message: `The result of ${job.pictureName} is safe in Recast, but no copy of it came to ${exportDir}. Export it from the studio, or retry job ${job.id}.`,
        retry: 'user',
      },
    )
  }
  for (const words of resultNotes(jobs.filter((job) => job.state === 'done'))) reporter.note(words)
  const summary = summarise(jobs, options.refused, performance.now() - options.began)
  summary.done -= notCopied
  summary.failed += notCopied
  reporter.close()
  if (context.signal.aborted && summary.left > 0) {
    reporter.interrupted(interruptedText(summary, data.instance.role === 'client'), summary)
    return exitCodes.interrupted
  }
  reporter.summary(summary)
  return summary.failed > 0 || summary.canceled > 0 || summary.left > 0 ? exitCodes.failed : exitCodes.done
}

/** Says how many jobs an earlier start left; they come before or beside the command's own. */
export async function noteOlderJobs(data: OpenData, reporter: Reporter): Promise<void> {
  if (data.instance.role !== 'owner') return
  const older = await unfinished(data.instance.client, ['queued', ...activeStates])
  if (older > 0) reporter.note(`${count(older, 'job')} from an earlier start ${older === 1 ? 'is' : 'are'} finished as well.`)
}

/** Looks this far apart at whether anything is still at work, milliseconds. */
const idleLookMs = 300

/**
 * Keeps an owner at work until nothing more can be done now: jobs that an earlier start left are finished by this one. Jobs that wait
 * (for an engine, or because the queue is paused) are left for the next.
 */
export async function finishOlderJobs(data: OpenData, { signal, terminal }: CommandContext): Promise<void> {
  const { instance } = data
  if (instance.role !== 'owner' || signal.aborted) return
  const left = await unfinished(instance.client, ['queued', ...activeStates])
  if (left === 0) return
  terminal.err(
    `Going on with ${count(left, 'job')} of an earlier start or another command (Ctrl-C leaves ${left === 1 ? 'it' : 'them'} for the next start).\n`,
  )
  for (let idle = 0; idle < 3 && !signal.aborted;) {
    idle = (await unfinished(instance.client, activeStates)) === 0 ? idle + 1 : 0
    await sleep(idleLookMs, undefined, { signal }).catch(() => {})
  }
}

async function unfinished(client: InstanceClient, states: readonly Job['state'][]): Promise<number> {
  return (await client.call('jobs.list', { states: [...states], limit: 1 })).total
}
