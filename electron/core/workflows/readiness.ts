import { type BoundWorkflow, bindWorkflow } from './bind'
import { checkGraph, type Problem } from './check-graph'
import type { Workflow, WorkflowLibrary } from './load'
import { findModel, modelUrl } from './model-match'
import { classOf, inputSpecs, type ObjectInfo } from './object-info'
import { type BindRequest } from './values'
import { compareVersions } from '#shared/domain/version'

/** What is known about a server. */
export interface ServerFacts {
  /** ComfyUI's version; undefined when the server does not say (before 0.3.x): then the version is not held against it. */
  version: string | undefined
  objectInfo: ObjectInfo
}

/** One thing that a server lacks, with what is needed to get it. */
export type Missing =
  | { kind: 'version'; minimum: string; found: string }
  | {
      kind: 'node'
      classType: string
      /** `core` is ComfyUI itself: a newer one is needed. */
      package: { id: string; title: string; repository: string | undefined; licence: string | undefined; python: string[] }
    }
  | {
      kind: 'model'
      slot: string
      file: string
      folder: string
      bytes: number | null
      sha256: string | null
      licence: { id: string; commercial: boolean | null }
      url: string | undefined
      /** Other names that would do. */
      alternatives: string[]
    }
  /** Classes and models are there, and still the server would refuse the graph, e.g. an option that it is too old for. */
  | { kind: 'graph'; problem: Problem }

export type Readiness =
  | { ready: true; models: Record<string, string>; minimumVersion: string; vramGb: number }
  | { ready: false; missing: Missing[]; models: Record<string, string>; minimumVersion: string; vramGb: number }

/** A job to ask about: what is left out has its defaults. */
export interface ReadinessRequest extends BindRequest {
  values?: Readonly<Record<string, unknown>>
  /** Slots for which there will be a picture; the required ones always count. */
  images?: readonly string[]
}

/**
 * Whether a server can run a workflow in the asked-for variant, or exactly what it lacks. Only what that variant uses counts:
 * the Lightning LoRA is not missed when all 40 steps are asked for. `models` says under which names the server has the files.
 */
export function readiness(
  library: WorkflowLibrary,
  workflow: Workflow,
  server: ServerFacts,
  request: ReadinessRequest = {},
): Readiness {
  const bound = bindForCheck(workflow, server, request)
  const missing: Missing[] = []
  if (server.version !== undefined && compareVersions(server.version, bound.minimumVersion) < 0) {
    missing.push({ kind: 'version', minimum: bound.minimumVersion, found: server.version })
  }
  missing.push(...missingNodes(library, workflow, server.objectInfo, bound))
  const models: Record<string, string> = {}
  for (const use of bound.models) {
    const model = library.models.get(use.file)
    const node = bound.graph[use.at[0]]
    const cls = node && classOf(server.objectInfo, node.class_type)
    if (!model || !node || !cls) continue // the class is reported as missing; its lists are not known then
    const found = findModel(model, inputSpecs(cls, node.inputs).get(use.at[1])?.options ?? [])
    if (found !== undefined) models[use.slot] = found
    else {
      missing.push({
        kind: 'model',
        slot: use.slot,
        file: model.file,
        folder: model.folder,
        bytes: model.bytes,
        sha256: model.sha256,
        licence: { ...model.licence },
        url: modelUrl(model),
        alternatives: model.alternatives.map((other) => ('file' in other ? other.file : `${other.prefix}*`)),
      })
    }
  }
  if (missing.length === 0) {
    const graph = bindForCheck(workflow, server, request, models).graph
    missing.push(...checkGraph(graph, server.objectInfo).map((problem) => ({ kind: 'graph' as const, problem })))
  }
  const { minimumVersion, vramGb } = bound
  return missing.length === 0
    ? { ready: true, models, minimumVersion, vramGb }
    : { ready: false, missing, models, minimumVersion, vramGb }
}

/** The graph as it would be sent, with stand-ins for the words and pictures that the question leaves open. */
function bindForCheck(
  workflow: Workflow,
  server: ServerFacts,
  request: ReadinessRequest,
  models?: Record<string, string>,
): BoundWorkflow {
  const level = request.level && workflow.levels[request.level]
  const slots = Object.entries(workflow.images).filter(
    ([slot, image]) => image.required || level?.needs === slot || request.images?.includes(slot),
  )
  const words = Object.entries(workflow.inputs).flatMap(([name, input]) =>
    input.type === 'text' && input.required && request.values?.[name] === undefined ? [[name, name] as const] : [],
  )
  return bindWorkflow(
    workflow,
    { ...Object.fromEntries(words), ...request.values },
    Object.fromEntries(slots.map(([slot]) => [slot, slot])),
    {
      ...request,
      prefix: 'check',
      server: server.objectInfo,
      ...(models ? { models } : {}),
    },
  )
}

function missingNodes(library: WorkflowLibrary, workflow: Workflow, info: ObjectInfo, bound: BoundWorkflow): Missing[] {
  const classes = [...new Set(Object.values(bound.graph).map((node) => node.class_type))].filter((name) => !classOf(info, name))
  return classes.map((classType) => {
    const id = Object.entries(workflow.requires.nodes).find(([, names]) => names.includes(classType))?.[0] ?? 'core'
    const pack = library.packages.get(id)
    return {
      kind: 'node',
      classType,
      package: {
        id,
        title: pack?.title ?? 'ComfyUI',
        repository: pack?.repository,
        licence: pack?.licence,
        python: [...(pack?.python ?? [])],
      },
    }
  })
}
