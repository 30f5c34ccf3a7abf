import type { Lack, WorkflowView } from '#shared/domain/workflow'
import { missingWords } from './missing-words'
import { cameraModelOf } from './camera-model'
import type { Workflow } from './load'
import type { Missing, Readiness } from './readiness'

/** A workflow for the shells, with what an engine has for it, if one was asked. */
export function viewOfWorkflow(workflow: Workflow, readiness: Readiness | undefined): WorkflowView {
  const { id, title, summary, edit, licence, minimumVersion, vramGb } = workflow
  const camera = edit === 'perspective' ? cameraModelOf(workflow) : undefined
  return {
    id,
    title,
    summary,
    edit,
    licence,
    ...(camera === undefined ? {} : { camera: camera === '2511' ? ('absolute' as const) : ('relative' as const) }),
    minimumVersion,
    vramGb,
    ...(readiness ? { ready: readiness.ready } : {}),
    missing: readiness?.ready === false ? readiness.missing.map(lackOf) : [],
  }
}

/** One thing that a server lacks, for the shells. */
export function lackOf(missing: Missing): Lack {
  const words = missingWords(missing)
  switch (missing.kind) {
    case 'graph':
      return { kind: 'graph', words }
    case 'version':
      return { kind: 'version', words, version: { minimum: missing.minimum, found: missing.found } }
    case 'node': {
      const { id, title, repository } = missing.package
      const node = { classType: missing.classType, package: id, title, ...(repository === undefined ? {} : { repository }) }
      return { kind: 'node', words, node }
    }
    case 'model': {
      const { file, folder, bytes, sha256, url, licence } = missing
      return { kind: 'model', words, model: { file, folder, bytes, sha256, licence, ...(url === undefined ? {} : { url }) } }
    }
  }
}
