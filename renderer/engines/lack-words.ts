import type { Lack } from '#shared/domain/workflow'
import { bytes } from '../i18n/format'
import type { Say } from '../i18n/words'

/** One thing that is missing, in the language of the studio, with all that is needed to get it. */
export function lackWords({ model, node, version, words }: Lack, say: Say): string {
  if (version) return say('engines.lacks.version', version)
  if (node) {
    const what =
      node.package === 'core'
        ? say('engines.lacks.core', { node: node.classType })
        : say('engines.lacks.node', { node: node.classType, package: node.title })
    return [what, node.repository].filter(Boolean).join(' · ')
  }
  if (!model) return words
  const { licence } = model
  return [
    say('engines.lacks.model', { file: model.file, folder: model.folder }),
    model.bytes === null ? say('engines.lacks.sizeUnknown') : bytes(model.bytes),
    licence?.id,
    licence?.commercial === false ? say('engines.lacks.nonCommercial') : undefined,
  ]
    .filter((part) => part !== undefined)
    .join(' · ')
}
