import type { Job, Output } from '#shared/domain/job'
import type { AssetMark, Mark } from '#shared/domain/mark'
import type { Version } from '#shared/domain/picture'
import type { JobsState } from './jobs'
import type { PicturesState } from './pictures'

/** The mark as it is kept with a result: none where nothing is said. */
function keptMark({ star, rejected }: AssetMark): { mark?: Mark } {
  return star > 0 || rejected ? { mark: { star, rejected } } : {}
}

/** Puts new marks on a list of results; the same list where none of them is meant. */
function withMarks<T extends { mark?: Mark | undefined }>(
  items: readonly T[],
  assetOf: (item: T) => string,
  marks: ReadonlyMap<string, AssetMark>,
): readonly T[] {
  if (!items.some((item) => marks.has(assetOf(item)))) return items
  return items.map((item) => {
    const mark = marks.get(assetOf(item))
    if (!mark) return item
    const { mark: _, ...rest } = item
    return { ...rest, ...keptMark(mark) } as T
  })
}

/** Takes how results are marked now, wherever they are known: as outputs of jobs and as versions of pictures. */
export function marksTaken<S extends { jobs: JobsState; pictures: PicturesState }>(state: S, changed: readonly AssetMark[]): S {
  const marks = new Map(changed.map((mark) => [mark.assetId, mark]))
  const jobs: Record<string, Job> = {}
  for (const job of Object.values(state.jobs.byId)) {
    const outputs = withMarks<Output>(job.outputs, (output) => output.assetId, marks)
    if (outputs !== job.outputs) jobs[job.id] = { ...job, outputs: [...outputs] }
  }
  const versions: Record<string, readonly Version[]> = {}
  for (const [id, known] of Object.entries(state.pictures.versions)) {
    const next = withMarks<Version>(known, (version) => version.asset.id, marks)
    if (next !== known) versions[id] = next
  }
  return {
    ...state,
    jobs: Object.keys(jobs).length > 0 ? { ...state.jobs, byId: { ...state.jobs.byId, ...jobs } } : state.jobs,
    pictures:
      Object.keys(versions).length > 0
        ? { ...state.pictures, versions: { ...state.pictures.versions, ...versions } }
        : state.pictures,
  }
}

/** Takes which results went into the trash or came back: versions say it of themselves. */
export function trashTaken<S extends { pictures: PicturesState }>(
  state: S,
  changed: readonly { assetId: string; trashedAt?: number | undefined }[],
): S {
  const byAsset = new Map(changed.map((result) => [result.assetId, result.trashedAt]))
  return withVersions(state, (version) => {
    if (!byAsset.has(version.asset.id)) return version
    const { trashedAt: _, ...rest } = version
    const trashedAt = byAsset.get(version.asset.id)
    return trashedAt === undefined ? rest : { ...rest, trashedAt }
  })
}

/** Forgets what was deleted for good. */
export function removedTaken<S extends { jobs: JobsState; pictures: PicturesState }>(
  state: S,
  removed: { assetIds: readonly string[]; pictureIds: readonly string[]; jobIds: readonly string[] },
): S {
  const assets = new Set(removed.assetIds)
  const pictureIds = new Set(removed.pictureIds)
  const jobIds = new Set(removed.jobIds)
  const keep = (id: string): boolean => !jobIds.has(id)
  const next = withVersions(state, (version) => (assets.has(version.asset.id) ? undefined : version))
  return {
    ...next,
    jobs: {
      ...next.jobs,
      byId: Object.fromEntries(Object.entries(next.jobs.byId).filter(([id]) => keep(id))),
      active: next.jobs.active.filter(keep),
      waiting: next.jobs.waiting.filter(keep),
      recent: next.jobs.recent.filter(keep),
    },
    pictures: {
      ...next.pictures,
      byId: Object.fromEntries(Object.entries(next.pictures.byId).filter(([id]) => !pictureIds.has(id))),
      order: next.pictures.order.filter((id) => !pictureIds.has(id)),
    },
  }
}

function withVersions<S extends { pictures: PicturesState }>(state: S, change: (version: Version) => Version | undefined): S {
  const versions: Record<string, readonly Version[]> = {}
  for (const [id, known] of Object.entries(state.pictures.versions)) {
    const next = known.flatMap((version) => change(version) ?? [])
    if (next.length !== known.length || next.some((version, n) => version !== known[n])) versions[id] = next
  }
  if (Object.keys(versions).length === 0) return state
  return { ...state, pictures: { ...state.pictures, versions: { ...state.pictures.versions, ...versions } } }
}
