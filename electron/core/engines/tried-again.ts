import type { ErrorView } from '#shared/domain/error'

/** What errors end with that may pass: it holds as long as a job has tries left. */
export const triedAgain = 'Recast tries again by itself.'

/** The error of a job that is given up: no other try is promised any more. @param tries attempts that have failed */
export function givenUp(error: ErrorView, tries: number): ErrorView {
  const instead =
    tries > 1 ? `It was tried ${tries} times; retry the job when that is mended.` : 'Retry the job when that is mended.'
  return { ...error, message: error.message.replace(triedAgain, instead) }
}
