import type { Job, JobState } from '#shared/domain/job'
import type { Picture, Version } from '#shared/domain/picture'
import type { Result } from '#shared/domain/result'

/** An id for examples in tests: `id(7)` is always the same. */
export function id(n: number): string {
  return `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
}

/** A picture for tests. */
export function examplePicture(n: number, change: Partial<Picture> = {}): Picture {
  return {
    id: id(n),
    seq: n,
    name: `cup-${n}`,
    rootAssetId: id(1000 + n),
    currentAssetId: id(1000 + n),
    width: 600,
    height: 400,
    versionCount: 1,
    createdAt: 0,
    ...change,
  }
}

/** A job of picture 1 for tests. */
export function exampleJob(n: number, state: JobState, change: Partial<Job> = {}): Job {
  return {
    id: id(10_000 + n),
    seq: n,
    batchId: id(20_000 + n),
    pictureId: id(1),
    pictureName: 'cup-1',
    inputAssetId: id(1001),
    edit: { kind: 'style', styleId: 'clay', strength: 0.8, structure: 0.5, keepColours: false },
    sampling: {},
    seed: 7,
    engine: 'auto',
    state,
    position: n,
    progress: state === 'done' ? 1 : 0,
    attempt: 0,
    outputs: state === 'done' ? [{ index: 0, assetId: id(30_000 + n), width: 600, height: 400 }] : [],
    notes: [],
    createdAt: 0,
    ...change,
  }
}

/** A version for tests; the import itself when nothing made it. */
export function exampleVersion(assetId: string, change: Partial<Version> = {}): Version {
  return {
    asset: {
      id: assetId,
      origin: change.jobId === undefined ? 'imported' : 'produced',
      sha256: 'a'.repeat(64),
      format: 'png',
      width: 600,
      height: 400,
      bytes: 1,
      hasAlpha: false,
      notes: [],
      createdAt: 0,
    },
    label: 'original',
    ...change,
  }
}

/** A result of picture 1 for tests. */
export function exampleResult(n: number): Result {
  return {
    seq: n,
    assetId: id(40_000 + n),
    jobId: id(10_000 + n),
    pictureId: id(1),
    pictureName: 'cup-1',
    width: 600,
    height: 400,
    kind: 'style',
    label: 'clay',
    engine: 'draft',
    workflow: '',
    seed: 7,
    star: 0,
    rejected: false,
    madeAt: 0,
  }
}
