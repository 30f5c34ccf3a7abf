import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { torture } from '../../torture/torture'
import { bundle } from '../bundle'
import { temporaryFolder } from './harness'

let built: string
beforeAll(async () => {
  built = await bundle({ owner: 'test/torture/owner.ts' }, ['draft'])
}, 120_000)
afterAll(() => rm(built, { recursive: true, force: true, maxRetries: 5 }))

test('killed at 20 random moments during a batch of 30 on the draft engine: 30 results, none twice, no half file', async () => {
  const folder = await temporaryFolder()
  const report = await torture({
    owner: join(built, 'owner.js'),
    folder,
    kills: 20,
    jobs: 30,
    engine: 'draft',
    storing: 'durable',
  })
  expect(report.faults).toEqual([])
  expect(report).toMatchObject({ kills: 20, results: 30 * report.batches })
}, 300_000)

test('the same finds what the naive way of storing does: plain writes and two commits', async () => {
  const folder = await temporaryFolder()
  const faults: string[] = []
  // The moments are random: a run of 20 nearly always hurts it.
  for (let run = 0; run < 8 && faults.length === 0; run++) {
    const report = await torture({
      owner: join(built, 'owner.js'),
      folder,
      kills: 20,
      jobs: 30,
      engine: 'tint',
      storing: 'naive',
    })
    faults.push(...report.faults.filter((fault) => /^(half|doubled|lost)/.test(fault)))
  }
  expect(faults.length).toBeGreaterThan(0)
}, 300_000)
