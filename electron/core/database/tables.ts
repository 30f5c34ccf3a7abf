import type { Database } from './database'
import { assetTable } from './tables/assets'
import { attemptTable } from './tables/attempts'
import { customWorkflowTable } from './tables/custom-workflows'
import { collectionTable } from './tables/collections'
import { jobTable } from './tables/jobs'
import { leftPromptTable } from './tables/left-prompts'
import { ownStyleTable } from './tables/own-styles'
import { modelTable } from './tables/models'
import { outputTable } from './tables/outputs'
import { pictureStepTable } from './tables/picture-steps'
import { pictureTable } from './tables/pictures'
import { resultSearch } from './tables/result-search'
import { resultTable } from './tables/results'
import { serverTable } from './tables/servers'
import { timingTable } from './tables/timings'

/** Every table of a connection, its statements prepared. */
export type Tables = ReturnType<typeof openTables>

/** Prepares the statements over all tables. */
export function openTables(db: Database) {
  return {
    assets: assetTable(db),
    attempts: attemptTable(db),
    customWorkflows: customWorkflowTable(db),
    collections: collectionTable(db),
    jobs: jobTable(db),
    leftPrompts: leftPromptTable(db),
    models: modelTable(db),
    ownStyles: ownStyleTable(db),
    outputs: outputTable(db),
    pictures: pictureTable(db),
    results: resultTable(db),
    resultSearch: resultSearch(db),
    steps: pictureStepTable(db),
    servers: serverTable(db),
    timings: timingTable(db),
  }
}
