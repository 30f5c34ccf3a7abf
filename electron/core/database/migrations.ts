import { customWorkflowsSql } from './custom-workflows.sql'
import { modelsSchema } from './models.sql'
import { jobsWithoutPicture } from './jobs-without-picture.sql'
import { gallerySchema } from './gallery.sql'
import { ownStylesSql } from './own-styles.sql'
import { resultsSchema } from './results.sql'
import { resultsWorkflowSql } from './results-workflow.sql'
import { leftPromptsSql, schemaV1, serversSql } from './schema.sql'

/** One step of the database's shape: runs in a transaction of its own, together with the new `user_version`. */
export interface Migration {
  /** The `user_version` after it; the array is ordered by it, without gaps, from 1. */
  version: number
  sql: string
  /** It makes a table anew that others refer to: foreign keys are off meanwhile, and checked before it is committed. */
  rebuilds?: boolean
}

/** Every step since the first release, in order. A step that was released is never changed: a new one is added. */
export const migrations: readonly Migration[] = [
  { version: 1, sql: schemaV1 },
  // What a job calls its picture, where that is not the picture's own name.
  { version: 2, sql: 'ALTER TABLE jobs ADD COLUMN name TEXT' },
  { version: 3, sql: resultsSchema },
  // Where the photo was taken from, a pose as JSON.
  { version: 4, sql: 'ALTER TABLE pictures ADD COLUMN pose TEXT' },
  { version: 5, sql: jobsWithoutPicture, rebuilds: true },
  { version: 6, sql: customWorkflowsSql },
  { version: 7, sql: modelsSchema },
  { version: 8, sql: gallerySchema },
  // ComfyUI servers that were added; header values are secrets, which is why the file is the user's alone.
  { version: 9, sql: serversSql },
  { version: 10, sql: leftPromptsSql },
  { version: 11, sql: resultsWorkflowSql },
  { version: 12, sql: ownStylesSql },
  // The name of the folder that its file came from, for names of exported files.
  { version: 13, sql: 'ALTER TABLE pictures ADD COLUMN folder TEXT' },
  // Header values that a keychain has sealed: `headers` then has their names only.
  { version: 14, sql: 'ALTER TABLE servers ADD COLUMN sealed TEXT' },
]
