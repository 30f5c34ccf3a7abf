import type { Database } from '../database'

/** What a learned time is about. */
export interface TimingKey {
  engineId: string
  /** Kind of work: a style, a camera move, a workflow. */
  work: string
  sizeBucket: number
  /** Models had to be loaded. */
  cold: boolean
}

/** A learned time: exponential mean of milliseconds and how many went into it. */
export interface Timing {
  work: string
  sizeBucket: number
  cold: boolean
  meanMs: number
  samples: number
}

interface TimingRow {
  work: string
  size_bucket: number
  cold: number
  mean_ms: number
  samples: number
}

/** The statements over the timings table, prepared once per connection. */
export type TimingTable = ReturnType<typeof timingTable>

/** Prepares the statements over the timings table. */
export function timingTable(db: Database) {
  // The mean of the first few, then an exponential one, so that a new driver or card is learned within about ten jobs.
  const learn = db.prepare<[{ engineId: string; work: string; sizeBucket: number; cold: number; ms: number }]>(
    `INSERT INTO timings (engine_id, work, size_bucket, cold, mean_ms, samples)
     VALUES (@engineId, @work, @sizeBucket, @cold, @ms, 1)
     ON CONFLICT (engine_id, work, size_bucket, cold) DO UPDATE SET
       mean_ms = mean_ms + (@ms - mean_ms) / min(samples + 1, 5), samples = samples + 1`,
  )
  const ofEngine = db.prepare<[string], TimingRow>(
    'SELECT work, size_bucket, cold, mean_ms, samples FROM timings WHERE engine_id = ?',
  )
  return {
    learn: (key: TimingKey, ms: number): void => void learn.run({ ...key, cold: key.cold ? 1 : 0, ms }),
    ofEngine: (engineId: string): Timing[] =>
      ofEngine.all(engineId).map((row) => ({
        work: row.work,
        sizeBucket: row.size_bucket,
        cold: row.cold === 1,
        meanMs: row.mean_ms,
        samples: row.samples,
      })),
  }
}
