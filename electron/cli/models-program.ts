import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { CommandContext, CommonOptions } from './context'
import type { ExitCode } from './exit-codes'
import type { ModelsAction } from './models-command'
import { textUpTo, UsageError } from './usage'

const examples = `
Examples:
  recast models                                     what each workflow needs and what is missing
  recast models pull qwen-edit-2511-style           everything that workflow lacks
  recast models pull clip_l.safetensors --mirror https://hub.example.org
  recast models import ~/Downloads/ae.safetensors   known by its hash, put where it belongs
  recast models verify                              reads every file and compares its hash

HF_TOKEN goes to HF_ENDPOINT (the official hub when that is not set) and nowhere else.
HTTPS_PROXY and NO_PROXY are respected.`

/** Flags that the program adds to every command. */
interface GlobalFlags {
  data?: string
  json?: boolean
}
interface ModelsFlags extends GlobalFlags {
  folder?: string
}

/** How a command of the program is run: see `runProgram`. */
type Run = <Flags extends GlobalFlags>(
  start: (flags: Flags, words: string[], begin: () => CommandContext) => Promise<ExitCode>,
) => (...given: unknown[]) => Promise<void>

/** Adds `models` with its commands to the program. */
export function addModelsCommands(
  program: Command,
  run: Run,
  common: (flags: GlobalFlags) => CommonOptions,
  unknownCommand: (word: string, parent: Command) => UsageError,
): void {
  const models = program
    .command('models')
    .description('the model files that workflows need')
    .option('--folder <dir>', 'keep models there from now on', textUpTo(4096))
    .addHelpText('after', examples)
  const start = async (flags: ModelsFlags, action: ModelsAction, begin: () => CommandContext): Promise<ExitCode> => {
    const { runModelsCommand } = await import('./models-command')
    const folder = flags.folder === undefined ? undefined : resolve(flags.folder)
    return await runModelsCommand({ ...common(flags), folder, action }, begin())
  }
  models
    .command('list', { isDefault: true })
    .description('what each workflow needs and what is missing')
    .option('--all', 'files that no workflow names, too')
    .allowExcessArguments(true)
    .action(
      run<ModelsFlags & { all?: boolean }>(async (flags, words, begin) => {
        const [word] = words
        if (word !== undefined) throw unknownCommand(word, models)
        return await start(flags, { name: 'list', all: flags.all ?? false }, begin)
      }),
    )
  models
    .command('pull')
    .description('get files: linked when they are on the disk, else downloaded; goes on where it stopped')
    .argument('<id...>', 'workflows, variants as workflow:choice=option, or files')
    .option('--yes', 'accept the licences that ask for it')
    .option('--mirror <url>', 'ask this endpoint first', textUpTo(400))
    .option('--ignore-space', 'go on although the disk says that there is no room')
    .action(
      run<ModelsFlags & { yes?: boolean; mirror?: string; ignoreSpace?: boolean }>(async (flags, ids, begin) => {
        const { yes = false, mirror, ignoreSpace = false } = flags
        return await start(flags, { name: 'pull', ids, yes, mirror, ignoreSpace }, begin)
      }),
    )
  models
    .command('verify')
    .description('read files and compare their hashes')
    .argument('[file...]', 'only these')
    .action(run<ModelsFlags>(async (flags, files, begin) => await start(flags, { name: 'verify', files }, begin)))
  models
    .command('import')
    .description('take a file that was brought by hand')
    .argument('<file>', 'a safetensors or GGUF file')
    .option('--into <folder>', 'folder for a file that the catalogue does not know, such as loras', textUpTo(64))
    .action(
      run<ModelsFlags & { into?: string }>(async (flags, [path], begin) => {
        if (path === undefined) throw new UsageError('Name the file to import.')
        return await start(flags, { name: 'import', path: resolve(path), category: flags.into }, begin)
      }),
    )
  models
    .command('unused')
    .description('files in the models folder that no workflow names, with their sizes')
    .action(run<ModelsFlags>(async (flags, _words, begin) => await start(flags, { name: 'unused' }, begin)))
}
