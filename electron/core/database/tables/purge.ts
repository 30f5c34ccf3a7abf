import type { Database } from '../database'

/** What went with one thing: its jobs, its assets, and the files that may have become free. */
export interface Purged {
  jobIds: string[]
  assetIds: string[]
  files: string[]
  /** Pictures that have fewer versions now. */
  changedPictureIds: string[]
}

/** A picture or result of the trash. */
export interface Trashed {
  seq: number
  id: string
}

/** Prepares the statements that delete for good; used while the trash is emptied, and for nothing else. */
export function purgeTable(db: Database) {
  const chosen = '(@ids IS NULL OR id IN (SELECT value FROM json_each(@ids))) AND (@before IS NULL OR trashed_at < @before)'
  const pictures = db.prepare<[{ ids: string | null; before: number | null }], Trashed>(
    `SELECT seq, id FROM pictures WHERE trashed_at IS NOT NULL AND ${chosen} ORDER BY seq DESC`,
  )
  const results = db.prepare<[{ ids: string | null; before: number | null }], Trashed>(
    `SELECT seq, id FROM (SELECT r.seq, a.id, r.trashed_at FROM results r JOIN assets a ON a.seq = r.asset_seq WHERE r.trashed_at IS NOT NULL)
     WHERE ${chosen} ORDER BY seq DESC`,
  )
  const unfinished = db
    .prepare<[string], number>(
      "SELECT EXISTS (SELECT 1 FROM jobs WHERE picture_id = ? AND state NOT IN ('done', 'failed', 'canceled'))",
    )
    .pluck()
  const inUse = db
    .prepare<[{ id: string }], number>(
      `SELECT EXISTS (SELECT 1 FROM jobs WHERE input_asset_id = @id) OR EXISTS (SELECT 1 FROM jobs WHERE style_asset_id = @id)
           OR EXISTS (SELECT 1 FROM job_inputs WHERE asset_id = @id)
           OR EXISTS (SELECT 1 FROM pictures WHERE current_asset_id = @id) OR EXISTS (SELECT 1 FROM pictures WHERE root_asset_id = @id)
           OR EXISTS (SELECT 1 FROM own_styles WHERE sample_asset_id = @id OR style_asset_id = @id)`,
    )
    .pluck()
  const jobsOfPicture = db.prepare<[string], Trashed>('SELECT seq, id FROM jobs WHERE picture_id = ?')
  const jobsOfAsset = db.prepare<[string], Trashed>(
    'SELECT DISTINCT j.seq, j.id FROM outputs o JOIN jobs j ON j.id = o.job_id WHERE o.asset_id = ?',
  )
  const picturesOfAsset = db
    .prepare<[string], string>('SELECT DISTINCT j.picture_id FROM outputs o JOIN jobs j ON j.id = o.job_id WHERE o.asset_id = ?')
    .pluck()
  const assetsOfJob = db.prepare<[string], string>('SELECT asset_id FROM outputs WHERE job_id = ?').pluck()
  const dropOutputs = db.prepare<[string]>('DELETE FROM outputs WHERE job_id = ?')
  const dropOutputsOfAsset = db.prepare<[string]>('DELETE FROM outputs WHERE asset_id = ?')
  const hasOutputs = db.prepare<[string], number>('SELECT EXISTS (SELECT 1 FROM outputs WHERE job_id = ?)').pluck()
  const dropJob = db.prepare<[string]>('DELETE FROM jobs WHERE id = ?')
  const resultOfAsset = db
    .prepare<[string], number>('SELECT seq FROM results WHERE asset_seq = (SELECT seq FROM assets WHERE id = ?)')
    .pluck()
  const dropResult = db.prepare<[number]>('DELETE FROM results WHERE seq = ?')
  const dropWords = db.prepare<[number]>('DELETE FROM result_words WHERE rowid = ?')
  // A result that another job has made as well goes on as that one's.
  const otherJob = db.prepare<[{ id: string; picture: string }], { job: number; picture: number }>(
    `SELECT j.seq AS job, p.seq AS picture FROM outputs o JOIN jobs j ON j.id = o.job_id JOIN pictures p ON p.id = j.picture_id
     WHERE o.asset_id = @id AND j.picture_id <> @picture ORDER BY j.seq LIMIT 1`,
  )
  const handOn = db.prepare<[number, number, number]>('UPDATE results SET job_seq = ?, picture_seq = ? WHERE seq = ?')
  const dropPicture = db.prepare<[string]>('DELETE FROM pictures WHERE id = ?')
  const rootOf = db.prepare<[string], string>('SELECT root_asset_id FROM pictures WHERE id = ?').pluck()
  const stepsWith = db.prepare<[string], number>('SELECT DISTINCT picture_seq FROM picture_steps WHERE asset_id = ?').pluck()
  const steps = db.prepare<[number], { n: number; asset_id: string }>(
    'SELECT n, asset_id FROM picture_steps WHERE picture_seq = ? ORDER BY n',
  )
  const dropSteps = db.prepare<[number]>('DELETE FROM picture_steps WHERE picture_seq = ?')
  const putStep = db.prepare<[number, number, string]>('INSERT INTO picture_steps VALUES (?, ?, ?)')
  const stepOf = db.prepare<[number], number>('SELECT step FROM pictures WHERE seq = ?').pluck()
  const setStep = db.prepare<[number, number]>('UPDATE pictures SET step = ? WHERE seq = ?')
  const asset = db.prepare<[string], { sha256: string; working_sha256: string }>(
    `SELECT sha256, working_sha256 FROM assets a WHERE id = ?
     AND NOT EXISTS (SELECT 1 FROM outputs WHERE asset_id = a.id) AND NOT EXISTS (SELECT 1 FROM picture_steps WHERE asset_id = a.id)`,
  )
  const dropAsset = db.prepare<[string]>('DELETE FROM assets WHERE id = ?')

  function purgeResultRow(assetId: string): void {
    const seq = resultOfAsset.get(assetId)
    if (seq === undefined) return
    dropWords.run(seq)
    dropResult.run(seq)
  }

  /** Takes a version out of the ways that lead through it; where a picture stands stays where it is. */
  function forgetSteps(assetId: string): void {
    for (const picture of stepsWith.all(assetId)) {
      const way = steps.all(picture)
      const stand = stepOf.get(picture) ?? 0
      dropSteps.run(picture)
      const left = way.filter((step) => step.asset_id !== assetId)
      left.forEach((step, n) => putStep.run(picture, n, step.asset_id))
      setStep.run(Math.max(0, left.filter((step) => step.n <= stand).length - 1), picture)
    }
  }

  /** Deletes assets that nothing needs any more; answers them and their files. */
  function purgeAssets(assetIds: Iterable<string>): { assetIds: string[]; files: string[] } {
    const gone: string[] = []
    const files: string[] = []
    for (const id of assetIds) {
      if (inUse.get({ id }) === 1) continue
      const row = asset.get(id)
      if (!row) continue
      dropAsset.run(id)
      gone.push(id)
      files.push(row.sha256, row.working_sha256)
    }
    return { assetIds: gone, files }
  }

  const purgePicture = db.transaction((picture: Trashed): Purged | undefined => {
    if (unfinished.get(picture.id) === 1) return undefined
    const root = rootOf.get(picture.id)
    const jobs = jobsOfPicture.all(picture.id)
    const assets = new Set(jobs.flatMap((job) => assetsOfJob.all(job.id)))
    for (const assetId of assets) {
      const other = otherJob.get({ id: assetId, picture: picture.id })
      const seq = resultOfAsset.get(assetId)
      if (other && seq !== undefined) handOn.run(other.job, other.picture, seq)
      else purgeResultRow(assetId)
    }
    for (const job of jobs) {
      dropOutputs.run(job.id)
      dropJob.run(job.id)
    }
    dropPicture.run(picture.id)
    if (root !== undefined) assets.add(root)
    return { jobIds: jobs.map((job) => job.id), changedPictureIds: [], ...purgeAssets(assets) }
  })
  const purgeResult = db.transaction((result: Trashed): Purged | undefined => {
    if (inUse.get({ id: result.id }) === 1) return undefined
    const jobs = jobsOfAsset.all(result.id)
    const changedPictureIds = picturesOfAsset.all(result.id)
    purgeResultRow(result.id)
    forgetSteps(result.id)
    dropOutputsOfAsset.run(result.id)
    const jobIds = jobs.filter((job) => hasOutputs.get(job.id) === 0).map((job) => job.id)
    for (const id of jobIds) dropJob.run(id)
    return { jobIds, changedPictureIds, ...purgeAssets([result.id]) }
  })
  const wish = (ids: readonly string[] | undefined, before: number | undefined) => ({
    ids: ids === undefined ? null : JSON.stringify(ids),
    before: before ?? null,
  })

  return {
    /** Pictures in the trash, newest first. */
    pictures: (ids: readonly string[] | undefined, before: number | undefined): Trashed[] => pictures.all(wish(ids, before)),
    /** Results in the trash by themselves, newest first. */
    results: (ids: readonly string[] | undefined, before: number | undefined): Trashed[] => results.all(wish(ids, before)),
    /** Deletes a picture with its jobs and results; undefined where a job of it has not ended. */
    purgePicture: (picture: Trashed): Purged | undefined => purgePicture.immediate(picture),
    /** Deletes a result; undefined where something was made from it, or a picture shows it. */
    purgeResult: (result: Trashed): Purged | undefined => purgeResult.immediate(result),
  }
}
