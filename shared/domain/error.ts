/**
 * Every way in which Recast can refuse or fail, as a closed list.
 * The words for each code live in the renderer and the command line, in both languages; a code without words does not compile.
 */
export const errorCodes = [
  'input.invalid', // a value of a call is out of range or of the wrong type
  'input.empty_file',
  'input.not_a_picture', // the bytes are no picture that we read, whatever the name says
  'input.unsupported_format', // a picture, but of a kind that we refuse (SVG, video …)
  'input.damaged', // truncated, wrong checksum, undecodable
  'input.too_large', // over the byte or pixel limit, or a decompression bomb
  'input.unknown_style',
  'input.unknown_view',
  'input.unknown_engine',
  'input.unknown_workflow',
  'input.unsupported_edit', // this engine cannot do this edit
  'input.not_found', // no such picture, asset, job, file
  'input.conflict', // the thing changed meanwhile, or is not in a state that allows this
  'engine.offline',
  'engine.start',
  'engine.missing_node',
  'engine.missing_model',
  'engine.rejected',
  'engine.out_of_memory',
  'engine.execution',
  'engine.lost',
  'engine.timeout',
  'download.offline', // no connection, cut off, silent or too slow
  'download.denied', // 401, 403, 407
  'download.gated', // a licence is to be accepted on the source's page first
  'download.missing', // 404, 410: the source has no such file (any more)
  'download.busy', // 429, 5xx
  'download.changed', // the source has another file under that name: size or version differ
  'download.corrupt', // the bytes are not those that the hash promises
  'download.unsafe', // a redirect to where a download must not go, or a plain-text address
  'io.disk_full',
  'io.permission',
  'io.failed',
  'database.future', // written by a newer Recast
  'database.corrupt',
  'instance.unreachable', // another process owns the data folder and does not answer
  'auth.denied',
  'secrets.unavailable', // the system's keychain is missing or locked, or the secret is another program's
  'canceled',
  'bug',
] as const

export type ErrorCode = (typeof errorCodes)[number]

/** Who may try again: nobody (the input must change), the user (after doing something), or Recast by itself. */
export const retries = ['never', 'user', 'auto'] as const
export type Retry = (typeof retries)[number]

/**
 * An error as it crosses a process boundary and as it is stored with a job.
 * `message` is English, complete, and says what to do next; the UI prefers its own words for `code` and shows `message` in the details.
 * `detail` carries the values that the words need (file name, limit, suggestions); only JSON.
 */
export interface ErrorView {
  code: ErrorCode
  message: string
  retry: Retry
  detail?: Record<string, unknown> | undefined
}

const retryByCode: Record<ErrorCode, Retry> = {
  'input.invalid': 'never',
  'input.empty_file': 'never',
  'input.not_a_picture': 'never',
  'input.unsupported_format': 'never',
  'input.damaged': 'never',
  'input.too_large': 'never',
  'input.unknown_style': 'never',
  'input.unknown_view': 'never',
  'input.unknown_engine': 'never',
  'input.unknown_workflow': 'never',
  'input.unsupported_edit': 'never',
  'input.not_found': 'never',
  'input.conflict': 'user',
  'engine.offline': 'auto',
  'engine.start': 'auto',
  'engine.missing_node': 'user',
  'engine.missing_model': 'user',
  'engine.rejected': 'user',
  'engine.out_of_memory': 'user',
  'engine.execution': 'user',
  'engine.lost': 'auto',
  'engine.timeout': 'auto',
  'download.offline': 'user',
  'download.denied': 'user',
  'download.gated': 'user',
  'download.missing': 'user',
  'download.busy': 'user',
  'download.changed': 'user',
  'download.corrupt': 'user',
  'download.unsafe': 'never',
  'io.disk_full': 'user',
  'io.permission': 'user',
  'io.failed': 'user',
  'database.future': 'never',
  'database.corrupt': 'user',
  'instance.unreachable': 'user',
  'auth.denied': 'user',
  'secrets.unavailable': 'user',
  canceled: 'user',
  bug: 'user',
}

/** Options of {@link AppError}. */
export interface AppErrorOptions {
  retry?: Retry
  detail?: Record<string, unknown>
  cause?: unknown
}

/** The one error class of Recast: a code of the closed list, a message that says what to do next, and who may retry. */
export class AppError extends Error {
  readonly code: ErrorCode
  readonly retry: Retry
  readonly detail: Record<string, unknown> | undefined

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'AppError'
    this.code = code
    this.retry = options.retry ?? retryByCode[code]
    this.detail = options.detail
  }

  /** The plain object that crosses a process boundary; the cause stays behind. */
  toView(): ErrorView {
    return { code: this.code, message: this.message, retry: this.retry, ...(this.detail ? { detail: this.detail } : {}) }
  }

  /** Rebuilds an error from its plain object, e.g. on the client's side of a transport. */
  static fromView(view: ErrorView): AppError {
    return new AppError(view.code, view.message, { retry: view.retry, ...(view.detail ? { detail: view.detail } : {}) })
  }
}

const codeByErrno: Record<string, ErrorCode> = {
  ENOSPC: 'io.disk_full',
  EDQUOT: 'io.disk_full',
  EACCES: 'io.permission',
  EPERM: 'io.permission',
  EROFS: 'io.permission',
  ENOENT: 'input.not_found',
}

/** What a file-system error says to a person. `path` is empty where the system named none. */
function fileErrorWords(errno: string, code: ErrorCode, path: string): string {
  if (code === 'io.disk_full') {
    return path === ''
      ? 'The disk is full. Free some space on it, then retry.'
      : `The disk of ${path} is full. Free some space on it, then retry.`
  }
  const what = path === '' ? 'a file or folder' : path
  if (code === 'input.not_found') return `There is no ${what}. Check the path and try again.`
  if (errno === 'EROFS') return `The disk of ${what} can only be read. Choose another folder, then retry.`
  if (code === 'io.permission') return `No access to ${what}. Allow it, or choose another one, then retry.`
  if (errno === 'ENOTDIR' || errno === 'EEXIST') return `A file is in the place of the folder ${what}. Choose another folder.`
  if (errno === 'EISDIR') return `${path === '' ? 'That' : path} is a folder. Choose a file.`
  if (errno === 'ENAMETOOLONG') return `The name ${what} is too long for its disk. Shorten it and try again.`
  return `Reading or writing ${what} failed (${errno}). Check the disk and retry.`
}

/**
 * Turns whatever was thrown into an {@link AppError}: an AppError passes, a file-system error gets its code
 * (ENOSPC → io.disk_full …), everything else is `bug` with the original as its cause.
 */
export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown
  if (thrown instanceof Error) {
    const errno = (thrown as { code?: unknown }).code
    const { path: from, dest } = thrown as { path?: unknown; dest?: unknown }
    // A copy or rename has two; room and permission are wanted at its end.
    const path = errno !== 'ENOENT' && typeof dest === 'string' ? dest : from
    if (typeof errno === 'string' && /^E[A-Z]+$/.test(errno)) {
      const code = codeByErrno[errno] ?? 'io.failed'
      return new AppError(code, fileErrorWords(errno, code, typeof path === 'string' ? path : ''), {
        cause: thrown,
        detail: { errno, ...(typeof path === 'string' ? { path } : {}) },
      })
    }
    if (thrown.name === 'AbortError') return new AppError('canceled', 'Canceled. Retry to run it again.', { cause: thrown })
    return new AppError('bug', `${thrown.message}. This is a fault in Recast: retry, and report it if it comes back.`, {
      cause: thrown,
    })
  }
  return new AppError('bug', `${String(thrown)}. This is a fault in Recast: retry, and report it if it comes back.`, {
    cause: thrown,
  })
}

/** Fails to compile when a switch over a union misses a case; throws if one slips through at run time. */
export function assertNever(value: never, what = 'value'): never {
  throw new AppError('bug', `Unexpected ${what}: ${JSON.stringify(value)}. This is a fault in Recast: please report it.`)
}
