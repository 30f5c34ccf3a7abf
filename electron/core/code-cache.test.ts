import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { loadCached } from './code-cache'

const dir = mkdtempSync(join(tmpdir(), 'recast-code-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))
const file = join(dir, 'program.cjs')
const source = (answer: string): string => `exports.answer = () => { const all = ['${answer}']; return all.join() }`

function answer(): string {
  return (loadCached(file).exports as { answer: () => string }).answer()
}

it('loads what the file says, also beside the cache of another source, a damaged, cut, empty or foreign one', () => {
  writeFileSync(file, source('one'))
  const first = loadCached(file)
  ;(first.exports as { answer: () => string }).answer()
  first.writeCache()
  const [name = ''] = readdirSync(dir).filter((each) => each !== 'program.cjs')
  const cache = join(dir, name)
  expect(answer()).toBe('one')
  // V8 tells sources apart by their lengths.
  writeFileSync(file, source('two'))
  expect(answer()).toBe('two')
  writeFileSync(file, source('one'))
  const whole = readFileSync(cache)
  const damaged = Buffer.from(whole).fill(0x5a, whole.length >> 1)
  for (const bytes of [damaged, whole.subarray(0, 40), Buffer.alloc(0), Buffer.alloc(5_000, 7)]) {
    writeFileSync(cache, bytes)
    expect(answer()).toBe('one')
  }
})
