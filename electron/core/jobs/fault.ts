import type { AppError } from '#shared/domain/error'

/**
 * Whose fault a failed attempt is, which decides where the next try goes.
 * `server`: it may work elsewhere, and counts against this engine. `unfit`: this engine lacks something, another may have it.
 * `memory`: an engine with more of it may do. `job`: it would fail anywhere. `none`: nobody's.
 */
export type Fault = 'server' | 'unfit' | 'memory' | 'job' | 'none'

/**
 * What a broken card or driver says in the middle of any job: after a device-side assert every kernel of the process fails until it is
 * restarted (https://docs.nvidia.com/cuda/cuda-runtime-api, "cudaErrorAssert": the process must be terminated).
 */
const brokenDevice =
  /\b(?:CUDA|HIP|cuDNN|CUBLAS|NVML|MPS backend|XPU)\b.{0,40}\b(?:error|failed|fault)|device-side assert|unspecified launch failure|driver shutting down/i

/** Tells whose fault it is. */
export function faultOf(error: Pick<AppError, 'code' | 'detail'>): Fault {
  switch (error.code) {
    case 'canceled':
      return 'none'
    case 'engine.offline':
    case 'engine.lost':
    case 'engine.timeout':
    case 'engine.start':
    case 'auth.denied':
    case 'secrets.unavailable':
      return 'server'
    case 'engine.missing_node':
    case 'engine.missing_model':
      return 'unfit'
    case 'engine.out_of_memory':
      return 'memory'
    case 'engine.execution':
      return brokenDevice.test(`${text(error.detail?.['exception'])} ${text(error.detail?.['reason'])}`) ? 'server' : 'job'
    default:
      return 'job'
  }
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')
