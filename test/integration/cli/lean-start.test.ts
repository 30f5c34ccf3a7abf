import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openBench } from './support'

const photo = resolve(import.meta.dirname, '../../../resources/samples/coffee.png')

describe('a command that paints one draft', () => {
  const bench = openBench()

  it('loads and builds nothing that only servers, downloads or the studio need', async () => {
    const dir = bench.dir()
    const list = join(dir, 'loaded.txt')
    const hook = join(dir, 'hook.cjs')
    writeFileSync(
      hook,
      `const Module = require('node:module'); const { appendFileSync } = require('node:fs')
const note = (line) => appendFileSync(${JSON.stringify(list)}, line + '\\n')
const load = Module._load
Module._load = function (id, ...rest) { note(id); return load.call(this, id, ...rest) }
// Each of zod's schemas gets its \`_zod\` by this.
let schemas = 0
const { defineProperty } = Object
Object.defineProperty = (target, key, how) => { if (key === '_zod') schemas += 1; return defineProperty(target, key, how) }
const { Collator } = Intl
Intl.Collator = new Proxy(Collator, { construct: (...args) => { note('Intl.Collator'); return Reflect.construct(...args) } })
process.on('exit', () => { if (schemas > 0) note('schemas ' + schemas) })`,
    )
    const { code } = await bench.run(
      ['style', photo, '--style', 'network-05', '--engine', 'draft', '--out', join(dir, 'out'), '--data', join(dir, 'data')],
      { env: { NODE_OPTIONS: `--require ${hook}` } },
    )
    expect(code).toBe(0)
    const loaded = readFileSync(list, 'utf8').split('\n')
    // The list is whole: what a draft does need is on it.
    expect(loaded.some((id) => id.includes('sharp'))).toBe(true)
    expect(loaded.filter((id) => /^(undici|fastify|@fastify\/.+|ws|tar|Intl\.Collator)$/.test(id))).toEqual([])
    // With those of every call and of what servers say they would be 2,400.
    const built = Number(loaded.find((id) => id.startsWith('schemas '))?.split(' ')[1])
    expect(built).toBeGreaterThan(0)
    expect(built).toBeLessThan(1600)
  })
})
