/** Why a server ended. */
export type CrashKind = 'port' | 'import' | 'flag' | 'cuda' | 'out_of_memory' | 'native' | 'killed' | 'hung' | 'exited'

/** How a server's process ended, and what is known besides. */
export interface ServerExit {
  code: number | null
  signal: NodeJS.Signals | null
  /** Its last output. */
  log: string
  /** It did not answer and was ended by us for that. */
  hung: boolean
  /** Whether the kernel's count of processes that it ended for want of memory rose meanwhile (Linux); undefined where nobody counts. */
  kernelEndedSome: boolean | undefined
}

/** What became of a server, with the words for the user. */
export interface Crash {
  kind: CrashKind
  message: string
  /** The module that could not be imported. */
  module?: string
}

/** Windows' status codes (ntstatus.h), which are exit codes there. */
const windowsNative = new Set([0xc0000005, 0xc000001d, 0xc0000094, 0xc00000fd, 0xc0000374, 0xc0000409])
const windowsMemory = new Set([0xc0000017, 0xc000012d, 0xc000009a])
const nativeSignals = new Set(['SIGSEGV', 'SIGABRT', 'SIGILL', 'SIGBUS', 'SIGFPE'])

/** The last thing that looks like Python's word on an error. */
function lastError(log: string): string {
  const lines = log.split('\n').filter((line) => /^\s*[\w.]*(Error|Exception|error):? /.test(line))
  return (lines.at(-1) ?? log.trim().split('\n').at(-1) ?? '').trim().slice(0, 300)
}

/** Decides why a server ended, by its exit, then by its words. Pure. */
export function classifyExit({ code, signal, log, hung, kernelEndedSome }: ServerExit): Crash {
  if (hung) return { kind: 'hung', message: 'ComfyUI runs and does not answer any more. It was ended.' }
  const status = code === null ? undefined : code >>> 0
  const tail = log.slice(-16_000)
  const portTaken = /address already in use|error while attempting to bind on address|WinError 1004[58]|errno 10048/i
  if (portTaken.test(tail)) return { kind: 'port', message: 'The port was taken by another program.' }
  if (kernelEndedSome && (signal === 'SIGKILL' || code === 137)) return memory('The system ended ComfyUI because memory ran out.')
  if (status !== undefined && windowsMemory.has(status))
    return memory('Windows had no memory left for ComfyUI (memory and page file).')
  // Before CUDA's own errors: running out of the card's memory is one of them by its words.
  if (
    /(^|\n)[^\n]*\b(MemoryError|std::bad_alloc|Cannot allocate memory|DefaultCPUAllocator: (not enough|can't allocate) memory|paging file is too small)/i.test(
      tail,
    )
  ) {
    return memory('ComfyUI ran out of memory.')
  }
  if (/torch\.(cuda\.)?OutOfMemoryError|CUDA out of memory/i.test(tail) && code !== 0)
    return memory("ComfyUI ran out of the card's memory.")
  const unknownFlag = /unrecognized arguments?: (.*)/.exec(tail)?.[1]
  if (code === 2 && unknownFlag !== undefined) {
    return { kind: 'flag', message: `This ComfyUI does not know the start option ${unknownFlag.slice(0, 100)}. Update it.` }
  }
  if (
    /CUDA error|no kernel image is available|CUDA driver version is insufficient|not compiled with CUDA|Found no NVIDIA driver|cudaErrorInitialization|CUDNN_STATUS/i.test(
      tail,
    )
  ) {
    return {
      kind: 'cuda',
      message: `The card or its driver failed: ${lastError(tail)} Restart the machine; if it comes back, update the NVIDIA driver.`,
    }
  }
  if (
    (signal !== null && nativeSignals.has(signal)) ||
    (status !== undefined && (windowsNative.has(status) || [132, 134, 135, 136, 139].includes(status)))
  ) {
    return {
      kind: 'native',
      message: `ComfyUI crashed in native code (${signal ?? `exit code ${status}`}): a driver or a library is to blame.`,
    }
  }
  if (signal !== null || code === 137 || code === 143) {
    const by = signal ?? (code === 137 ? 'SIGKILL' : 'SIGTERM')
    // Where the kernel counts and did not, it was somebody else.
    const perhaps = by === 'SIGKILL' && kernelEndedSome === undefined ? ', as the system does when memory runs out' : ''
    return { kind: 'killed', message: `ComfyUI was ended from outside (${by}${perhaps}).` }
  }
  const module = /ModuleNotFoundError: No module named '([\w.]+)'/.exec(tail)?.[1]
  if (code !== 0 && (module !== undefined || /(^|\n)ImportError: |DLL load failed/.test(tail))) {
    return {
      kind: 'import',
      message: `ComfyUI could not be loaded: ${lastError(tail)} Repair the runtime.`,
      ...(module === undefined ? {} : { module }),
    }
  }
  const last = lastError(tail)
  return { kind: 'exited', message: `ComfyUI ended by itself (exit code ${code ?? 'none'})${last === '' ? '' : `: ${last}`}.` }
}

function memory(message: string): Crash {
  return { kind: 'out_of_memory', message: `${message} Close other programs, or use a lighter workflow.` }
}

/** A custom node that did not load, with the module that it missed. */
export interface NodeFailure {
  node: string
  module: string | undefined
  reason: string
}

/** Import names whose package is called otherwise, as the lock has it. */
const packageOf: Record<string, string> = { cv2: 'opencv-python-headless', PIL: 'pillow', yaml: 'pyyaml', omegaconf: 'omegaconf' }

/** The package of a lock that brings a module. */
export function packageFor(module: string): string {
  const top = module.split('.')[0] ?? module
  return packageOf[top] ?? top.toLowerCase().replaceAll('_', '-')
}

/** Custom nodes that could not be imported, out of a server's output (`Cannot import … module for custom nodes: …`). */
export function nodeFailures(log: string): NodeFailure[] {
  return [...log.matchAll(/Cannot import (.+?) module for custom nodes: (.*)/g)].map(([, path = '', reason = '']) => {
    const missing = /No module named '([\w.]+)'/.exec(reason)?.[1]
    // OpenCV's desktop build wants a display's libraries: the classic failure of servers.
    const display = /libGL|libgthread|cv2|opencv/i.test(reason) ? 'cv2' : undefined
    return { node: path.split(/[\\/]/).at(-1) ?? path, module: missing ?? display, reason: reason.slice(0, 300) }
  })
}
