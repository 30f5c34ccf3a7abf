import type { Job } from '#shared/domain/job'
import { takesPictures } from '#shared/domain/edit'
import type { Picture, Version } from '#shared/domain/picture'
import { viewLabel as labelOfViewId } from '#shared/views/presets'
import { openPicture } from './open-picture'
import { liveJobOf } from './shown'
import type { StudioState } from './studio-state'

/** What the view of the canvas is made of. */
export interface CanvasParts extends Pick<StudioState, 'selection' | 'shown' | 'pictures'> {
  jobs: Pick<StudioState['jobs'], 'active' | 'byId'>
}

/** A stored picture that the canvas shows. */
export interface SeenAsset {
  assetId: string
  width: number
  height: number
  hasAlpha: boolean
  /** Absent until the versions are loaded. */
  version: Version | undefined
}

/** What the canvas shows: a picture, and over it what is to be compared with it. */
export interface CanvasView {
  picture: Picture
  before: SeenAsset
  after:
    | { kind: 'live'; key: string; job: Job }
    /** A finished version; `job` when it is known here. */
    | { kind: 'version'; key: string; asset: SeenAsset; job: Job | undefined }
    | undefined
  /** The version that Apply would make the current one. */
  applicable: string | undefined
}

/**
 * Decides what the canvas shows, in this order: a running job over the version that it works on; a result or a picked version over the
 * version that it was made from; the current version over the original, so that the way so far can be compared.
 */
export function canvasView(state: CanvasParts): CanvasView | undefined {
  const picture = openPicture(state)
  if (!picture) return undefined
  const shown = state.shown[picture.id]
  const active = state.jobs.active.flatMap((id) => state.jobs.byId[id] ?? [])
  const live = liveJobOf(active, picture.id, shown)
  if (live)
    return {
      picture,
      before: seen(state, picture, live.inputAssetId ?? picture.currentAssetId, live),
      after: { kind: 'live', key: live.id, job: live },
      applicable: undefined,
    }
  const assetId = shown?.assetId ?? picture.currentAssetId
  const versions = state.pictures.versions[picture.id]
  const version = versions?.find((candidate) => candidate.asset.id === assetId)
  const job = jobOf(state, shown?.jobId ?? version?.jobId)
  const asset = seen(state, picture, assetId, job)
  const from = version?.fromAssetId ?? sourceOf(job) ?? (assetId === picture.rootAssetId ? undefined : picture.rootAssetId)
  return {
    picture,
    before: from === undefined ? asset : seen(state, picture, from, job),
    after: from === undefined ? undefined : { kind: 'version', key: job?.id ?? version?.jobId ?? assetId, asset, job },
    applicable: assetId === picture.currentAssetId ? undefined : assetId,
  }
}

/**
 * The version that the next edit of a picture works on: one that the user picked in the strip, else the current one. A result that is
 * not applied yet is no base: trying one style after the other always starts from the same picture.
 */
export function editBase(state: Pick<StudioState, 'shown' | 'pictures'>, pictureId: string): string | undefined {
  const shown = state.shown[pictureId]
  if (shown && shown.batchId === undefined) return shown.assetId
  return state.pictures.byId[pictureId]?.currentAssetId
}

/**
 * The version that views of a picture are made from: the base of the next edit, or where that is itself a view the version behind it,
 * because a view of a view would show what was invented as if it had been seen.
 */
export function viewBase(
  state: Pick<StudioState, 'shown' | 'pictures'> & { jobs: Pick<StudioState['jobs'], 'byId'> },
  pictureId: string,
): string | undefined {
  const versions = state.pictures.versions[pictureId] ?? []
  const isView = (version: Version): boolean =>
    (state.jobs.byId[version.jobId ?? '']?.edit.kind ?? (labelOfViewId(version.label) ? 'perspective' : 'style')) ===
    'perspective'
  let assetId = editBase(state, pictureId)
  for (const _ of versions) {
    const version = versions.find((candidate) => candidate.asset.id === assetId)
    if (version?.fromAssetId === undefined || !isView(version)) break
    assetId = version.fromAssetId
  }
  return assetId
}

/** The version that a job edited; the first picture of a picture made from words was made from none. */
function sourceOf(job: Job | undefined): string | undefined {
  return job && takesPictures(job.edit.kind) !== 'never' ? job.inputAssetId : undefined
}

function jobOf(state: CanvasParts, id: string | undefined): Job | undefined {
  return id === undefined ? undefined : state.jobs.byId[id]
}

/** Sizes are known from the versions, from the job's own results, or from the picture: the canvas never waits for them. */
function seen(state: CanvasParts, picture: Picture, assetId: string, job: Job | undefined): SeenAsset {
  const version = state.pictures.versions[picture.id]?.find((candidate) => candidate.asset.id === assetId)
  if (version) {
    const { width, height, hasAlpha } = version.asset
    return { assetId, width, height, hasAlpha, version }
  }
  const output = job?.outputs.find((candidate) => candidate.assetId === assetId)
  const { width, height } = output ?? picture
  return { assetId, width, height, hasAlpha: false, version: undefined }
}
