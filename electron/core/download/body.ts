import type { IncomingMessage } from 'node:http'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { header, wholeNumber } from './answers'
import { put, type Intake } from './intake-ring'
import { brokenOff, type Line } from './line'

/** An answer's body; is to be poured or destroyed. */
export interface SourceBody {
  /** Gives all of it to an intake. Rejects with what that threw or why the connection broke. */
  pour(intake: Intake): Promise<void>
  /** Gives it up; a pouring that goes on rejects with the error. */
  destroy(error?: Error): void
}

/** The body of an answer. With a line and a known length it goes past the HTTP client, which is only needed for what is chunked. */
export function bodyOf(response: IncomingMessage, line: Line | undefined): SourceBody {
  // What breaks while nobody pours is told by the pouring.
  response.on('error', () => undefined)
  const { headers } = response
  const length = headers['transfer-encoding'] === undefined ? wholeNumber(header(headers, 'content-length')) : undefined
  return {
    pour: (intake) => (line && length !== undefined ? pourPast(response, line, length, intake) : pourThrough(response, intake)),
    destroy(error) {
      line?.destroy(error)
      response.destroy(error)
    },
  }
}

async function pourThrough(response: IncomingMessage, intake: Intake): Promise<void> {
  for await (const chunk of response as AsyncIterable<Buffer>) await put(chunk, intake)
}

/** Takes from the HTTP client what it has read already, and the rest from the line. */
async function pourPast(response: IncomingMessage, line: Line, length: number, intake: Intake): Promise<void> {
  line.hold()
  for (let left = length; ;) {
    const chunk = response.read() as Buffer | null
    if (chunk !== null) {
      left -= chunk.length
      await put(chunk, intake)
    } else if (left === 0) return
    else if (response.destroyed) throw response.errored ?? brokenOff()
    else if (line.readableLength === 0) return void (await line.pour(left, intake))
    // The client goes on with what the line has, now that its own memory is empty.
    else await nextTurn()
  }
}
