/** What the entry (`main.ts`) loads: everything of the command line, built as one CommonJS file (`out/main/command.cjs`). */
import './zod-config'
export { start } from './start'
export { adoptDraftProcess } from '#core/engines/draft/spawn'
