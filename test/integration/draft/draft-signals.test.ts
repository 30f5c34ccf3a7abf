import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createDraftEngine } from '#core/engines/draft/draft-engine'
import { buildDraftProcess, draftPids, scratch, type BuiltProcess } from './draft-process'
import { styleEdit, taskOf, writePicture } from './tasks'

let built: BuiltProcess
let place: { dir: string; remove(): Promise<void> }

beforeAll(async () => {
  ;[built, place] = await Promise.all([buildDraftProcess(), scratch()])
}, 180_000)
afterAll(async () => {
  await built.remove()
  await place.remove()
})

// The test looks at processes through /proc.
it.runIf(process.platform === 'linux').each(['SIGINT', 'SIGHUP'] as const)(
  'a %s from the terminal leaves the draft process at work: Recast ends it, not the signal',
  async (name) => {
    const engine = createDraftEngine({ processPath: built.path })
    const picture = await writePicture(join(place.dir, `${name}.png`), 900, 700)
    try {
      let sent = 0
      const results = await engine.run(await taskOf(place.dir, picture, styleEdit('network-05')), {
        attemptId: 'a',
        signal: new AbortController().signal,
        onEvent(event) {
          if (event.type !== 'progress') return
          for (const pid of draftPids(built)) {
            process.kill(pid, name)
            sent++
          }
        },
      })
      expect(results).toHaveLength(1)
      expect(sent).toBeGreaterThan(0)
    } finally {
      await engine.close()
    }
    // A process at rest is killed and not waited for.
    await expect.poll(() => draftPids(built)).toEqual([])
  },
  120_000,
)
