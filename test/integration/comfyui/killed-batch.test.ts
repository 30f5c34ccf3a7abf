import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { tortureOnServer } from '../../torture/comfyui'
import { bundle } from '../bundle'
import { temporaryFolder } from './harness'

let built: string
beforeAll(async () => {
  built = await bundle({ owner: 'test/torture/owner.ts' })
}, 120_000)
afterAll(() => rm(built, { recursive: true, force: true, maxRetries: 5 }))

// The torture does it 50 times.
it('killed at 3 random moments of a batch of 40, each prompt was executed once, and all results are there', async () => {
  const report = await tortureOnServer({ owner: join(built, 'owner.js'), folder: await temporaryFolder(), kills: 3, jobs: 40 })
  expect(report.faults).toEqual([])
  expect(report).toMatchObject({ kills: 3, results: 40 * report.batches, executed: 40 * report.batches })
}, 300_000)
