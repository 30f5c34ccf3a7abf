import { resolve } from 'node:path'
import { type Command, Option } from 'commander'
import type { LevelOfDetail } from '#shared/domain/edit'
import type { EditCommand } from './edit-command'
import { addEditOptions, editBase, type EditFlags } from './edit-options'
import { levelOfDetail, numberIn, pairOf, sizeOf, textUpTo, UsageError, wholeIn } from './usage'

interface Size {
  width: number
  height: number
}

interface WordFlags extends EditFlags {
  negative?: string
  size?: Size
  name?: string
}
interface GenerateFlags extends WordFlags {
  lod: LevelOfDetail
  from?: string
  denoise?: number
}
interface RemixFlags extends EditFlags {
  negative?: string
  denoise?: number
  lod?: LevelOfDetail
}
interface ReferenceFlags extends WordFlags {
  prompt: string
}
interface StoryFlags extends WordFlags {
  roles: string
  scenes: string
  roleImage?: [string, string][]
  style?: string
  seeds: 'same' | 'each'
  scene?: number
}

const examples = {
  generate: `
Examples:
  recast generate "a red mug on a white table" --lod sketch --count 4
  recast generate "a red mug on a white table" --lod final --from recast-out/a-mug_sketch_7.png
  recast generate "a red mug" --lod direct_final --size 1024x640 --negative "text, watermark"

Levels of detail: sketch is quick; mid is better; final refines a sketch (--from: its file, or the job that made it) with the same
seed; direct_final is final without a sketch. Needs ComfyUI: an engine with --engine, or one that is set up.`,
  remix: `
Examples:
  recast remix mug.png "a mug of blue glass" --denoise 0.6
  recast remix photos/ "on a beach at sunset" --count 3

--denoise says how much is drawn anew: 0.3 keeps nearly everything, 0.8 little. Needs ComfyUI.`,
  reference: `
Examples:
  recast reference mug.png --prompt "the mug on a marble table"
  recast reference mug.png logo.png --prompt "put the logo of image 2 on the mug" --count 4 --size 1024x768

The first picture is the one that is edited; one or two more may be named. Needs ComfyUI.`,
  story: `
Examples:
  recast story --roles roles.txt --scenes scenes.txt --style "watercolour"
  recast story --roles roles.txt --scenes scenes.txt --role-image Anna=anna.png
  recast story --roles roles.txt --scenes scenes.txt --scene 3 --seed 7     the third scene anew

roles.txt has a role a line:    [Anna] a woman, wearing a white T-shirt
scenes.txt has a scene a line:  [Anna] wakes up in bed          [NC] an empty street   (nobody is in it)
Needs ComfyUI, with the StoryDiffusion nodes or with a picture of a role.`,
  upscale: `
Examples:
  recast upscale mug.png --factor 4

Needs ComfyUI.`,
} as const

/** Registers the commands that only ComfyUI does: generate, remix, reference, story, upscale. */
export function addMakeCommands(
  program: Command,
  run: <Flags extends EditFlags>(
    make: (flags: Flags, words: string[]) => EditCommand | Promise<EditCommand>,
  ) => (...given: unknown[]) => Promise<void>,
): void {
  const negative: [string, string, (text: string) => string] = ['--negative <text>', 'what must not be in it', (text) => text]
  const size: [string, string, (text: string) => Size] = ['--size <WxH>', 'width x height in pixels, such as 1024x640', sizeOf]
  const name: [string, string, (text: string) => string] = ['--name <name>', 'what the results are called', textUpTo(200)]
  const denoise: [string, string, (text: string) => number] = ['--denoise <0..1>', 'how much is drawn anew', numberIn(0, 1)]

  addEditOptions(
    program
      .command('generate')
      .description('make pictures from words')
      .argument('<prompt>', 'what to make', textUpTo(4000))
      .option('--lod <level>', 'level of detail: sketch, mid, final, direct_final', levelOfDetail, 'mid')
      .option('--from <sketch>', 'the sketch to refine: a picture file, or the id of the job that made it', textUpTo(4096))
      .option(...size)
      .option(...negative)
      .option(...denoise)
      .option(...name),
  )
    .addHelpText('after', examples.generate)
    .action(run<GenerateFlags>((flags, [prompt = '']) => generateCommand(prompt, flags)))

  addEditOptions(
    program
      .command('remix')
      .description('draw photos anew by words')
      .argument('<photo>', 'a picture file or a folder of them')
      .argument('<prompt>', 'what to make of it', textUpTo(4000))
      .option(...denoise)
      .option('--lod <level>', 'level of detail: sketch, mid, final, direct_final', levelOfDetail)
      .option(...negative),
  )
    .addHelpText('after', examples.remix)
    .action(
      run<RemixFlags>((flags, [photo = '', prompt = '']) => ({
        ...editBase([photo], flags),
        edits: [{ kind: 'remix', prompt, ...words(flags), ...(flags.lod ? { level: flags.lod } : {}), ...share(flags) }],
      })),
    )

  addEditOptions(
    program
      .command('reference')
      .description('edit by words with one to three pictures')
      .argument('<photo...>', 'picture files, the one to edit first')
      .requiredOption('--prompt <text>', 'what to do', textUpTo(4000))
      .option(...size)
      .option(...negative)
      .option(...name),
    4,
  )
    .addHelpText('after', examples.reference)
    .action(
      run<ReferenceFlags>((flags, photos) => {
        if (photos.length > 3) throw new UsageError(`At most three pictures fit, not ${photos.length}. Leave some out.`)
        const files = photos.map((photo) => resolve(photo))
        const { prompt } = flags
        return {
          ...editBase([], flags),
          ...named(flags),
          own: {
            files,
            as: 'picture',
            edits: (assetOf) => [{ kind: 'reference', prompt, assetIds: files.map(assetOf), ...words(flags), ...sized(flags) }],
          },
          edits: [],
        }
      }),
    )

  addEditOptions(
    program
      .command('story')
      .description('pictures of a story, with the same roles in every scene')
      .requiredOption('--roles <file>', 'text file with a role a line: [Anna] a woman, …', textUpTo(4096))
      .requiredOption('--scenes <file>', 'text file with a scene a line: [Anna] does …', textUpTo(4096))
      .option(
        '--role-image <name=file>',
        'a picture of a role; may come several times',
        (text: string, before: [string, string][] | undefined) => [...(before ?? []), pairOf(text)],
      )
      .option('--style <text>', 'the look of every scene', textUpTo(500))
      .addOption(
        new Option('--seeds <policy>', 'one seed for all scenes, or each its own').choices(['same', 'each']).default('same'),
      )
      .option('--scene <n>', 'only this scene, counted from 1', wholeIn(1, 64))
      .option(...size)
      .option(...negative)
      .option(...name),
  )
    .addHelpText('after', examples.story)
    .action(run<StoryFlags>((flags) => storyCommand(flags)))

  addEditOptions(
    program
      .command('upscale')
      .description('enlarge photos')
      .argument('<photo...>', 'picture files or folders of them')
      .addOption(new Option('--factor <n>', 'how many times as wide and high').choices(['2', '3', '4']).default('2')),
    1,
  )
    .addHelpText('after', examples.upscale)
    .action(
      run<EditFlags & { factor: string }>((flags, photos) => ({
        ...editBase(photos, flags),
        edits: [{ kind: 'upscale', factor: flags.factor === '4' ? 4 : flags.factor === '3' ? 3 : 2 }],
      })),
    )
}

function generateCommand(prompt: string, flags: GenerateFlags): EditCommand {
  const { lod: level, from } = flags
  if (level === 'final' && from === undefined)
    throw new UsageError('Say which sketch is refined: --from FILE or a job. Without a sketch use --lod direct_final.')
  if (level === 'direct_final' && from !== undefined)
    throw new UsageError('--lod direct_final skips the sketch. Use --lod final to refine one, or leave --from out.')
  const edit = { kind: 'generate', prompt, level, ...words(flags), ...sized(flags), ...share(flags) } as const
  const base = { ...editBase([], flags), ...named(flags) }
  if (from === undefined) return { ...base, edits: [edit] }
  if (/^[0-9a-f]{4,8}(-[0-9a-f-]*)?$/i.test(from))
    return { ...base, edits: [], own: { jobs: [from], edits: (_, jobOf) => [{ ...edit, from: { jobId: jobOf(from) } }] } }
  const file = resolve(from)
  return {
    ...base,
    edits: [],
    own: { files: [file], as: 'picture', edits: (assetOf) => [{ ...edit, from: { assetId: assetOf(file) } }] },
  }
}

async function storyCommand(flags: StoryFlags): Promise<EditCommand> {
  const { readStory } = await import('./story-files')
  const pictures = (flags.roleImage ?? []).map(([role, file]) => ({ role, file: resolve(file) }))
  const story = readStory({ roles: resolve(flags.roles), scenes: resolve(flags.scenes), pictures })
  const { scene, style, seeds } = flags
  if (scene !== undefined && scene > story.scenes.length)
    throw new UsageError(`There is no scene ${scene}: ${flags.scenes} has ${story.scenes.length}.`)
  return {
    ...editBase([], flags),
    ...named(flags),
    edits: [],
    own: {
      files: pictures.map(({ file }) => file),
      as: 'style',
      edits: (assetOf) => [
        {
          kind: 'story',
          roles: story.roles.map(({ files, ...role }) => ({ ...role, assetIds: files.map(assetOf) })),
          scenes: story.scenes,
          seeds,
          ...(style === undefined ? {} : { style }),
          ...(scene === undefined ? {} : { scene: scene - 1 }),
          ...words(flags),
          ...sized(flags),
        },
      ],
    },
  }
}

function words({ negative }: { negative?: string }): { negative?: string } {
  return negative === undefined ? {} : { negative }
}
function sized({ size }: { size?: Size }): { size?: Size } {
  return size === undefined ? {} : { size }
}
function share({ denoise }: { denoise?: number }): { denoise?: number } {
  return denoise === undefined ? {} : { denoise }
}
function named({ name }: { name?: string }): { name?: string } {
  return name === undefined ? {} : { name }
}
