import { unlinkSync } from 'node:fs'
import { setImmediate as breathe } from 'node:timers/promises'
import type { AssetStore } from '../assets/asset-store'
import type { Database } from '../database/database'
import { purgeTable } from '../database/tables/purge'

/** What emptying works with. */
export interface EmptyTrashContext {
  db: Database
  store: AssetStore
}

/** What is to go: everything in the trash, or these, or what went in before a time. */
export interface EmptyTrashWish {
  assetIds?: readonly string[] | undefined
  pictureIds?: readonly string[] | undefined
  /** Unix milliseconds. */
  before?: number | undefined
}

/** What went, by id, and how many things stay because something outside of the trash needs them. */
export interface Emptied {
  assetIds: string[]
  pictureIds: string[]
  jobIds: string[]
  kept: number
  /** Pictures that stay and have fewer versions now. */
  changedPictureIds: string[]
}

/** Things that go in one transaction: a few milliseconds of the main loop. */
const perStep = 50

/**
 * Deletes from the trash for good: rows first, in small transactions, then the files that no row needs any more. Ended in between, it
 * leaves files without rows, which the doctor sets aside; never a row without its file.
 */
export async function emptyTrash({ db, store }: EmptyTrashContext, wish: EmptyTrashWish): Promise<Emptied> {
  const table = purgeTable(db)
  const emptied: Emptied = { assetIds: [], pictureIds: [], jobIds: [], kept: 0, changedPictureIds: [] }
  const files = new Set<string>()

  const pictures = wish.assetIds && !wish.pictureIds ? [] : table.pictures(wish.pictureIds, wish.before)
  for (const picture of pictures) {
    const gone = table.purgePicture(picture)
    if (!gone) {
      emptied.kept += 1
      continue
    }
    emptied.pictureIds.push(picture.id)
    emptied.jobIds.push(...gone.jobIds)
    emptied.assetIds.push(...gone.assetIds)
    gone.files.forEach((sha256) => files.add(sha256))
    await breathe()
  }
  const results = wish.pictureIds && !wish.assetIds ? [] : table.results(wish.assetIds, wish.before)
  // What was made last goes first: an input is free when nothing made from it is left.
  for (let at = 0; at < results.length; at += perStep) {
    for (const result of results.slice(at, at + perStep)) {
      const gone = table.purgeResult(result)
      if (!gone) {
        emptied.kept += 1
        continue
      }
      emptied.jobIds.push(...gone.jobIds)
      emptied.changedPictureIds.push(...gone.changedPictureIds)
      emptied.assetIds.push(...gone.assetIds)
      gone.files.forEach((sha256) => files.add(sha256))
    }
    await breathe()
  }
  for (const sha256 of files) removeFile(store, sha256)
  return emptied
}

/** Looked at and removed in one step of the event loop, so that no import can commit in between. */
function removeFile({ assets, blobs }: AssetStore, sha256: string): void {
  if (assets.usesBlob(sha256) || blobs.isFresh(sha256)) return
  try {
    unlinkSync(blobs.path(sha256))
  } catch {
    // A file that can't be removed now is an orphan, which the doctor looks after.
  }
}
