import { describe, expect, it } from 'vitest'
import { endError } from './ends'
import { deviceLine } from './facts'

const failure = (exceptionType: string, message: string) =>
  ({ type: 'error', error: { nodeId: '41', nodeType: 'KSampler', exceptionType, message } }) as const

describe('the end of a prompt as an error', () => {
  it('is out of memory with the lighter workflows, or an execution error with its node', () => {
    const memory = endError(failure('torch.OutOfMemoryError', 'Allocation on device'), 'gpu', [{ workflowId: 'sd15-style' }])
    expect(memory).toMatchObject({
      code: 'engine.out_of_memory',
      retry: 'user',
      detail: { lighter: [{ workflowId: 'sd15-style' }] },
    })
    expect(memory.message).toContain('sd15-style')
    const other = endError(failure('ValueError', 'bad shape\n  and more\nof it.\nand its trace'), 'gpu', [])
    expect(other).toMatchObject({ code: 'engine.execution', retry: 'user', detail: { node: '41', nodeType: 'KSampler' } })
    expect(other.message).toBe(
      "gpu failed in KSampler (node 41): bad shape and more of it. Look at the server's own log, then retry.",
    )
  })

  it('is tried again when the server forgot it, and not when somebody stopped it', () => {
    expect(endError({ type: 'forgotten' }, 'gpu', [])).toMatchObject({ code: 'engine.lost', retry: 'auto' })
    expect(endError({ type: 'interrupted' }, 'gpu', [])).toMatchObject({ code: 'engine.execution', retry: 'user' })
  })
})

describe('the line about a device', () => {
  const gb = 2 ** 30
  it.each([
    ['cuda:0 NVIDIA GeForce RTX 4090 : cudaMallocAsync', 'cuda', 24 * gb, 12.8 * gb, 'RTX 4090 · 11.2 / 24 GB'],
    ['cpu', 'cpu', 32 * gb, 30 * gb, 'CPU · 2 / 32 GB'],
    ['mps', 'mps', 0, 0, 'mps'],
  ])('of %s', (name, type, vramTotal, vramFree, line) => {
    expect(deviceLine({ version: '0.8.0', devices: [{ name, type, vramTotal, vramFree }] })).toBe(line)
  })

  it('says when there are more, and nothing where there is none', () => {
    const device = { name: 'cuda:0 NVIDIA A100', type: 'cuda', vramTotal: 80 * gb, vramFree: 80 * gb }
    expect(deviceLine({ version: undefined, devices: [device, device] })).toBe('A100 · 0 / 80 GB · 2 devices')
    expect(deviceLine({ version: undefined, devices: [] })).toBe('')
  })
})
