import type { Say } from '../i18n/words'
import type { UndoStep } from '../state/undo'

/** What an undo step is called. */
export function stepName(step: UndoStep, say: Say): string {
  switch (step.name.type) {
    case 'apply':
      return say('undo.apply', { label: step.name.label })
    case 'trash':
      return say('undo.trash', { count: step.name.count, name: step.name.name })
    case 'mark':
      return say('undo.mark', { count: step.name.count })
    case 'trashResults':
      return say('undo.trashResults', { count: step.name.count })
    case 'queue':
      return say('undo.queue', { count: step.name.count })
    case 'preset':
      return say('undo.preset', { name: step.name.name })
    case 'photoPose':
      return say('undo.photoPose')
    case 'clear':
      return say('undo.clear')
  }
}
