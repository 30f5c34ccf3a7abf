import type { Edit, Sampling } from '#shared/domain/edit'
import type { EngineView } from '#shared/domain/engine'
import type { Made } from '#shared/domain/job'
import type { StoredBlob } from '../assets/blob-store'
import type { Readiness, ServerFacts } from '../workflows/readiness'

/** A picture that an engine works on: 8-bit sRGB, upright, on this machine's disk. */
export interface EngineInput {
  assetId: string
  /** Content hash of the file at `path`; a remote engine uploads each hash once. */
  sha256: string
  path: string
  width: number
  height: number
  hasAlpha: boolean
}

/** One job as an engine sees it. */
export interface EngineTask {
  jobId: string
  edit: Edit
  sampling: Sampling
  workflowId: string | undefined
  seed: number
  /** The picture to edit; undefined for what is made from words. */
  input: EngineInput | undefined
  /** The style picture of a style edit by picture. */
  styleInput: EngineInput | undefined
  /** The pictures that the edit names itself, by asset id. */
  pictures: Readonly<Record<string, EngineInput>>
  /** Prompts of the job's earlier attempts that may still be on this engine, oldest first: one of them may have the result already. */
  left: readonly string[]
  /** An existing folder of this attempt's own, on the data folder's disk, for results. Emptied by the core afterwards. */
  workDir: string
}

/** What an engine says while it works. Progress never goes back within an attempt. */
export type EngineEvent =
  | { type: 'progress'; progress: number; step?: number; steps?: number }
  | { type: 'preview'; mime: 'image/jpeg' | 'image/png' | 'image/webp'; width: number; height: number; image: Uint8Array }
  /** It was handed over and stands in the engine's own queue. */
  | { type: 'pending' }
  /** It has a turn now; until here it waited behind others on the engine. */
  | { type: 'begun' }
  /** Models are being loaded: this run is a cold one, and silence is allowed. */
  | { type: 'loading' }
  /** Its device has nothing more to do for this job (results are still fetched): the next job can have its place. */
  | { type: 'released' }

/** One result file, complete, in the attempt's `workDir`; 8-bit sRGB PNG. The core makes it durable and owns it from there. */
export interface EngineResult {
  path: string
  width: number
  height: number
  hasAlpha: boolean
  /** Recast's own code has decoded every pixel on the way here, so that checksums prove the file from now on. */
  decoded?: boolean
  /** It was written just now by Recast's own code, pixels and nothing else, with this hash and length, and flushed: it need not be read again. */
  bare?: StoredBlob
  /** Worth saying about this result, as note ids, e.g. `draft`, `layout_draft`. */
  notes: string[]
  /** What made it, where that was a workflow. */
  made?: Made | undefined
}

/** Where an attempt is, after a restart of Recast. `unknown` means nowhere: it is queued again. */
export type AttemptPlace = 'queued' | 'running' | 'done' | 'unknown'

/** What the choice between engines looks at, as it was when the engine was asked last. */
export interface EngineLoad {
  /** Prompts in its queue that are not ours. */
  others: number
  /** Bytes of its first device, where it has a memory of its own. */
  memory: { total: number; free: number } | undefined
}

/** What runs jobs. Every method may throw AppErrors; `run` rejects with `canceled` soon after its signal aborts. */
export interface Engine {
  readonly id: string
  readonly kind: EngineView['kind']
  /** Jobs that it wants at a time, look-ahead included. */
  readonly slots: number
  /** Its attempts go on when Recast ends, and are found again by `lookup`. */
  readonly outlives?: boolean
  /** Whether it is there at all (the managed ComfyUI may not be installed): one that is not is neither listed nor chosen. Absent: it is. */
  isPresent?(): boolean
  /** The state now, without asking anybody. */
  view(): EngineView
  /** Looks whether it works, and remembers the answer for `view`. Never throws: a failed engine is a state. */
  probe(): Promise<EngineView>
  /** Whether it could do this edit, without starting anything; the error is what the user is told. */
  check(edit: Edit, workflowId: string | undefined, sampling?: Sampling): void
  /** Whether it would draw all scenes of a story in one run; absent: never. */
  takesWholeStory?(edit: Edit, workflowId: string | undefined): boolean
  /** @param options `stored`: when its attempt survives a power loss. Nothing that goes on without Recast is begun before that. */
  run(
    task: EngineTask,
    options: {
      attemptId: string
      signal: AbortSignal
      onEvent: (event: EngineEvent) => void
      stored?: Promise<void> | undefined
    },
  ): Promise<EngineResult[]>
  lookup(attemptId: string): Promise<AttemptPlace>
  /** Waits for an attempt that a former process of Recast began, and fetches its results. */
  collect(
    task: EngineTask,
    options: { attemptId: string; signal: AbortSignal; onEvent: (event: EngineEvent) => void },
  ): Promise<EngineResult[]>
  /** What it has for each workflow, by id, as far as it runs workflows; undefined before it has answered. */
  workflows?(): ReadonlyMap<string, Readiness> | undefined
  /** What its server says of itself and its nodes, as far as it has one; undefined before it has answered. */
  serverFacts?(): ServerFacts | undefined
  /** Its queue and memory; undefined before it has answered. */
  load?(): EngineLoad | undefined
  /** Asks for queue and memory alone: cheap enough to be done while jobs run. Never throws. */
  measure?(): Promise<void>
  /** Ends a prompt that nobody waits for, wherever it is there; answers whether it is surely over. Never rejects. */
  discard?(promptId: string): Promise<boolean>
  /** Lets go of memory (models); the next run is a cold one. */
  free(): Promise<void>
  /** Ends every process of its own and waits for that. */
  close(): Promise<void>
}
