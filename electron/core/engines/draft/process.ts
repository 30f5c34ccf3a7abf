// The entry of the draft process. Arguments: folder of the networks, threads for them.
import { fileURLToPath } from 'node:url'
import { loadCached } from '../../code-cache'
import type * as DraftWork from './process-work'

const [modelsDir = '', threads = '1'] = process.argv.slice(2)
const work = loadCached(fileURLToPath(new URL('draft.cjs', import.meta.url)))
const { runDraftProcess } = work.exports as typeof DraftWork
runDraftProcess(modelsDir, Number(threads), process.env['RECAST_WRITE_CODE_CACHE'] ? () => work.writeCache() : undefined)
