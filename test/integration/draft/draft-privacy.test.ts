import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { createDraftEngine } from '#core/engines/draft/draft-engine'
import { buildDraftProcess, scratch, type BuiltProcess } from './draft-process'
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

let home: string
beforeEach(async () => {
  home = join(place.dir, 'home')
  await mkdir(home)
  // The library keeps quiet by itself where it sees CI: then this test could not fail.
  for (const name of ['CI', 'TF_BUILD', 'GITHUB_ACTIONS', 'XDG_CACHE_HOME', 'ORT_DISABLE_TELEMETRY']) vi.stubEnv(name, undefined)
  vi.stubEnv('HOME', home)
})
afterEach(() => {
  vi.unstubAllEnvs()
})

it('a draft leaves nothing in the home folder: no device id, no queue of reports', async () => {
  const engine = createDraftEngine({ processPath: built.path })
  try {
    const picture = await writePicture(join(place.dir, 'photo.png'), 300, 200)
    const task = await taskOf(place.dir, picture, styleEdit('network-05'))
    const results = await engine.run(task, { attemptId: 'a', signal: new AbortController().signal, onEvent: () => undefined })
    expect(results).toHaveLength(1)
  } finally {
    await engine.close()
  }
  expect(await readdir(home, { recursive: true })).toEqual([])
}, 120_000)
