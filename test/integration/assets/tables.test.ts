import { randomUUID } from 'node:crypto'
import type { Statement } from 'better-sqlite3'
import { beforeEach, describe, expect, it } from 'vitest'
import { pictureSchema, versionSchema } from '#shared/domain/picture'
import { assetTable, type AssetTable, type StoredAsset } from '#core/database/tables/assets'
import { likePattern, pictureTable, type PictureTable } from '#core/database/tables/pictures'
import { pictureStepTable } from '#core/database/tables/picture-steps'
import type { Database } from '#core/database/database'
import { figure } from '../figure'
import { openDatabase } from './open-store'
import { must } from './must'

let db: Database
let assets: AssetTable
let pictures: PictureTable
let insertJob: Statement
let insertAttempt: Statement
let insertOutput: Statement
beforeEach(() => {
  db = openDatabase(':memory:')
  assets = assetTable(db)
  pictures = pictureTable(db)
  insertJob = db.prepare(
    `INSERT INTO jobs (id, batch_id, picture_id, input_asset_id, kind, edit, sampling, seed, engine, priority, position, state, created_at)
     VALUES (?, 'b', ?, ?, ?, ?, '{}', 7, 'auto', 0, 1, 'done', 1)`,
  )
  insertAttempt = db.prepare(
    `INSERT INTO attempts (id, job_id, number, engine_id, state, started_at) VALUES (?, ?, 1, 'draft', 'done', 1)`,
  )
  insertOutput = db.prepare('INSERT INTO outputs (job_id, idx, attempt_id, asset_id) VALUES (?, ?, ?, ?)')
})

let counter = 0
function assetOf(origin: 'imported' | 'produced' = 'imported'): StoredAsset {
  const sha256 = String(++counter).padStart(64, '0')
  const asset = {
    id: randomUUID(),
    origin,
    sha256,
    format: 'png',
    width: 30,
    height: 20,
    bytes: 9,
    hasAlpha: false,
    notes: ['rotated'],
    createdAt: 1,
  }
  return { asset, workingSha256: sha256 }
}
function addPicture(name: string): string {
  const { asset } = assets.insertOrReuse(assetOf())
  return pictures.insert({ id: randomUUID(), name, assetId: asset.id, createdAt: 1 }).id
}
/** A done job of a picture with these results. */
function addJob(pictureId: string, edit: object, results: StoredAsset[]): string {
  const picture = must(pictures.get(pictureId))
  const id = randomUUID()
  const attempt = randomUUID()
  const kind = (edit as { kind: string }).kind
  insertJob.run(id, pictureId, picture.currentAssetId, kind, JSON.stringify(edit))
  insertAttempt.run(attempt, id)
  results.forEach((result, index) => {
    const { asset } = assets.insertOrReuse(result)
    insertOutput.run(id, index, attempt, asset.id)
  })
  return id
}

describe('assets', () => {
  it('come back as they went in; the same content is one row', () => {
    const first = assetOf()
    expect(assets.insertOrReuse(first)).toEqual(first)
    const again = { ...first, asset: { ...first.asset, id: randomUUID(), origin: 'produced' as const } }
    expect(assets.insertOrReuse(again)).toEqual(first)
    expect(assets.get(first.asset.id)).toEqual(first)
    expect(assets.getBySha256(first.asset.sha256)).toEqual(first)
    expect(assets.get('nobody')).toBeUndefined()
    expect(assets.count()).toBe(1)
    assets.setWorking(first.asset.id, { sha256: 'f'.repeat(64), width: 3, height: 4, hasAlpha: true })
    expect(assets.get(first.asset.id)).toMatchObject({
      workingSha256: 'f'.repeat(64),
      asset: { width: 3, height: 4, hasAlpha: true },
    })
    expect([first.asset.sha256, 'f'.repeat(64), 'e'.repeat(64)].map((sha) => assets.usesBlob(sha))).toEqual([true, true, false])
  })
})

describe('pictures', () => {
  it('come in pages, newest first, each once', () => {
    const names = Array.from({ length: 25 }, (_, i) => `photo ${i}`)
    names.forEach(addPicture)
    const seen: string[] = []
    const lengths: number[] = []
    let cursor: number | undefined
    do {
      const page = pictures.page({ limit: 10, cursor })
      expect(page.total).toBe(25)
      page.items.forEach((item) => pictureSchema.parse(item))
      seen.push(...page.items.map(({ name }) => name))
      // One that is added meanwhile does not shift the pages.
      if (cursor === undefined) db.exec('DELETE FROM pictures WHERE seq = (SELECT max(seq) FROM pictures)')
      if (cursor === undefined) addPicture('photo 24b')
      cursor = page.nextCursor
      lengths.push(page.items.length)
    } while (cursor !== undefined)
    expect(lengths).toEqual([10, 10, 5])
    expect(seen).toEqual(names.toReversed())
  })

  it('are found by a part of their name, and signs are no patterns', () => {
    for (const name of ['Coffee', 'coffee_2', 'tea', '100% wool', 'coffee2', 'back\\slash', '咖啡杯']) addPicture(name)
    const found = (search: string): string[] =>
      pictureTable(db)
        .page({ limit: 10, search })
        .items.map(({ name }) => name)
        .sort()
    expect(found('COFFEE')).toEqual(['Coffee', 'coffee2', 'coffee_2'])
    expect(found('e_2')).toEqual(['coffee_2'])
    expect(found('0%')).toEqual(['100% wool'])
    expect(found('%')).toEqual(['100% wool'])
    expect(found('\\')).toEqual(['back\\slash'])
    expect(found('啡')).toEqual(['咖啡杯'])
    expect(found("' OR 1=1 --")).toEqual([])
    expect(pictures.page({ limit: 1, search: 'coffee' })).toMatchObject({ total: 3, items: [{ name: 'coffee2' }] })
    expect(likePattern('a%b_c\\')).toBe('%a\\%b\\_c\\\\%')
  })

  it('have versions: the import and each result once, in order', () => {
    const id = addPicture('cup')
    const other = addPicture('other')
    const [a, b, c] = [assetOf('produced'), assetOf('produced'), assetOf('produced')]
    const job = addJob(id, { kind: 'style', styleId: 'clay' }, [a])
    addJob(id, { kind: 'perspective', view: { id: 'front' } }, [b, a])
    addJob(id, { kind: 'style', styleAssetId: a.asset.id }, [c])
    addJob(other, { kind: 'style', styleId: 'clay' }, [a])
    const versions = pictures.versions(id)
    versions.forEach((version) => versionSchema.parse(version))
    const root = must(pictures.get(id)).rootAssetId
    expect(versions.map(({ asset, label }) => [asset.id, label])).toEqual([
      [root, 'original'],
      [a.asset.id, 'clay'],
      [b.asset.id, 'front'],
      [c.asset.id, 'custom'],
    ])
    expect(versions[1]).toMatchObject({ jobId: job, fromAssetId: root, seed: 7 })
    expect(versions[0]).not.toHaveProperty('jobId')
    expect(must(pictures.get(id)).versionCount).toBe(4)
    expect(must(pictures.get(other)).versionCount).toBe(2)
    expect(pictures.hasVersion(id, c.asset.id)).toBe(true)
    expect(pictures.hasVersion(other, c.asset.id)).toBe(false)
    expect(pictureStepTable(db).apply(id, c.asset.id)).toBe(true)
    expect(pictures.get(id)).toMatchObject({ currentAssetId: c.asset.id, rootAssetId: root })
    expect(pictureStepTable(db).apply('nobody', c.asset.id)).toBe(false)
    expect(pictures.versions('nobody')).toEqual([])
  })

  it('go to the trash and back, and say which did', () => {
    const [a, b] = [addPicture('a'), addPicture('b')]
    expect(pictures.trash([a, a, 'nobody'], 5)).toEqual([a])
    expect(must(pictures.get(a)).trashedAt).toBe(5)
    expect(pictures.page({ limit: 9 })).toMatchObject({ total: 1, items: [{ id: b }] })
    expect(pictures.page({ limit: 9, trashed: true })).toMatchObject({ total: 1, items: [{ id: a }] })
    expect(pictures.restore([a, b])).toEqual([a])
    expect(pictures.page({ limit: 9 }).total).toBe(2)
  })

  it('answer a page of 5,000 pictures and 10,000 jobs, with its counts', () => {
    db.transaction(() => {
      for (let i = 0; i < 5000; i++) {
        const id = addPicture(`photo ${i}`)
        addJob(id, { kind: 'style', styleId: 'clay' }, [assetOf('produced')])
        addJob(id, { kind: 'style', styleId: 'anime' }, [assetOf('produced')])
      }
    })()
    const timed = (run: () => unknown): number => {
      const times = Array.from({ length: 7 }, () => {
        const start = performance.now()
        run()
        return performance.now() - start
      })
      return must(times.sort((x, y) => x - y)[3])
    }
    const first = timed(() => pictures.page({ limit: 100 }))
    const deep = timed(() => pictures.page({ limit: 100, cursor: 300 }))
    const search = timed(() => pictures.page({ limit: 100, search: 'photo 49' }))
    figure('page', first, 60)
    figure('deep page', deep, 60)
    figure('search', search, 60)
    const page = pictures.page({ limit: 100 })
    expect([page.total, page.items.length]).toEqual([5000, 100])
    expect(page.items.every(({ versionCount }) => versionCount === 3)).toBe(true)
  })
})
