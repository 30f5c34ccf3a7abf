import { resolve } from 'node:path'
import { Command, Option } from 'commander'
import type { CommandContext } from './context'
import { addEnginesCommands } from './engines-program'
import { addRuntimeCommands } from './runtime-program'
import type { EditCommand } from './edit-command'
import { addCustomCommand, addOwnWorkflowCommands } from './custom-commands'
import { addEditOptions, common, defaultOut, editBase, type EditFlags, type GlobalFlags } from './edit-options'
import { exitCodes, type ExitCode } from './exit-codes'
import type { JobsCommand } from './jobs-command'
import { nearestNames } from '#shared/styles/nearest'
import { addMakeCommands } from './make-commands'
import { engine, numberIn, textUpTo, UsageError, wholeIn } from './usage'
import { addSheetCommand } from './sheet-program'
import { addModelsCommands } from './models-program'

/** What the program needs besides the command line. */
export interface ProgramOptions {
  /** Called once the command line is understood, right before the command: from here on Ctrl-C is handled. */
  begin: () => CommandContext
  version: string
  /** Folder of the built renderer, for `serve`. */
  rendererDir: string
  writeOut: (text: string) => void
  writeErr: (text: string) => void
}

const examples = {
  recast: `
Examples:
  recast                                            open the studio in a browser
  recast style mug.png --style oil-painting         one picture into ./${defaultOut}
  recast style photos/ --style clay --count 3       three seeds of each photo of a folder
  recast views mug.png --views preset:8             a contact sheet of eight views
  recast generate "a red mug" --lod sketch          a picture from words (needs ComfyUI)
  recast jobs                                       what is queued, running and done

Exit codes: 0 all done, 1 something failed, 2 wrong usage, 130 interrupted.
The data folder (library, queue, log files) is --data, else RECAST_DATA, else the system's place for it.`,
  style: `
Examples:
  recast style mug.png --style watercolour --strength 0.7
  recast style photos/ extra.jpg --style clay --out clay-set --seed 7
  recast style mug.png --style-image brush.jpg --structure 0.8
  recast style photos/ --style anime --json | jq -r 'select(.event == "output").path'

Results are named {name}_{style}_{seed}.png and never overwrite a file.`,
  views: `
Examples:
  recast views mug.png --views preset:8
  recast views mug.png --views front,back-left,front-right-elevated --out sheet
  recast views mug.png --perspectives cameras.json

A perspectives file is an array of {"id", "name", "prompt"} or {"id", "name", "azimuth", "elevation", "distance"}
(degrees; distance 0.6 close-up, 1 medium, 1.8 wide). Results are named {name}_{view}_{seed}.png.`,
  jobs: `
Examples:
  recast jobs                     what is left, and the newest of what is done
  recast jobs show 3f2a           everything about one job (the beginning of its id is enough)
  recast jobs cancel all          stop everything that is left
  recast jobs retry 3f2a          once more
  recast jobs resume              finish what an interrupted start left`,
} as const

interface StyleFlags extends EditFlags {
  style?: string
  styleImage?: string
  prompt?: string
  strength?: number
  structure?: number
  keepColours?: boolean
}

interface ViewsFlags extends EditFlags {
  views?: string
  perspectives?: string
}

async function styleCommand(photos: string[], flags: StyleFlags): Promise<EditCommand> {
  const { style, styleImage, prompt, strength, structure, keepColours } = flags
  if (style === undefined && styleImage === undefined && prompt === undefined) {
    throw new UsageError(
      'Say which style: --style ID, --style-image FILE, or --prompt TEXT. "recast style --help" shows examples.',
    )
  }
  // Whether there is such a style, the data folder knows: the user's own presets are there.
  return {
    ...editBase(photos, flags),
    ...(styleImage === undefined ? {} : { styleImage: resolve(styleImage) }),
    edits: [
      {
        kind: 'style',
        ...(style === undefined ? {} : { styleId: style }),
        ...(prompt === undefined ? {} : { prompt }),
        ...(strength === undefined ? {} : { strength }),
        ...(structure === undefined ? {} : { structure }),
        ...(keepColours === undefined ? {} : { keepColours }),
      },
    ],
  }
}

async function viewsCommand(photos: string[], flags: ViewsFlags): Promise<EditCommand> {
  const { views: given, perspectives } = flags
  if ((given === undefined) === (perspectives === undefined)) {
    throw new UsageError('Say which views, one way: --views ID,ID, --views preset:4 (or 8, 24), or --perspectives FILE.json.')
  }
  const views =
    perspectives === undefined
      ? (await import('#shared/views/presets')).resolveViews(given ?? '')
      : (await import('./views-option')).readPerspectives(resolve(perspectives))
  return { ...editBase(photos, flags), edits: views.map((view) => ({ kind: 'perspective', view })) }
}

/**
 * Understands a command line and runs its command; answers the exit code.
 * Rejects with commander's own errors, {@link UsageError} and AppErrors; texts for help go to `writeOut`.
 */
export async function runProgram(args: readonly string[], options: ProgramOptions): Promise<ExitCode> {
  let code: ExitCode = exitCodes.done
  const program = new Command('recast')
    .description(
      'Product photos in, finished pictures out: style and camera edits on your own GPU, on ComfyUI servers, or as drafts.',
    )
    .version(options.version)
    .option('--data <dir>', 'data folder', textUpTo(4096))
    .option('--json', 'one JSON object a line, for programs')
    .addHelpText('after', examples.recast)
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ writeOut: options.writeOut, writeErr: options.writeErr })
    .showHelpAfterError('"--help" shows examples.')
    .exitOverride()

  /** Runs a command with all its flags, those before its name included. */
  const run =
    <Flags extends GlobalFlags>(start: (flags: Flags, words: string[], context: () => CommandContext) => Promise<ExitCode>) =>
    async (...given: unknown[]): Promise<void> => {
      const command = given.at(-1) as Command
      code = await start(command.optsWithGlobals<Flags>(), command.args, options.begin)
    }

  program
    .command('serve', { isDefault: true })
    .description('open the studio in a browser (this is what happens without a command)')
    .option('--port <n>', 'exactly this port; 0 for any free one', wholeIn(0, 65_535))
    .option('--host <address>', 'a loopback address', textUpTo(255))
    .option('--no-open', 'do not open a browser')
    .allowExcessArguments(true)
    .action(
      run<GlobalFlags & { port?: number; host?: string; open: boolean }>(async (flags, words, begin) => {
        const [word] = words
        if (word !== undefined) throw unknownCommand(word, program)
        const { runServeCommand } = await import('./serve-command')
        return await runServeCommand(
          {
            ...common(flags),
            open: flags.open,
            rendererDir: options.rendererDir,
            ...(flags.port === undefined ? {} : { port: flags.port }),
            ...(flags.host === undefined ? {} : { host: flags.host }),
          },
          begin(),
        )
      }),
    )

  const runEdit = async (command: EditCommand, begin: () => CommandContext): Promise<ExitCode> => {
    const { runEditCommand } = await import('./edit-command')
    return await runEditCommand(command, begin())
  }

  addEditOptions(
    program
      .command('style')
      .description('restyle photos')
      .argument('<photo...>', 'picture files or folders of them')
      .option('--style <id>', 'a style, such as clay, anime, oil-painting', textUpTo(64))
      .addOption(new Option('--style-image <file>', 'a picture as the style').conflicts('style'))
      .option('--prompt <text>', 'words for the edit', textUpTo(2000))
      .option('--strength <0..1>', 'how much of the style', numberIn(0, 1))
      .option('--structure <0..1>', "how much of the photo's own edges and light stays", numberIn(0, 1))
      .option('--keep-colours', "keep the photo's colours"),
  )
    .addHelpText('after', examples.style)
    .action(run<StyleFlags>(async (flags, photos, begin) => await runEdit(await styleCommand(photos, flags), begin)))

  addEditOptions(
    program
      .command('views')
      .description('see photos from other cameras')
      .argument('<photo...>', 'picture files or folders of them')
      .option('--views <ids>', 'views by id, separated by commas, or preset:4, preset:8, preset:24', textUpTo(20_000))
      .option('--perspectives <file>', 'views from a JSON file', textUpTo(4096)),
  )
    .addHelpText('after', examples.views)
    .action(run<ViewsFlags>(async (flags, photos, begin) => await runEdit(await viewsCommand(photos, flags), begin)))

  addMakeCommands(
    program,
    <Flags extends GlobalFlags>(make: (flags: Flags, words: string[]) => EditCommand | Promise<EditCommand>) =>
      run<Flags>(async (flags, words, begin) => await runEdit(await make(flags, words), begin)),
  )

  addCustomCommand(
    program,
    <Flags extends GlobalFlags>(make: (flags: Flags, words: string[]) => EditCommand | Promise<EditCommand>) =>
      run<Flags>(async (flags, words, begin) => await runEdit(await make(flags, words), begin)),
  )

  addSheetCommand(program, run)

  const jobs = program.command('jobs').description('look at the queue, or change it').addHelpText('after', examples.jobs)
  const runJobs = async (flags: GlobalFlags, action: JobsCommand['action'], begin: () => CommandContext): Promise<ExitCode> => {
    const { runJobsCommand } = await import('./jobs-command')
    return await runJobsCommand({ ...common(flags), action }, begin())
  }
  jobs
    .command('list', { isDefault: true })
    .description('what is left, and the newest of what is done')
    .option('--limit <n>', 'how many finished jobs', wholeIn(0, 100_000), 20)
    .allowExcessArguments(true)
    .action(
      run<GlobalFlags & { limit: number }>(async (flags, words, begin) => {
        const [word] = words
        if (word !== undefined) throw unknownCommand(word, jobs)
        return await runJobs(flags, { name: 'list', limit: flags.limit }, begin)
      }),
    )
  const actions = [
    ['show', 'everything about jobs'],
    ['cancel', 'stop jobs; "all" stops everything that is left'],
    ['retry', 'run failed or canceled jobs again'],
  ] as const
  for (const [name, description] of actions) {
    jobs
      .command(name)
      .description(description)
      .argument('<id...>', 'ids of jobs, or their beginnings')
      .action(run<GlobalFlags>(async (flags, ids, begin) => await runJobs(flags, { name, ids }, begin)))
  }
  jobs
    .command('resume')
    .description('finish what an interrupted start left')
    .action(run<GlobalFlags>(async (flags, _words, begin) => await runJobs(flags, { name: 'resume' }, begin)))

  program
    .command('doctor')
    .description('check and repair the database, the files and what was left behind')
    .option('--no-repair', 'only look')
    .option('--report <file>', 'also write versions, devices and the last log lines there, without secrets', textUpTo(4096))
    .action(
      run<GlobalFlags & { repair: boolean; report?: string }>(async (flags, _words, begin) => {
        const { runDoctorCommand } = await import('./doctor-command')
        const report = flags.report === undefined ? {} : { report: resolve(flags.report) }
        return await runDoctorCommand({ ...common(flags), repair: flags.repair, ...report }, begin())
      }),
    )

  addEnginesCommands(program, run)
  addRuntimeCommands(program, run)

  const workflows = program.command('workflows').description('the ComfyUI workflows that come with Recast, and your own')
  const runWorkflows = async (flags: GlobalFlags & { engine?: string }, begin: () => CommandContext): Promise<ExitCode> => {
    const { runWorkflowsCommand } = await import('./engines-command')
    return await runWorkflowsCommand(
      { ...common(flags), ...(flags.engine === undefined ? {} : { engine: flags.engine }) },
      begin(),
    )
  }
  workflows
    .command('list', { isDefault: true })
    .description('every workflow with its edit and licence')
    .allowExcessArguments(true)
    .action(
      run<GlobalFlags>(async (flags, [word], begin) => {
        if (word !== undefined) throw unknownCommand(word, workflows)
        return await runWorkflows(flags, begin)
      }),
    )
  workflows
    .command('check')
    .description('what a server has for each workflow, and what it lacks')
    .requiredOption('--engine <url>', 'the address of a ComfyUI server', engine)
    .action(run<GlobalFlags & { engine: string }>(async (flags, _words, begin) => await runWorkflows(flags, begin)))

  addOwnWorkflowCommands(workflows, run)
  addModelsCommands(program, run, common, unknownCommand)

  await program.parseAsync([...args], { from: 'user' })
  return code
}

function unknownCommand(word: string, parent: Command): UsageError {
  const names = parent.commands.map((command) => command.name())
  const like = nearestNames(word, names)
  const hint = like.length > 0 ? `Did you mean ${like.join(' or ')}?` : `There are: ${names.join(', ')}.`
  return new UsageError(`There is no command "${word}". ${hint}`)
}
