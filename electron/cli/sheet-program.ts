import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { Option, type Command } from 'commander'
import { common, defaultOut, type GlobalFlags } from './edit-options'
import type { CommandContext } from './context'
import type { ExitCode } from './exit-codes'
import type { SheetCommand } from './sheet-command'
import { textUpTo, UsageError, wholeIn } from './usage'

type Run = <F extends GlobalFlags>(
  start: (flags: F, words: string[], context: () => CommandContext) => Promise<ExitCode>,
) => (...given: unknown[]) => Promise<void>

interface SheetFlags extends GlobalFlags {
  format: 'folder' | 'png' | 'webp' | 'gif'
  out: string
  name?: string
  ground: SheetCommand['values']['ground']
  columns: number
  cellWidth: number
  labels: boolean
  size: number
  frameMs: number
}

const examples = `
Examples:
  recast sheet 3f2a 81bc 90de 07aa --format png           one picture with all four, in ./${defaultOut}
  recast sheet 3f2a 81bc 90de 07aa --format webp --size 512 --out turntable

Jobs come in the order in which they are given ("recast jobs" lists them); files are never overwritten.`

/** Adds `sheet`. `run` runs a command with all its flags. */
export function addSheetCommand(program: Command, run: Run): void {
  program
    .command('sheet')
    .description('results of jobs as a folder, one picture, or a turntable')
    .argument('<job...>', 'ids of jobs, or their beginnings')
    .addOption(new Option('--format <form>', 'what is made').choices(['folder', 'png', 'webp', 'gif']).default('png'))
    .option('--out <dir>', 'where it goes', textUpTo(4096), defaultOut)
    .option('--name <name>', "what it is called; the photo's name unless told", textUpTo(120))
    .addOption(new Option('--ground <colour>', 'behind the pictures').choices(['white', 'black', 'transparent']).default('white'))
    .option('--columns <n>', 'of one picture: how many side by side', wholeIn(1, 24), 4)
    .option('--cell-width <px>', 'of one picture: width of each', wholeIn(64, 2048), 512)
    .option('--no-labels', 'of one picture: no words below')
    .option('--size <px>', 'of a turntable: its longer side', wholeIn(64, 2048), 768)
    .option('--frame-ms <ms>', 'of a turntable: how long each picture stays', wholeIn(20, 5000), 120)
    .addHelpText('after', examples)
    .action(
      run<SheetFlags>(async (flags, ids, begin) => {
        const { format, ground, columns, cellWidth, labels, size, frameMs } = flags
        const dir = resolve(flags.out)
        try {
          mkdirSync(dir, { recursive: true })
        } catch (thrown) {
          const code = (thrown as NodeJS.ErrnoException).code ?? ''
          throw new UsageError(`--out: ${dir} cannot be made (${code}). Give another folder.`)
        }
        const { runSheetCommand } = await import('./sheet-command')
        const values = {
          format: format === 'png' ? ('sheet' as const) : format,
          ground,
          columns,
          cellWidth,
          labels,
          size,
          frameMs,
        }
        return await runSheetCommand({ ...common(flags), ids, dir, name: flags.name, values }, begin())
      }),
    )
}
