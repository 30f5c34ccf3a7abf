import type { InstanceClient } from '#core/instance/instance'
import { byteWords } from '#shared/domain/byte-words'
import { AppError, type ErrorView } from '#shared/domain/error'
import { missingOf, type ModelDownload, type ModelView, type Verification } from '#shared/domain/model'
import type { CallOutput } from '#shared/contract/calls'
import type { CommandContext, CommonOptions } from './context'
import { exitCodes, type ExitCode } from './exit-codes'
import { openData, orAborted } from './open-data'
import { bar } from './report/bar-reporter'
import { modelLine, needsLine, progressLine } from './report/model-words'
import type { Terminal } from './terminal'

/** What is done with model files. */
export type ModelsAction =
  | { name: 'list'; all: boolean }
  /** `ids` are files or workflows; licences are accepted by `yes`. */
  | { name: 'pull'; ids: string[]; yes: boolean; mirror: string | undefined; ignoreSpace: boolean }
  | { name: 'verify'; files: string[] }
  | { name: 'import'; path: string; category: string | undefined }
  | { name: 'unused' }

/** A command about model files; `folder` becomes the models' folder of the data folder. */
export interface ModelsCommand extends CommonOptions {
  folder: string | undefined
  action: ModelsAction
}

type Listing = CallOutput<'models.list'>

/** Runs a command about model files; exit code 1 when one could not be brought, or is damaged. */
export async function runModelsCommand(command: ModelsCommand, context: CommandContext): Promise<ExitCode> {
  const data = await openData(command.dataDir, context, false)
  const { client } = data.instance
  try {
    if (command.folder !== undefined) await client.call('settings.set', { modelsFolder: command.folder })
    return await act(command, client, context)
  } finally {
    await data.close()
  }
}

async function act({ action, json }: ModelsCommand, client: InstanceClient, context: CommandContext): Promise<ExitCode> {
  const { terminal, signal } = context
  const line = (event: string, fields: object): void => terminal.out(`${JSON.stringify({ event, ...fields })}\n`)
  switch (action.name) {
    case 'list': {
      const listing = await orAborted(client.call('models.list', {}), signal)
      if (json) {
        for (const model of listing.models) line('model', model)
        for (const needs of listing.workflows) line('workflow', { ...needs, missing: missingFiles(listing, needs.files) })
      } else printList(listing, action.all, terminal)
      return exitCodes.done
    }
    case 'pull':
      return await pull(action, json, client, context)
    case 'verify': {
      const input = action.files.length > 0 ? { files: action.files } : {}
      const { results } = await orAborted(client.call('models.verify', input), signal)
      for (const one of results) {
        if (json) line('verified', one)
        else terminal.out(`${one.result === 'ok' ? '✓' : one.result === 'damaged' ? '✗' : '?'} ${one.file}${verdict(one)}\n`)
      }
      if (!json && results.length === 0) terminal.out('There are no models to verify.\n')
      return results.some((one) => one.result === 'damaged') ? exitCodes.failed : exitCodes.done
    }
    case 'import': {
      const folder = action.category === undefined ? {} : { folder: action.category }
      const done = await orAborted(client.call('models.import', { path: action.path, ...folder }), signal)
      if (json) line('imported', done)
      else terminal.out(`${done.path}\n`)
      return exitCodes.done
    }
    case 'unused': {
      const { files, bytes } = await orAborted(client.call('models.unused', {}), signal)
      for (const file of files) {
        if (json) line('unused', file)
        else terminal.out(`${byteWords(file.bytes).padStart(9)}  ${file.path}\n`)
      }
      if (json) line('summary', { files: files.length, bytes })
      else
        terminal.out(
          files.length === 0 ? 'Every model is used by a workflow.\n' : `${byteWords(bytes)} in ${files.length} files.\n`,
        )
      return exitCodes.done
    }
  }
}

function verdict({ result, against, path }: Verification): string {
  if (result === 'damaged' && against === 'record')
    return `  changed since it was fetched or imported. Remove ${path} and pull it again; if the change is yours, import it`
  if (result === 'damaged') return '  damaged: "recast models pull" gets it again'
  return result === 'unknown' ? '  no hash is known to hold it against' : ''
}

function missingFiles({ models }: Listing, files: readonly string[]): string[] {
  return missingOf(models, files).missing.map((model) => model.file)
}

function printList(listing: Listing, all: boolean, terminal: Terminal): void {
  terminal.out(`Models in ${listing.folder} (${byteWords(listing.freeBytes)} free), from ${listing.endpoint}\n`)
  for (const needs of listing.workflows) {
    terminal.out(`\n${needsLine(needs, missingOf(listing.models, needs.files))}\n`)
    for (const file of needs.files) {
      const model = listing.models.find((one) => one.file === file)
      if (model) terminal.out(`  ${modelLine(model)}\n`)
    }
    for (const variant of needs.variants) {
      const other = variant.files.filter((file) => !needs.files.includes(file))
      terminal.out(
        `    or ${needs.id}:${variant.id}  ${variant.title.en}, ${variant.vramGb} GB: ${other.length === 0 ? 'without one of them' : other.join(', ')}\n`,
      )
    }
  }
  if (!all) return
  const named = new Set(listing.workflows.flatMap((needs) => [needs.files, ...needs.variants.map((one) => one.files)].flat()))
  terminal.out('\nOther catalogued files\n')
  for (const model of listing.models) if (!named.has(model.file)) terminal.out(`  ${modelLine(model)}\n`)
}

/** The files that ids mean: files by name, workflows by what they need. Throws `input.not_found`. */
function filesOf(ids: readonly string[], { models, workflows }: Listing): string[] {
  const files = ids.flatMap((id) => {
    const needs = workflows.find((one) => one.id === id)
    if (needs) return needs.files
    const variant = workflows
      .flatMap((one) => one.variants.map((each) => ({ ...each, id: `${one.id}:${each.id}` })))
      .find((each) => each.id === id)
    if (variant) return variant.files
    if (models.some((model) => model.file === id)) return [id]
    throw new AppError('input.not_found', `There is no model or workflow "${id}". "recast models list" shows them.`, {
      detail: { id },
    })
  })
  return [...new Set(files)]
}

async function pull(
  action: Extract<ModelsAction, { name: 'pull' }>,
  json: boolean,
  client: InstanceClient,
  { terminal, signal }: CommandContext,
): Promise<ExitCode> {
  const listing = await orAborted(client.call('models.list', {}), signal)
  const files = filesOf(action.ids, listing)
  const { missing, bytes, unknown } = missingOf(listing.models, files)
  const event = (name: string, fields: object): void => terminal.out(`${JSON.stringify({ event: name, ...fields })}\n`)
  if (missing.length === 0) {
    if (json) event('summary', { done: 0, failed: 0, canceled: 0 })
    else terminal.out('Nothing is missing.\n')
    return exitCodes.done
  }
  const licences = [...new Map(missing.map((model) => [model.licence.id, model.licence])).values()]
  if (!json) {
    for (const model of missing) terminal.err(`  ${modelLine(model)}\n`)
    terminal.err(
      `${missing.length} files, ${byteWords(bytes)}${unknown > 0 ? ` and ${unknown} of unknown size` : ''}, to ${listing.folder}\n`,
    )
  }
  const open = licences.filter((licence) => licence.ask && !licence.accepted)
  if (open.length > 0 && !action.yes) {
    const names = open.map((licence) => (licence.url ? `${licence.id} (${licence.url})` : licence.id)).join(', ')
    throw new AppError('input.conflict', `Read these licences and accept them with --yes: ${names}. Then run it again.`, {
      detail: { licences: open.map((licence) => licence.id) },
    })
  }
  const wanted = new Set(missing.map((model) => model.file))
  const ended = new Map<string, ErrorView | undefined>()
  const live = new Map<string, ModelDownload>()
  const painter = paintProgress(terminal, json)
  let finish = (): void => {}
  const finished = new Promise<void>((resolve) => (finish = resolve))
  const note = (model: ModelView): void => {
    if (!wanted.has(model.file) || ended.has(model.file)) return
    const failed = model.download?.state === 'failed' || model.download?.state === 'paused'
    if (model.state !== 'ready' && !failed) return
    if (model.state === 'ready' && model.download) return
    const error = model.state === 'ready' ? undefined : model.download?.error
    ended.set(model.file, error)
    live.delete(model.file)
    painter.clear()
    if (json)
      event(
        error ? 'error' : 'model',
        error ? { file: model.file, ...error } : { file: model.file, state: model.state, path: model.path },
      )
    else if (error) terminal.err(`✗ ${model.file}: ${error.message}\n`)
    else terminal.out(`${model.path ?? model.file}\n`)
    if (ended.size === wanted.size) finish()
  }
  const stop = client.onEvent(({ body }) => {
    if (body.type === 'model') note(body.model)
    if (body.type === 'model.progress' && wanted.has(body.file) && !ended.has(body.file)) {
      live.set(body.file, body.download)
      if (json) event('progress', { file: body.file, ...body.download })
      painter.paint([...live].map(([file, download]) => ({ file, download })))
    }
  })
  // An event that was lost on the way must not hang the command.
  const look = setInterval(() => {
    void client.call('models.list', {}).then(
      ({ models }) => models.forEach(note),
      () => undefined,
    )
  }, 5_000)
  try {
    const input = {
      files: [...wanted],
      accept: action.yes ? open.map((licence) => licence.id) : [],
      ignoreSpace: action.ignoreSpace,
      ...(action.mirror === undefined ? {} : { mirror: action.mirror }),
    }
    const answer = await orAborted(client.call('models.pull', input), signal)
    answer.models.forEach(note)
    await orAborted(finished, signal).catch(async (error: unknown) => {
      painter.clear()
      await client.call('models.pause', { files: [...wanted] })
      if (!json) terminal.err('Stopped. What came is kept: run it again to go on.\n')
      throw error
    })
  } finally {
    clearInterval(look)
    stop()
    painter.clear()
  }
  const failed = [...ended.values()].filter((error) => error !== undefined).length
  if (json) event('summary', { done: ended.size - failed, failed, canceled: 0 })
  else terminal.err(`${ended.size - failed} done${failed > 0 ? `, ${failed} failed` : ''}.\n`)
  return failed > 0 ? exitCodes.failed : exitCodes.done
}

/** Progress at the foot of a terminal; nothing where there is none, or where programs read. */
function paintProgress(
  terminal: Terminal,
  json: boolean,
): {
  paint(downloads: { file: string; download: ModelDownload }[]): void
  clear(): void
} {
  let drawn = 0
  const clear = (): void => {
    if (drawn > 0) terminal.err(`\u001B[${drawn}A\u001B[0J`)
    drawn = 0
  }
  return {
    clear,
    paint(downloads) {
      if (json || !terminal.errIsTty) return
      clear()
      const lines = downloads.map(({ file, download }) => progressLine(file, download, terminal.columns - 1, bar))
      terminal.err(lines.map((text) => `${text}\n`).join(''))
      drawn = lines.length
    },
  }
}
