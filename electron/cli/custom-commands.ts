import { resolve } from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { type CustomField, customPurposes, type CustomPurpose, type CustomWorkflowDetail } from '#shared/domain/custom-workflow'
import type { SubmissionInput } from '#shared/domain/job'
import type { CommandContext } from './context'
import type { EditCommand } from './edit-command'
import { common, defaultOut, editBase, type EditFlags, type GlobalFlags } from './edit-options'
import type { ExitCode } from './exit-codes'
import type { OwnWorkflowAction } from './own-workflows'
import { engine, seed, textUpTo, UsageError, wholeIn } from './usage'

type Pair = [string, string]
type CustomEditInput = Extract<SubmissionInput['edits'][number], { kind: 'custom' }>

interface CustomFlags extends EditFlags {
  image?: Pair[]
  name?: string
}

interface ImportFlags extends GlobalFlags {
  engine?: string
  name?: string
  as: CustomPurpose
}

const example = `
Examples:
  recast custom chair.json --engine http://gpu:8188
  recast custom chair.json --image 10=photo.png --set 6.text="a blue chair" --set 3.seed=random --count 4
  recast custom custom-chair photos/ --set 3.steps=8        an imported one, for each photo of a folder

WORKFLOW is a file (as ComfyUI's editor saves it, its API format, or a PNG that ComfyUI made) or the id of an imported one. NODE is the id of a node, or its
title where only one node has it; "recast workflows show ID" lists them. "random" draws a new whole number for each job. Needs ComfyUI.`

/** Registers `custom`: runs a workflow of the user's own. */
export function addCustomCommand(
  program: Command,
  run: <Flags extends GlobalFlags>(
    make: (flags: Flags, words: string[]) => EditCommand | Promise<EditCommand>,
  ) => (...given: unknown[]) => Promise<void>,
): void {
  const collect = (text: string, before: Pair[] | undefined): Pair[] => [...(before ?? []), pair(text)]
  program
    .command('custom')
    .description('run a ComfyUI workflow of your own')
    .argument('<workflow>', 'a workflow file, or the id of an imported one')
    .argument('[photo...]', 'picture files or folders, for the first node that loads one')
    .option('--image <node=file>', 'a picture for a node that loads one; may come several times', collect)
    .option('--set <node.input=value>', 'a value, or "random"; may come several times', collect)
    .option('--engine <which>', 'auto, local, or the address of a ComfyUI server', engine, 'auto')
    .option('--seed <n>', 'what random numbers are drawn from; random when left out', seed)
    .option('--count <n>', 'how many times; seeds that are not set are drawn anew for each', wholeIn(1, 64), 1)
    .option('--name <name>', 'what the results are called', textUpTo(200))
    .option('--out <dir>', 'folder for the results', textUpTo(4096), defaultOut)
    .addHelpText('after', example)
    .action(
      run<CustomFlags>((flags, [workflow = '', ...photos]) => {
        const { set = [], image = [], name, ...rest } = flags
        const files = image.map(([node, file]) => ({ node, file: resolve(file) }))
        return {
          ...editBase(photos, rest),
          ...(name === undefined ? {} : { name }),
          edits: [],
          own: {
            files: files.map(({ file }) => file),
            as: 'picture',
            async edits(assetOf, _jobOf, client) {
              const asked = rest.engine === 'auto' ? {} : { engine: rest.engine }
              const detail = isFile(workflow)
                ? (await client.call('workflows.import', { path: resolve(workflow), ...asked })).workflow
                : await client.call('workflows.get', { id: workflow })
              const pictures = files.map(({ node, file }): Pair => [nodeOf(detail, node), assetOf(file)])
              return [
                {
                  kind: 'custom',
                  workflowId: detail.id,
                  values: valuesOf(detail, set, flags.count ?? 1),
                  assetIds: Object.fromEntries(pictures),
                },
              ]
            },
          },
        }
      }),
    )
}

/** Registers what the command `workflows` does with the user's own: import, show, rename, remove. */
export function addOwnWorkflowCommands(
  workflows: Command,
  run: <Flags extends GlobalFlags>(
    act: (flags: Flags, words: string[], begin: () => CommandContext) => Promise<ExitCode>,
  ) => (...given: unknown[]) => Promise<void>,
): void {
  const act = async (flags: GlobalFlags, begin: () => CommandContext, action: OwnWorkflowAction): Promise<ExitCode> => {
    const { runOwnWorkflows } = await import('./own-workflows')
    return await runOwnWorkflows({ ...common(flags), action }, begin())
  }
  const asked = (which: string | undefined): { engine?: string } => (which === undefined ? {} : { engine: which })
  workflows
    .command('import')
    .description('keep a ComfyUI workflow of your own')
    .argument('<file...>', "workflow files, as ComfyUI's editor saves them or in its API format, or PNG files that ComfyUI made")
    .option('--engine <url>', 'the ComfyUI server whose nodes are meant; absent: the one that is set up', engine)
    .option('--name <name>', "what it is called; absent: the file's name", textUpTo(120))
    .addOption(
      new Option('--as <purpose>', 'refuse what can not be a style or an image edit').choices([...customPurposes]).default('any'),
    )
    .action(
      run<ImportFlags>(async (flags, files, begin) => {
        if (flags.name !== undefined && files.length > 1)
          throw new UsageError('--name goes with one file. Import them one by one.')
        const { name, as: purpose } = flags
        const paths = files.map((file) => resolve(file))
        return await act(flags, begin, {
          name: 'import',
          paths,
          purpose,
          ...asked(flags.engine),
          ...(name ? { title: name } : {}),
        })
      }),
    )
  workflows
    .command('show')
    .description('everything that can be set in a workflow of your own')
    .argument('<id>', 'id of an imported workflow')
    .option('--engine <url>', 'also ask this server whether it can run it', engine)
    .action(
      run<GlobalFlags & { engine?: string }>(
        async (flags, [id = ''], begin) => await act(flags, begin, { name: 'show', id, ...asked(flags.engine) }),
      ),
    )
  workflows
    .command('rename')
    .description('call a workflow of your own something else')
    .argument('<id>', 'id of an imported workflow')
    .argument('<name>', 'its new name', textUpTo(120))
    .action(
      run<GlobalFlags>(async (flags, [id = '', title = ''], begin) => await act(flags, begin, { name: 'rename', id, title })),
    )
  workflows
    .command('remove')
    .description('take workflows of your own out of the list')
    .argument('<id...>', 'ids of imported workflows')
    .action(run<GlobalFlags>(async (flags, ids, begin) => await act(flags, begin, { name: 'remove', ids })))
}

/** Reads `target=value`; the value may be empty, for a text without words. */
function pair(text: string): Pair {
  const at = text.indexOf('=')
  if (at < 1) throw new InvalidArgumentError('Write NODE=FILE or NODE.input=VALUE.')
  return [text.slice(0, at).trim(), text.slice(at + 1)]
}

function isFile(word: string): boolean {
  return /\.json$/i.test(word) || /[\\/]/.test(word)
}

/** The id of a node that was named by its id or its title. */
export function nodeOf({ fields, outputs }: Pick<CustomWorkflowDetail, 'fields' | 'outputs'>, name: string): string {
  const nodes = new Map([
    ...fields.map(({ node, group }): Pair => [node, group]),
    ...outputs.map(({ node, title }): Pair => [node, title]),
  ])
  if (nodes.has(name)) return name
  const titled = [...nodes].filter(([, title]) => title.toLowerCase() === name.toLowerCase())
  if (titled.length > 1) {
    throw new UsageError(`Several nodes are called "${name}": ${titled.map(([id]) => id).join(', ')}. Name one of these ids.`)
  }
  return titled[0]?.[0] ?? name
}

/** The values of `--set`, as their fields take them. With several jobs, seeds that are not set are drawn anew for each. */
export function valuesOf(
  detail: Pick<CustomWorkflowDetail, 'fields' | 'outputs'>,
  set: readonly Pair[],
  count: number,
): NonNullable<CustomEditInput['values']> {
  const values: NonNullable<CustomEditInput['values']> = {}
  for (const [target, text] of set) {
    const dot = target.indexOf('.')
    if (dot <= 0) throw new UsageError(`--set ${target}=…: say which input of which node, such as 3.seed=random.`)
    const key = `${nodeOf(detail, target.slice(0, dot))}${target.slice(dot)}`
    values[key] = valueOf(
      detail.fields.find((field) => field.key === key),
      text,
    )
  }
  const drawn = Object.values(values).some((value) => typeof value === 'object')
  if (count > 1 && !drawn)
    for (const { key, kind } of detail.fields) if (kind === 'seed' && !(key in values)) values[key] = { random: true }
  return values
}

function valueOf(field: CustomField | undefined, text: string): string | number | boolean | { random: true } {
  const numeric = /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)
  switch (field?.kind) {
    case 'integer':
    case 'number':
    case 'seed':
      return text === 'random' ? { random: true } : numeric ? Number(text) : text
    case 'boolean':
      return text === 'true' || text === 'false' ? text === 'true' : text
    case 'choice':
      return (
        field.options?.find((option) => String(option) === text) ??
        (typeof field.default === 'number' && numeric ? Number(text) : text)
      )
    default:
      return text
  }
}
