import { AppError, toAppError, type ErrorView } from '../domain/error'

/** What every call answers: Electron's IPC keeps only an error's message, so errors travel as values. */
export type Envelope<T> = { ok: true; value: T } | { ok: false; error: ErrorView }

/** Runs a call and wraps what it returns or throws. */
export async function envelop<T>(run: () => T | Promise<T>): Promise<Envelope<T>> {
  try {
    return { ok: true, value: await run() }
  } catch (thrown) {
    return { ok: false, error: toAppError(thrown).toView() }
  }
}

/** Takes the value out of an envelope or throws its error as an {@link AppError}. */
export function unwrap<T>(envelope: Envelope<T>): T {
  if (envelope.ok) return envelope.value
  throw AppError.fromView(envelope.error)
}
