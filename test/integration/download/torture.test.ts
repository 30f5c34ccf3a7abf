import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { tortureDownloads } from '../../torture/download-torture'
import { bundle } from '../bundle'

let built: string
let folder: string
beforeAll(async () => {
  built = await bundle({ owner: 'test/torture/download-owner.ts' })
  folder = await mkdtemp(join(tmpdir(), 'recast-download-torture-'))
}, 120_000)
afterAll(async () => {
  await rm(built, { recursive: true, force: true, maxRetries: 5 })
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
})

it('killed at 5 random moments of downloads: goes on at the very byte, and the right file is there in the end', async () => {
  const report = await tortureDownloads(join(built, 'owner.js'), folder, 5)
  expect(report.faults).toEqual([])
  expect(report).toMatchObject({ kills: 5, early: 0, refetched: 0 })
}, 120_000)
