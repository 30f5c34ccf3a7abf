import { z } from 'zod'
import { errorViewSchema } from './error-schema'
import { mirrorAddress } from './mirror-address'

/** What the managed ComfyUI computes on. */
export const runtimeDeviceSchema = z.enum(['cuda', 'cpu'])
export type RuntimeDevice = z.infer<typeof runtimeDeviceSchema>

/** CUDA generations that torch is published for and that Recast installs. */
export const cudaGenerationSchema = z.enum(['cu13', 'cu126'])
export type CudaGeneration = z.infer<typeof cudaGenerationSchema>

const mirrorUrl = z.string().max(400).regex(mirrorAddress)

/** Mirrors by what they serve; models have their own setting. */
export const runtimeMirrorsSchema = z.object({
  python: mirrorUrl.optional(),
  packages: mirrorUrl.optional(),
  torch: mirrorUrl.optional(),
  comfyui: mirrorUrl.optional(),
})
export type RuntimeMirrors = z.infer<typeof runtimeMirrorsSchema>

/** A graphics processor, of whatever maker. Sizes in MiB. */
export const graphicsCardSchema = z.object({
  maker: z.enum(['nvidia', 'amd', 'intel', 'apple', 'other']),
  name: z.string(),
  /** nvidia-smi's index (PCI bus order). */
  index: z.int().min(0).optional(),
  driver: z.string().optional(),
  /** Such as 8.9 for Ada. */
  computeCapability: z.string().optional(),
  memoryMb: z.int().min(0).optional(),
  freeMemoryMb: z.int().min(0).optional(),
})
export type GraphicsCard = z.infer<typeof graphicsCardSchema>

/** Why this machine gets what it gets; the words for people are in `message`. */
export const verdictCodeSchema = z.enum([
  'cuda',
  'no_card',
  'driver_missing',
  'driver_broken',
  'driver_too_old',
  'card_too_old',
  'amd',
  'apple',
  'intel',
  'unsupported_platform',
])
export type VerdictCode = z.infer<typeof verdictCodeSchema>

/** What the machine is, and what follows for a local ComfyUI. */
export const hardwareSchema = z.object({
  platform: z.string(),
  arch: z.string(),
  wsl: z.boolean(),
  cards: z.array(graphicsCardSchema),
  memoryMb: z.int().min(0),
  freeMemoryMb: z.int().min(0),
  /** Free on the disk of the data folder; absent when the system does not tell. */
  freeDiskMb: z.int().min(0).optional(),
  /** Page file or swap, where it is known. */
  pageFileMb: z.int().min(0).optional(),
  /** Windows only: whether paths over 260 characters work. */
  longPaths: z.boolean().optional(),
  verdict: z.object({
    code: verdictCodeSchema,
    /** What is installed unless the user chooses otherwise; `none`: nothing, remote or CPU is offered. */
    device: z.enum(['cuda', 'none']),
    generation: cudaGenerationSchema.optional(),
    /** nvidia-smi's index of the card that is used. */
    card: z.int().min(0).optional(),
    message: z.string(),
  }),
  warnings: z.array(z.object({ code: z.string(), message: z.string() })),
})
export type Hardware = z.infer<typeof hardwareSchema>

export const runtimeStateSchema = z.enum(['absent', 'installing', 'stopped', 'starting', 'ready', 'stopping', 'failed'])
export type RuntimeState = z.infer<typeof runtimeStateSchema>

/** How far an installation is. */
export const installProgressSchema = z.object({
  step: z.string(),
  /** 0 to 1 over all steps; weights are guesses, the order is not. */
  progress: z.number().min(0).max(1),
  /** One line: a file with its size and speed, or the tool's last words. */
  note: z.string(),
})
export type InstallProgress = z.infer<typeof installProgressSchema>

/** A whole installation on the disk. */
export const installationViewSchema = z.object({
  id: z.string(),
  /** ComfyUI's version. */
  version: z.string(),
  device: runtimeDeviceSchema,
  /** Name of the lock file; absent for an adopted folder, whose packages are its owner's. */
  lock: z.string().optional(),
  torch: z.string().optional(),
  python: z.string().optional(),
  nodes: z.array(z.string()),
  /** The user's own ComfyUI, used where it is: never changed, never removed. */
  adopted: z.boolean(),
  installedAt: z.string(),
  /** When it was copied by hand, and what the user calls it; only of snapshots that were. */
  takenAt: z.string().optional(),
  name: z.string().optional(),
})
export type InstallationView = z.infer<typeof installationViewSchema>

/** The managed runtime as every shell sees it. */
export const runtimeViewSchema = z.object({
  state: runtimeStateSchema,
  current: installationViewSchema.optional(),
  /** Earlier whole installations that can be gone back to, newest first. */
  snapshots: z.array(installationViewSchema),
  address: z.string().optional(),
  pid: z.int().optional(),
  install: installProgressSchema.optional(),
  /** The server's last line, while it starts. */
  lastLine: z.string().optional(),
  restarts: z.int().min(0),
  error: errorViewSchema.optional(),
})
export type RuntimeView = z.infer<typeof runtimeViewSchema>

/** What a self-test can find wrong. */
export const selfTestProblemCodeSchema = z.enum([
  'python_silent',
  'torch_import',
  'torch_without_cuda',
  'driver',
  'card_hidden',
  'card_unseen',
  'card_unsupported',
  'card_busy',
  'card_failed',
  'memory_full',
  'computes_wrong',
  'computes_nan',
  'server_start',
  'server_ended',
  'job_failed',
  'job_endless',
  'picture_black',
  'picture_nan',
  'picture_flat',
  'picture_wrong',
])
export type SelfTestProblemCode = z.infer<typeof selfTestProblemCodeSchema>

/** One finding, in words that say what to do next. */
export const selfTestProblemSchema = z.object({ code: selfTestProblemCodeSchema, message: z.string() })
export type SelfTestProblem = z.infer<typeof selfTestProblemSchema>

/** What the self-test saw: proof of a card, or what hinders. Times in milliseconds. */
export const selfTestSchema = z.object({
  /** When it was made: a report also shows the last one of this installation. */
  at: z.string(),
  ok: z.boolean(),
  torch: z.string().optional(),
  cudaVersion: z.string().nullable().optional(),
  cuda: z.boolean(),
  devices: z.array(z.object({ name: z.string(), capability: z.string(), memoryMb: z.number() })),
  /** A small product of matrices on the card, by torch. */
  computeMs: z.number().optional(),
  startMs: z.number().optional(),
  /** A 64 × 64 picture through ComfyUI and back. */
  jobMs: z.number().optional(),
  secondJobMs: z.number().optional(),
  picture: z.enum(['right', 'black', 'flat', 'wrong']).optional(),
  problems: z.array(selfTestProblemSchema),
  /** What is no fault and yet good to know. */
  notes: z.array(z.string()),
  /** torch's or ComfyUI's own words on what failed, for a supporter. */
  said: z.string().optional(),
})
export type SelfTest = z.infer<typeof selfTestSchema>

/** What `runtime doctor` tells. */
export const runtimeReportSchema = z.object({
  ok: z.boolean(),
  hardware: hardwareSchema,
  runtime: runtimeViewSchema,
  checks: z.array(z.object({ name: z.string(), ok: z.boolean(), note: z.string() })),
  locks: z.array(
    z.object({
      platform: z.string(),
      device: runtimeDeviceSchema,
      generation: cudaGenerationSchema.optional(),
      file: z.string(),
      locked: z.boolean(),
    }),
  ),
  selfTest: selfTestSchema.optional(),
})
export type RuntimeReport = z.infer<typeof runtimeReportSchema>

/** What is to be installed, and from where. */
export const installRequestSchema = z.object({
  /** Absent: what the hardware is good for. */
  device: runtimeDeviceSchema.optional(),
  /** For this time; those of the settings stand behind them. */
  mirrors: runtimeMirrorsSchema.default({}),
  /** An archive of ComfyUI on this machine's disk. */
  archive: z.string().max(4096).optional(),
  /** Takes an archive of another version than the pinned one. */
  unpinned: z.boolean().default(false),
  /** From the cache alone. */
  offline: z.boolean().default(false),
  /** An existing ComfyUI folder, used where it is; nothing is installed. */
  adopt: z.string().max(4096).optional(),
  /** The Python of that folder, where it is not found. */
  python: z.string().max(4096).optional(),
})
export type InstallRequest = z.output<typeof installRequestSchema>
