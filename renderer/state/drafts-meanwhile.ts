import type { CallInput } from '#shared/contract/calls'
import type { Edit } from '#shared/domain/edit'
import type { Job } from '#shared/domain/job'
import type { JobsState } from './jobs'

/** What is asked of the draft engine for jobs of one edit and one seed. */
export type DraftWish = Pick<CallInput<'jobs.submit'>, 'pictures' | 'edits' | 'seed'>

/** Whether the draft engine can do something like it: a style that it knows or sees, a pose. Words alone it does not understand. */
function canDraft(edit: Edit): boolean {
  switch (edit.kind) {
    case 'style':
      return edit.styleId !== undefined || edit.styleAssetId !== undefined
    case 'perspective':
      return edit.view.pose !== undefined
    default:
      return false
  }
}

/** The same edit of the same picture with the same seed. */
const keyOf = ({ pictureId, inputAssetId, edit, seed }: Job): string => JSON.stringify([pictureId, inputAssetId, edit, seed])

/**
 * The drafts that can be had while jobs wait for an engine that is away, one submission for each edit and seed. Jobs whose draft is there
 * already, or under way, are left out.
 * @param known what may be those drafts
 */
export function draftsMeanwhile(waiting: readonly Job[], known: readonly Job[]): DraftWish[] {
  const isDraft = ({ engine, state }: Job): boolean => engine === 'draft' && state !== 'failed' && state !== 'canceled'
  const there = new Set(known.filter(isDraft).map(keyOf))
  const wishes = new Map<string, DraftWish>()
  for (const job of waiting) {
    const { pictureId, inputAssetId: assetId, pictureName: name, edit, seed } = job
    const key = keyOf(job)
    if (job.engine === 'draft' || pictureId === undefined || !canDraft(edit) || there.has(key)) continue
    there.add(key)
    const group = JSON.stringify([edit, seed])
    const wish = wishes.get(group) ?? { pictures: [], edits: [edit], seed }
    wishes.set(group, {
      ...wish,
      pictures: [...(wish.pictures ?? []), { pictureId, name, ...(assetId === undefined ? {} : { assetId }) }],
    })
  }
  return [...wishes.values()]
}

/** Those of the queue's waiting jobs that this window knows. */
export function draftsWanted({ byId, waiting }: Pick<JobsState, 'byId' | 'waiting'>): DraftWish[] {
  return draftsMeanwhile(
    waiting.flatMap((id) => byId[id] ?? []),
    Object.values(byId),
  )
}
