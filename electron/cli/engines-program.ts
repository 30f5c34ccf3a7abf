import { resolve } from 'node:path'
import type { Command } from 'commander'
import { serverLimits } from '#shared/domain/engine'
import type { CommandContext } from './context'
import { dataDir } from './data-dir'
import type { EnginesCommand } from './engines-command'
import type { ExitCode } from './exit-codes'
import { header, numberIn, several, textUpTo, UsageError } from './usage'

interface Flags {
  data?: string
  json?: boolean
}

interface AddFlags extends Flags {
  header?: Record<string, string>
  name?: string
  weight?: number
  tag?: string[]
  ca?: string
}

type Run = <F extends Flags>(
  start: (flags: F, words: string[], context: () => CommandContext) => Promise<ExitCode>,
) => (...given: unknown[]) => Promise<void>

const examples = `
Examples:
  recast engines                                        what does the work, and how it is
  recast engines add http://192.168.1.20:8188 --name Studio --weight 2 --tag fast
  recast engines add https://gpu.example/comfy --header "Authorization: Bearer …" --ca ca.pem
  recast engines drain Studio                           no new jobs; those that it has go on
  recast engines remove Studio
  recast style mug.png --style clay --engine tag:fast   only servers with that tag

A header's value is stored in the data folder for this user alone and never shown again. The desktop app seals it with the system's
keychain; from then on commands reach that server while the desktop app is open.`

/** Adds `engines` and its commands. `run` runs a command with all its flags. */
export function addEnginesCommands(program: Command, run: Run): void {
  const engines = program.command('engines').description('what does the work, and how it is').addHelpText('after', examples)
  const start = async (flags: Flags, action: EnginesCommand['action'], begin: () => CommandContext): Promise<ExitCode> => {
    const { runEnginesCommand } = await import('./engines-command')
    return await runEnginesCommand({ dataDir: dataDir(flags.data), json: flags.json ?? false, action }, begin())
  }
  engines
    .command('list', { isDefault: true })
    .description('every engine with its state, device and queue')
    .allowExcessArguments(true)
    .action(
      run<Flags>(async (flags, [word], begin) => {
        if (word !== undefined) throw new UsageError(`There is no command "engines ${word}". "recast engines --help" lists them.`)
        return await start(flags, { name: 'list' }, begin)
      }),
    )
  engines
    .command('add')
    .description('save a ComfyUI server, or change one that is saved')
    .argument('<url>', 'its address, such as http://192.168.1.20:8188', textUpTo(400))
    .option('--header <"Name: value">', 'sent with every request, for a server behind a login; may be repeated', header)
    .option('--name <name>', 'what it is called', textUpTo(serverLimits.name))
    .option(
      '--weight <n>',
      'its share of the work; 2 gets twice as much as 1',
      numberIn(serverLimits.weight.min, serverLimits.weight.max),
    )
    .option('--tag <word>', 'a word to choose it by, as --engine tag:WORD; may be repeated', several)
    .option('--ca <file>', 'certificate of a private authority, PEM', textUpTo(4096))
    .action(
      run<AddFlags>(async (flags, [address = ''], begin) => {
        const { header: headers, name, weight, tag: tags, ca } = flags
        return await start(
          flags,
          {
            name: 'add',
            caFile: ca === undefined ? undefined : resolve(ca),
            values: {
              address,
              ...(headers === undefined ? {} : { headers }),
              ...(name === undefined ? {} : { name }),
              ...(weight === undefined ? {} : { weight }),
              ...(tags === undefined ? {} : { tags }),
            },
          },
          begin,
        )
      }),
    )
  engines
    .command('remove')
    .description('forget a saved server')
    .argument('<server>', 'its address or name', textUpTo(400))
    .option('--cancel-jobs', 'cancel the jobs that run there or wait for it')
    .action(
      run<Flags & { cancelJobs?: boolean }>(
        async (flags, [server = ''], begin) =>
          await start(flags, { name: 'remove', server, cancelJobs: flags.cancelJobs ?? false }, begin),
      ),
    )
  const others = [
    ['drain', 'give a saved server no new jobs'],
    ['undrain', 'give a drained server jobs again'],
  ] as const
  for (const [name, description] of others) {
    engines
      .command(name)
      .description(description)
      .argument('<server>', 'its address or name', textUpTo(400))
      .action(run<Flags>(async (flags, [server = ''], begin) => await start(flags, { name, server }, begin)))
  }
}
