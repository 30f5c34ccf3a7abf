import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { AppError } from '#shared/domain/error'
import type { Model } from '../workflows/workflow-schema'

const licencesFileSchema = z.strictObject({
  schema: z.literal(1),
  licences: z.record(z.string(), z.strictObject({ url: z.url().optional(), ask: z.boolean() })),
})

/** What is known of licences beside their names. */
export interface LicenceBook {
  /** Its text, where there is a known address for it, and whether it wants to be accepted. One that nobody knows does. */
  of(model: Model): { url: string | undefined; ask: boolean; key: string }
}

/** Reads `licences.json` of the workflows' folder. Throws `bug` when the installation's file is damaged. */
export async function loadLicences(dir: string): Promise<LicenceBook> {
  const file = join(dir, 'licences.json')
  let known: z.infer<typeof licencesFileSchema>['licences']
  try {
    known = licencesFileSchema.parse(JSON.parse(await readFile(file, 'utf8'))).licences
  } catch (cause) {
    throw new AppError('bug', `The file ${file} is damaged. Install Recast again.`, { cause, detail: { file } })
  }
  return {
    of({ file: name, licence }) {
      const found = Object.hasOwn(known, licence.id) ? known[licence.id] : undefined
      // "See the model card" is another text for each file.
      return found
        ? { url: found.url, ask: found.ask, key: licence.id }
        : { url: undefined, ask: true, key: `${licence.id}: ${name}` }
    },
  }
}
