import { describe, expect, test } from 'vitest'
import type { ErrorCode } from '#shared/domain/error'
import { faultOf, type Fault } from './fault'

describe('whose fault it is', () => {
  const table: [ErrorCode, Record<string, unknown> | undefined, Fault][] = [
    ['canceled', undefined, 'none'],
    ['engine.offline', undefined, 'server'],
    ['engine.lost', { forgotten: true }, 'server'],
    ['engine.timeout', undefined, 'server'],
    ['auth.denied', undefined, 'server'],
    ['engine.missing_model', undefined, 'unfit'],
    ['engine.missing_node', undefined, 'unfit'],
    ['engine.out_of_memory', undefined, 'memory'],
    ['engine.rejected', undefined, 'job'],
    ['engine.execution', { exception: 'ValueError', reason: 'shapes do not match' }, 'job'],
    ['engine.execution', { exception: 'RuntimeError', reason: 'CUDA error: device-side assert triggered' }, 'server'],
    ['engine.execution', { exception: 'torch.AcceleratorError', reason: 'CUDA error: an illegal memory access' }, 'server'],
    ['engine.execution', { exception: 'RuntimeError', reason: 'HIP error: invalid device function' }, 'server'],
    ['engine.execution', { reason: 'interrupted' }, 'job'],
    ['io.disk_full', undefined, 'job'],
    ['input.damaged', undefined, 'job'],
    ['bug', undefined, 'job'],
  ]
  test.each(table)('%s %j: %s', (code, detail, fault) => expect(faultOf({ code, detail })).toBe(fault))
})
