import { setImmediate as turn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { readNvidiaUse } from '../runtime/hardware/nvidia-smi'
import { createGpuUse } from './gpu-use'

const ran = (stdout: string, exitCode = 0) => ({ missing: false, exitCode, stdout, stderr: '' })

it('reads what nvidia-smi says of each card (synthetic outputs)', () => {
  expect(readNvidiaUse(ran('0, 37\n'))).toEqual([{ index: 0, use: 0.37 }])
  expect(readNvidiaUse(ran('0, 100 %\r\n1, [N/A]\r\n'))).toEqual([{ index: 0, use: 1 }])
  expect(readNvidiaUse(ran('No devices were found\n', 6))).toEqual([])
  expect(readNvidiaUse({ missing: true, exitCode: null, stdout: '', stderr: '' })).toEqual([])
})

it('never waits, asks once for many questions, again after some seconds, and forgets what is old', async () => {
  let now = 0
  let asked = 0
  let use = 0.8
  const gpu = createGpuUse(
    async () => {
      asked += 1
      return [{ index: 0, use }]
    },
    () => now,
  )
  expect([gpu.latest(), gpu.latest()]).toEqual([undefined, undefined])
  await turn()
  expect([gpu.latest(), asked]).toEqual([0.8, 1])
  use = 0.1
  now = 5_001
  expect(gpu.latest()).toBe(0.8)
  await turn()
  expect([gpu.latest(), asked]).toEqual([0.1, 2])
  now = 60_000
  expect(gpu.latest()).toBeUndefined()
})

it('says nothing with several cards or none, and does not ask for them all the time', async () => {
  for (const cards of [
    [],
    [
      { index: 0, use: 0.5 },
      { index: 1, use: 0.1 },
    ],
  ]) {
    let now = 0
    let asked = 0
    const gpu = createGpuUse(
      async () => {
        asked += 1
        return cards
      },
      () => now,
    )
    gpu.latest()
    await turn()
    now = 60_000
    expect([gpu.latest(), asked]).toEqual([undefined, 1])
  }
})
