import { AppError, toAppError } from '#shared/domain/error'

/**
 * One error for what all servers said to an edit: the one that is nearest to being done (something is missing) leads, and the detail has
 * what each of them said, so that the user can mend whichever is easiest.
 * @param refusals at least one, in the order of the servers
 */
export function refusalOfAll(refusals: readonly unknown[]): AppError {
  const errors = refusals.map(toAppError)
  const [first = new AppError('input.unsupported_edit', 'No engine does this edit. Choose another engine.')] = errors.toSorted(
    (a, b) => Number(b.code.startsWith('engine.missing')) - Number(a.code.startsWith('engine.missing')),
  )
  const said = new Set(errors.map(({ message }) => message))
  if (said.size < 2) return first
  return new AppError(first.code, `No server can do this now. ${[...said].join(' ')}`, {
    retry: first.retry,
    cause: first.cause,
    detail: {
      ...first.detail,
      servers: errors.map(({ code, message, detail }) => ({
        code,
        message,
        ...(detail?.['server'] === undefined ? {} : { server: detail['server'] }),
        ...(detail?.['missing'] === undefined ? {} : { missing: detail['missing'] }),
      })),
    },
  })
}
