import { Option, type Command } from 'commander'
import { mirrorAddress } from '#shared/domain/mirror-address'
import type { RuntimeMirrors } from '#shared/domain/runtime'
import type { CommandContext } from './context'
import { dataDir } from './data-dir'
import type { ExitCode } from './exit-codes'
import type { RuntimeAction } from './runtime-command'
import { textUpTo, UsageError } from './usage'

interface Flags {
  data?: string
  json?: boolean
}

/** How the program runs a command: with all its flags, those before its name included. */
type Run = <F extends Flags>(
  start: (flags: F, words: string[], begin: () => CommandContext) => Promise<ExitCode>,
) => (...given: unknown[]) => Promise<void>

const mirrorNames = ['python', 'packages', 'torch', 'comfyui'] as const

/** Reads one `--mirror NAME=URL` onto those before it. Throws UsageError. */
function readMirror(text: string, before: RuntimeMirrors = {}): RuntimeMirrors {
  const [name, ...rest] = text.split('=')
  const url = rest.join('=')
  const known = mirrorNames.find((one) => one === name)
  if (!known) throw new UsageError(`A mirror is NAME=URL, with NAME one of ${mirrorNames.join(', ')}; "${text}" is none.`)
  if (!mirrorAddress.test(url)) {
    throw new UsageError(
      `The address of a mirror begins with https://, or with http:// on this computer, and has no login in it; "${url}" is none.`,
    )
  }
  return { ...before, [known]: url }
}

const examples = `
Examples:
  recast runtime doctor                                what this machine is, and what follows
  recast runtime install                               a local ComfyUI on your NVIDIA card
  recast runtime install --device cpu                  without a card: slow, and only on purpose
  recast runtime install --mirror packages=https://mirror.example/simple
  recast runtime install --from ComfyUI.tar.gz         ComfyUI from an archive that you have
  recast runtime install --adopt ~/ComfyUI             use a ComfyUI that is there, where it is
  recast runtime snapshot --name "before IPAdapter"    a copy to go back to (recast runtime rollback)
  recast runtime doctor --run                          let the card prove itself`

interface InstallFlags extends Flags {
  device?: 'cuda' | 'cpu'
  mirror: RuntimeMirrors
  from?: string
  unpinned?: boolean
  offline?: boolean
  adopt?: string
  python?: string
}

/** Adds `runtime` and its commands. */
export function addRuntimeCommands(program: Command, run: Run): void {
  const act = <F extends Flags>(
    toAction: (flags: F, words: string[]) => RuntimeAction,
  ): ((...given: unknown[]) => Promise<void>) =>
    run<F>(async (flags, words, begin) => {
      const action = toAction(flags, words)
      const { runRuntimeCommand } = await import('./runtime-command')
      return await runRuntimeCommand({ dataDir: dataDir(flags.data), json: flags.json ?? false, action }, begin())
    })
  const runtime = program
    .command('runtime')
    .description('the local ComfyUI that Recast installs and runs')
    .addHelpText('after', examples)
  runtime
    .command('doctor')
    .description('what this machine is, and how the installation is')
    .option('--run', 'start it and test card and picture')
    .action(act(({ run: test }: Flags & { run?: boolean }) => ({ name: 'doctor', run: test ?? false })))
  runtime
    .command('install')
    .description('install it, or go on where an installation stopped')
    .addOption(
      new Option('--device <which>', 'what it computes on; by default what the machine is good for').choices(['cuda', 'cpu']),
    )
    .addOption(
      new Option('--mirror <name=url>', 'python, packages, torch or comfyui from there')
        .argParser(readMirror)
        .default({}, 'none'),
    )
    .option('--from <archive>', 'ComfyUI from this archive', textUpTo(4096))
    .option('--unpinned', 'also when it is another version than the pinned one')
    .option('--offline', 'from the cache alone')
    .option('--adopt <dir>', 'use an existing ComfyUI folder where it is', textUpTo(4096))
    .option('--python <file>', 'the Python of that folder', textUpTo(4096))
    .action(
      act(({ device, mirror, from, unpinned, offline, adopt, python }: InstallFlags) => ({
        name: 'install',
        device,
        mirrors: mirror,
        archive: from,
        unpinned: unpinned ?? false,
        offline: offline ?? false,
        adopt,
        python,
      })),
    )
  const plain = [
    ['start', 'start it; without an open Recast it runs until Ctrl-C'],
    ['stop', 'stop it'],
    ['status', 'how it is'],
    ['update', 'to what this Recast pins; back again when that does not start'],
    ['repair', 'make it what it was when it was installed'],
  ] as const
  for (const [name, description] of plain) {
    runtime
      .command(name)
      .description(description)
      .action(act(() => ({ name })))
  }
  runtime
    .command('snapshot')
    .description('copy it, to go back to: before you try a new custom node')
    .option('--name <words>', 'what you call it', textUpTo(80))
    .action(act(({ name }: Flags & { name?: string }) => ({ name: 'snapshot', label: name })))
  runtime
    .command('snapshots')
    .description('earlier installations that rollback can go back to: those that you copied, and one of each update and repair')
    .action(act(() => ({ name: 'snapshots' })))
  runtime
    .command('rollback')
    .description('go back to an earlier installation')
    .argument('[id]', 'which one, as "runtime snapshots" lists them; the newest when left out')
    .action(act((_flags, [id]) => ({ name: 'rollback', id })))
  runtime
    .command('discard')
    .description('delete an earlier installation')
    .argument('<id>', 'which one, as "runtime snapshots" lists them')
    .action(act((_flags, [id = '']) => ({ name: 'discard', id })))
  runtime
    .command('remove')
    .description('remove it; pictures and models stay')
    .option('--cache', 'also what was downloaded')
    .action(act(({ cache }: Flags & { cache?: boolean }) => ({ name: 'remove', cache: cache ?? false })))
}
