import type { EngineView } from '#shared/domain/engine'
import type { AppError } from '#shared/domain/error'

/** How long a server may take to wake, milliseconds: a cloud machine that loads an image of tens of GB is minutes. */
export const longestWakeMs = 600_000

/** What gateways say while the machine behind them comes up (RFC 9110, 15.6.3–15.6.5; 425 and 429 with serverless hosts; 530 Cloudflare's). */
const wakingStatuses = new Set([425, 429, 502, 503, 504, 530])
/** The connection stands and the request is held: a gateway that answers when the machine is up. Codes of undici. */
const heldRequests = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'])

/**
 * The state of a server that gave no good answer. Something that speaks for it and asks for patience means that it is waking, for at most
 * ten minutes; nobody there means offline; an answer that only the user can do something about means failed.
 * @param awayMs since the first bad answer, milliseconds
 */
export function awayState(error: Pick<AppError, 'retry' | 'detail'>, awayMs: number): EngineView['state'] {
  if (error.retry !== 'auto') return 'failed'
  const { status, why } = error.detail ?? {}
  const asksForPatience =
    (typeof status === 'number' && wakingStatuses.has(status)) || (typeof why === 'string' && heldRequests.has(why))
  return asksForPatience && awayMs < longestWakeMs ? 'waking' : 'offline'
}
