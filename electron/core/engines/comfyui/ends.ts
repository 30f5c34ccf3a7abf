import { AppError } from '#shared/domain/error'
import { lighterName, type LighterWay } from '#shared/domain/lighter'
import { triedAgain } from '../tried-again'
import { isOutOfMemory } from './messages'
import type { PromptEnd } from './prompt-watch'

/** The beginning of what a server said, as a part of a sentence. */
function oneLine(message: string): string {
  const words = message.trim().split('\n').slice(0, 3).join(' ').replace(/\s+/g, ' ')
  return words.slice(0, 400).replace(/[.\s]+$/, '')
}

/** The error of a prompt that did not end well. `label` is the server's name, `lighter` what would need less memory. */
export function endError(end: Exclude<PromptEnd, { type: 'success' }>, label: string, lighter: readonly LighterWay[]): AppError {
  switch (end.type) {
    case 'error': {
      const { nodeId, nodeType, exceptionType, message } = end.error
      const detail = { server: label, node: nodeId, nodeType, exception: exceptionType, reason: message }
      if (isOutOfMemory(end.error)) {
        const instead =
          lighter.length === 0
            ? 'Close what else uses its memory, then retry'
            : `Use a lighter workflow (${lighter.map(lighterName).join(', ')}), or close what else uses its memory, then retry`
        return new AppError(
          'engine.out_of_memory',
          `${label} ran out of memory${nodeType ? ` in ${nodeType}` : ''}. ${instead}.`,
          {
            detail: { ...detail, lighter },
          },
        )
      }
      const where = nodeType === undefined ? '' : ` in ${nodeType}${nodeId === undefined ? '' : ` (node ${nodeId})`}`
      const why = oneLine(message) || exceptionType
      return new AppError('engine.execution', `${label} failed${where}: ${why}. Look at the server's own log, then retry.`, {
        detail,
      })
    }
    case 'interrupted':
      return new AppError('engine.execution', `Somebody stopped this job on ${label}. Retry to run it again.`, {
        detail: { server: label, reason: 'interrupted' },
      })
    case 'forgotten':
      return new AppError('engine.lost', `${label} has forgotten this job: it was probably restarted. ${triedAgain}`, {
        detail: { server: label, forgotten: true },
      })
  }
}
