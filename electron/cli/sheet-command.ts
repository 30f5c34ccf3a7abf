import type { CallInput } from '#shared/contract/calls'
import { AppError } from '#shared/domain/error'
import type { Job } from '#shared/domain/job'
import type { CommandContext, CommonOptions } from './context'
import { exitCodes, type ExitCode } from './exit-codes'
import { findIds } from './find-jobs'
import { openData, orAborted } from './open-data'
import { editLabel } from './report/reporter'

/** Lays results of jobs out as files: a folder, one picture, or a turntable. */
export interface SheetCommand extends CommonOptions {
  /** Ids of jobs or their beginnings, in the order of the sheet. */
  ids: readonly string[]
  /** A folder, absolute. */
  dir: string
  /** Absent: the first job's picture's. */
  name: string | undefined
  values: Pick<CallInput<'sheets.export'>, 'format' | 'ground' | 'columns' | 'cellWidth' | 'labels' | 'size' | 'frameMs'>
}

/** Longest words below a picture. */
const maxLabel = 120

/** Writes the files and prints where they are. Rejects with `input.conflict` for a job without a result. */
export async function runSheetCommand(command: SheetCommand, context: CommandContext): Promise<ExitCode> {
  const { terminal, signal } = context
  const data = await orAborted(openData(command.dataDir, context, false), signal)
  const { client } = data.instance
  try {
    const jobs: Job[] = []
    for (const id of await findIds(client, command.ids)) jobs.push(await orAborted(client.call('jobs.get', { id }), signal))
    const cells = jobs.flatMap((job) => {
      if (job.outputs.length === 0) {
        throw new AppError(
          'input.conflict',
          `Job ${job.id.slice(0, 8)} has no result (${job.state}). Wait for it or leave it out, then try again.`,
          { detail: { id: job.id } },
        )
      }
      const label = (Object.values(editLabel(job))[0] ?? job.pictureName).slice(0, maxLabel)
      return job.outputs.map(({ assetId }) => ({ assetId, label }))
    })
    const name = command.name ?? jobs[0]?.pictureName ?? 'sheet'
    const { paths } = await orAborted(
      client.call('sheets.export', { ...command.values, cells, name: name.slice(0, maxLabel), dir: command.dir }),
      signal,
    )
    for (const path of paths) terminal.out(command.json ? `${JSON.stringify({ event: 'output', path })}\n` : `${path}\n`)
    return exitCodes.done
  } finally {
    await data.close()
  }
}
