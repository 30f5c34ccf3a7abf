import { z } from 'zod'
import { discard } from '../../assets/durable-file'
import { deleteFolder, readJson, writeJson } from './store'
import type { RuntimeLayout } from '../layout'
import { endLeftover } from '../process/end-tree'
import { processSchema, type ProcessIdentity } from '../process/identity'

const journalSchema = z.object({
  /** What is being made; another recipe begins again. */
  recipe: z.string(),
  id: z.string().regex(/^[\w.-]+$/),
  /** Steps that are whole in the staging folder. */
  done: z.array(z.string()),
  /** A tool that may still write there if Recast was killed. */
  tool: processSchema.optional(),
})
type JournalFile = z.infer<typeof journalSchema>

/**
 * What an installation has done so far. It only ever saves work: that something is installed is said by the pointer alone, and a step counts
 * as done once the journal says so, after its result is whole on the disk.
 */
export class Journal {
  private constructor(
    private readonly layout: RuntimeLayout,
    private file: JournalFile,
  ) {}

  /** Goes on with a journal of the same recipe; else ends what a killed Recast left running, and begins in an empty staging folder. */
  static async open(layout: RuntimeLayout, recipe: string, newId: () => string): Promise<Journal> {
    const found = await readJson(layout.journal, journalSchema)
    if (found?.tool) await endLeftover(found.tool, { interruptMs: 200, terminateMs: 500 })
    if (found?.recipe === recipe) {
      const { tool: _ended, ...kept } = found
      return new Journal(layout, kept)
    }
    await deleteFolder(layout.staging)
    const journal = new Journal(layout, { recipe, id: newId(), done: [] })
    await journal.save()
    return journal
  }

  /** Ends what a killed Recast left running, of an installation or of a mending; for a start that installs nothing. */
  static async endLeftover(layout: RuntimeLayout): Promise<void> {
    const mending = await readJson(layout.mending, processSchema)
    if (mending) await endLeftover(mending, { interruptMs: 200, terminateMs: 500 })
    await discard(layout.mending)
    const found = await readJson(layout.journal, journalSchema)
    if (!found?.tool) return
    await endLeftover(found.tool, { interruptMs: 200, terminateMs: 500 })
    const { tool: _ended, ...kept } = found
    await writeJson(layout.journal, kept)
  }

  get id(): string {
    return this.file.id
  }

  isDone(step: string): boolean {
    return this.file.done.includes(step)
  }

  async mark(step: string): Promise<void> {
    this.file = { ...this.file, done: [...this.file.done, step] }
    await this.save()
  }

  async setTool(tool: ProcessIdentity | undefined): Promise<void> {
    const { tool: _before, ...rest } = this.file
    this.file = tool ? { ...rest, tool } : rest
    await this.save()
  }

  /** The installation is whole or given up. */
  async close(): Promise<void> {
    await discard(this.layout.journal)
  }

  private async save(): Promise<void> {
    await writeJson(this.layout.journal, this.file)
  }
}

/**
 * Notes the tool that mends an installation in its place, or that it has ended. Not in the journal: that may tell of an installation that
 * was stopped half-way and waits to be gone on with.
 */
export async function noteMending(layout: RuntimeLayout, tool: ProcessIdentity | undefined): Promise<void> {
  await (tool ? writeJson(layout.mending, tool) : discard(layout.mending))
}
