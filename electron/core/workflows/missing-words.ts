import { byteWords } from '#shared/domain/byte-words'
import type { Missing } from './readiness'

/** One thing that a server lacks, in words, with all that is needed to get it. */
export function missingWords(missing: Missing): string {
  switch (missing.kind) {
    case 'version':
      return `ComfyUI ${missing.minimum} or newer (it is ${missing.found})`
    case 'node': {
      const { id, title, repository, python } = missing.package
      if (id === 'core') return `the node ${missing.classType}, which newer versions of ComfyUI have`
      if (id === 'unknown') return `the node ${missing.classType}, of custom nodes that the workflow does not name`
      const with_ = python.length === 0 ? '' : `, with the Python packages ${python.join(', ')}`
      return `the node ${missing.classType} of the custom nodes ${title}${repository === undefined ? '' : ` (${repository}${with_})`}`
    }
    case 'model': {
      const facts = [
        missing.bytes === null ? undefined : byteWords(missing.bytes),
        `folder models/${missing.folder}`,
        missing.licence.id + (missing.licence.commercial === false ? ', non-commercial' : ''),
        missing.url,
      ]
      return `the model file ${missing.file} (${facts.filter((fact) => fact !== undefined).join(', ')})`
    }
    case 'graph':
      return missing.problem.message.replace(/\.$/, '')
  }
}
