import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { relative } from 'node:path'
import type { InstanceClient } from '#core/instance/instance'
import { databasePath } from '#core/database/path'
import type { ImportResult } from '#shared/contract/calls'
import { AppError, toAppError, type ErrorCode } from '#shared/domain/error'
import { targetsOf } from '#shared/domain/edit-targets'
import type { SubmissionInput } from '#shared/domain/job'
import { answersTo } from '#shared/styles/plain-name'
import type { CommandContext, CommonOptions } from './context'
import { exitCodes, type ExitCode } from './exit-codes'
import { openData, orAborted, type OpenData } from './open-data'
import { findIds } from './find-jobs'
import { photoPaths } from './photo-paths'
import { chooseReporter } from './report/choose-reporter'
import { importNotes } from './report/note-words'
import { problemText, type Reporter } from './report/reporter'
import { checkResultsFolder } from './results-folder'
import { finishOlderJobs, noteOlderJobs, runJobs } from './run-jobs'
import { UsageError } from './usage'
import { waitingWords } from './waiting-words'

type EditInput = SubmissionInput['edits'][number]

/** Edits that name pictures themselves: made when their files are assets and their jobs are known. */
export interface OwnPictures {
  /** Absolute paths. */
  files?: readonly string[]
  /** Whether the files become pictures of the library. */
  as?: 'picture' | 'style'
  /** Jobs by the beginning of their ids. */
  jobs?: readonly string[]
  edits: (
    assetOf: (file: string) => string,
    jobOf: (id: string) => string,
    client: InstanceClient,
  ) => EditInput[] | Promise<EditInput[]>
}

/** Edits of photos, as a command line asks for them. */
export interface EditCommand extends CommonOptions {
  /** Empty where pictures are made from words, or the edits name their own. */
  photos: readonly string[]
  own?: OwnPictures
  /** What results are called where no photo gives them a name. */
  name?: string
  /** Absolute. */
  outDir: string
  /** What to do with each photo. A style picture's asset is put into style edits. */
  edits: readonly EditInput[]
  /** Absolute path of a style picture. */
  styleImage?: string
  sampling: NonNullable<SubmissionInput['sampling']>
  seed?: number
  count: number
  engine: string
  workflowId?: string
}

/** Refusals that mean "the command line is wrong", once the files themselves were taken. */
const usageCodes = new Set<ErrorCode>([
  'input.invalid',
  'input.unknown_style',
  'input.unknown_view',
  'input.unknown_engine',
  'input.unknown_workflow',
])

/** Imports, submits, follows and reports; answers the exit code. */
export async function runEditCommand(command: EditCommand, context: CommandContext): Promise<ExitCode> {
  const began = performance.now()
  const { terminal, signal } = context
  const reporter = chooseReporter(terminal, command.json)
  let data: OpenData | undefined
  try {
    const unknown = await unknownStyle(command)
    // Presets of the user's own are in the data folder, and nowhere before it is made.
    if (unknown && !existsSync(databasePath(command.dataDir))) throw unknown.error
    await checkResultsFolder(command.outDir)
    data = await orAborted(openData(command.dataDir, context, true), signal)
    if (unknown) await needOwnPreset(unknown, data)
    await noteOlderJobs(data, reporter)
    const code = await submitAndRun(command, data, reporter, context, began)
    await finishOlderJobs(data, context)
    return signal.aborted ? exitCodes.interrupted : code
  } catch (thrown) {
    if (signal.aborted) {
      reporter.close()
      terminal.err('Stopped before anything was queued. Run it again to start over.\n')
      return exitCodes.interrupted
    }
    throw thrown
  } finally {
    reporter.close()
    await data?.close({
      waitForClients: !signal.aborted,
      onWaiting: (jobs) =>
        terminal.err(`Another command still works through this one: ${jobs} of its jobs are left. Ctrl-C hands them over.\n`),
    })
  }
}

/** A style that the catalogue doesn't have, and the words for that. */
interface UnknownStyle {
  written: string
  error: unknown
}

/** The first style of a command that only a preset of the user's own can be. */
async function unknownStyle({ edits }: EditCommand): Promise<UnknownStyle | undefined> {
  const { resolveStyle } = await import('#shared/styles/catalogue')
  for (const edit of edits) {
    if (edit.kind !== 'style' || edit.styleId === undefined) continue
    try {
      resolveStyle(edit.styleId)
    } catch (error) {
      return { written: edit.styleId, error }
    }
  }
  return undefined
}

/** Refuses a misspelt style before any photo is taken in. */
async function needOwnPreset({ written, error }: UnknownStyle, data: OpenData): Promise<void> {
  const { styles } = await data.instance.client.call('styles.list', {})
  if (!styles.some((style) => answersTo(style, written))) throw error
}

async function submitAndRun(
  command: EditCommand,
  data: OpenData,
  reporter: Reporter,
  context: CommandContext,
  began: number,
): Promise<ExitCode> {
  const { client } = data.instance
  const edits = [...(await withStyleImage(command, data, context)), ...(await ownEdits(command.own, data, context, reporter))]
  const needsPhotos = command.photos.length > 0
  const paths = photoPaths(command.photos, command.outDir)
  const { results } =
    paths.length === 0 ? { results: [] } : await orAborted(client.call('assets.import', { paths, as: 'picture' }), context.signal)
  const { pictures, refused } = takeImports(results, reporter)
  if (needsPhotos && results.length === 0) {
    refuse(
      reporter,
      new AppError('input.not_found', `There are no pictures in ${command.photos.join(', ')}. Give other files or folders.`),
    )
  }
  if (needsPhotos && pictures.length === 0) {
    reporter.summary({
      done: 0,
      failed: Math.max(refused, 1),
      canceled: 0,
      left: 0,
      durationMs: Math.round(performance.now() - began),
    })
    return exitCodes.failed
  }

  const submission: SubmissionInput = {
    // Known again by this: should its owner be killed within the call, the next one is asked the same.
    batchId: randomUUID(),
    pictures,
    edits,
    sampling: command.sampling,
    count: command.count,
    engine: command.engine,
    exportDir: command.outDir,
    // One result somebody waits for goes before the batches of others.
    priority: Math.max(1, pictures.length) * edits.length * command.count === 1 ? 'interactive' : 'batch',
    ...(command.name === undefined ? {} : { name: command.name }),
    ...(command.seed === undefined ? {} : { seed: command.seed }),
    ...(command.workflowId === undefined ? {} : { workflowId: command.workflowId }),
  }
  return await runJobs({
    data,
    context,
    reporter,
    exportDir: command.outDir,
    began,
    refused,
    async ask() {
      try {
        const { jobs } = await client.call('jobs.submit', submission)
        await noteAwayEngine(command.engine, client, reporter)
        return jobs
      } catch (thrown) {
        const error = toAppError(thrown)
        if (usageCodes.has(error.code)) throw new UsageError(error.message, { cause: error })
        throw error
      }
    },
  })
}

/** The edits with the style picture's asset in them, once that is imported. */
async function withStyleImage(command: EditCommand, data: OpenData, { signal }: CommandContext): Promise<EditInput[]> {
  const { styleImage } = command
  if (styleImage === undefined) return [...command.edits]
  const { results } = await orAborted(data.instance.client.call('assets.import', { paths: [styleImage], as: 'style' }), signal)
  const [first] = results
  if (first?.error)
    throw AppError.fromView({ ...first.error, message: `The style picture ${styleImage}: ${first.error.message}` })
  const styleAssetId = first?.asset?.id
  if (styleAssetId === undefined || results.length !== 1) {
    throw new AppError('input.not_a_picture', `${styleImage} is not one picture. Give a single picture file as the style.`)
  }
  return command.edits.map((edit) => (edit.kind === 'style' ? { ...edit, styleAssetId } : edit))
}

/** The edits that name pictures themselves, once those are imported. A file that is refused stops the command. */
async function ownEdits(
  own: OwnPictures | undefined,
  { instance: { client } }: OpenData,
  { signal }: CommandContext,
  reporter: Reporter,
): Promise<EditInput[]> {
  if (!own) return []
  const assets = new Map<string, string>()
  for (const file of new Set(own.files)) {
    const { results } = await orAborted(client.call('assets.import', { paths: [file], as: own.as ?? 'picture' }), signal)
    const [first] = results
    if (first?.error) throw AppError.fromView({ ...first.error, message: problemText(first.error, file) })
    const asset = first?.asset
    if (!asset || results.length !== 1) {
      throw new AppError('input.not_a_picture', `${file} is not one picture. Give a single picture file.`)
    }
    for (const words of importNotes(asset.notes)) reporter.note(`${shown(file)} ${words}.`)
    assets.set(file, asset.id)
  }
  const ids = own.jobs ? await findIds(client, own.jobs) : []
  const jobs = new Map(own.jobs?.map((id, n) => [id, ids[n] ?? id]))
  return await own.edits(
    (file) => assets.get(file) ?? '',
    (id) => jobs.get(id) ?? id,
    client,
  )
}

/** Says so when none of the servers that are meant takes jobs now: the jobs are safe, and wait. */
async function noteAwayEngine(wish: string, client: InstanceClient, reporter: Reporter): Promise<void> {
  const { engines } = await client.call('engines.list', {})
  const words = waitingWords(engines, wish)
  if (words !== undefined) reporter.note(`${words} Ctrl-C leaves them for the next start of Recast.`)
}

/** Reports what was refused; answers each picture under each name that a file gives it now, once. */
function takeImports(
  results: readonly ImportResult[],
  reporter: Reporter,
): { pictures: NonNullable<SubmissionInput['pictures']>; refused: number } {
  let refused = 0
  for (const { file, picture, asset, error } of results) {
    if (error || !picture) {
      refused++
      if (error) reporter.problem(error, file)
      continue
    }
    for (const words of importNotes(asset?.notes ?? [])) reporter.note(`${shown(file)} ${words}.`)
  }
  const { targets, repeated } = targetsOf(results)
  for (const { file, of, sameName } of repeated)
    reporter.note(
      `${shown(file)} is the same picture as ${shown(of)}; ${sameName ? 'it is done once' : 'each name gets a result'}.`,
    )
  return { pictures: targets, refused }
}

function refuse(reporter: Reporter, error: AppError): void {
  reporter.problem(error.toView())
}

/** A path as short as it can be told. */
function shown(path: string): string {
  const way = relative(process.cwd(), path)
  return way === '' || way.startsWith('..') ? path : way
}
