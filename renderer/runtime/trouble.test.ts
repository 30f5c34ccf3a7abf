import { expect, it } from 'vitest'
import { troubleOf } from './trouble'

it.each([
  ['engine.offline', { mirror: 'packages', host: 'mirror.example' }, 'mirror'],
  ['engine.offline', { step: 'installing the packages' }, 'line'],
  ['auth.denied', { step: 'installing the packages' }, 'refused'],
  ['input.damaged', { id: 'ComfyUI' }, 'wrong'],
  ['engine.start', { step: 'installing the packages', wrong: true }, 'wrong'],
  ['engine.start', { step: 'installing the packages', lacking: true }, 'missing'],
  ['engine.start', { verdict: 'no_card' }, 'verdict'],
  ['engine.start', { unlocked: ['win32-x64-cu13.txt'] }, 'lock'],
  ['engine.start', { step: 'check', problems: ['torch cannot be imported'] }, 'check'],
  ['engine.start', { kind: 'import', output: '' }, 'crash'],
  ['engine.start', { absent: 'uv' }, 'absent'],
  ['engine.start', undefined, 'other'],
  ['bug', undefined, 'other'],
] as const)('%s with %j is %s', (code, detail, trouble) => {
  expect(troubleOf({ code, message: '', retry: 'user', ...(detail ? { detail } : {}) })).toBe(trouble)
})
