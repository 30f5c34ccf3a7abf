import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openBench, type TestBench } from './support'

const photo = resolve(import.meta.dirname, '../../../resources/samples/coffee.png')

describe('a command that paints one draft', () => {
  let bench: TestBench
  beforeAll(async () => {
    bench = await openBench()
  })
  afterAll(async () => {
    await bench.cleanUp()
    bench.close()
  })

  it('loads nothing that only servers, downloads or the studio need', async () => {
    const dir = bench.dir()
    const list = join(dir, 'loaded.txt')
    const hook = join(dir, 'hook.cjs')
    writeFileSync(
      hook,
      `const Module = require('node:module'); const { appendFileSync } = require('node:fs'); const load = Module._load
Module._load = function (id, ...rest) { appendFileSync(${JSON.stringify(list)}, id + '\\n'); return load.call(this, id, ...rest) }`,
    )
    const { code } = await bench.run(
      ['style', photo, '--style', 'network-05', '--engine', 'draft', '--out', join(dir, 'out'), '--data', join(dir, 'data')],
      { env: { NODE_OPTIONS: `--require ${hook}` } },
    )
    expect(code).toBe(0)
    const loaded = readFileSync(list, 'utf8').split('\n')
    // The list is whole: what a draft does need is on it.
    expect(loaded.some((id) => id.includes('sharp'))).toBe(true)
    expect(loaded.filter((id) => /^(undici|fastify|@fastify\/.+|ws|tar)$/.test(id))).toEqual([])
  })
})
