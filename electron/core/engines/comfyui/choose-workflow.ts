import type { Edit, Sampling } from '#shared/domain/edit'
import { AppError, toAppError, type ErrorCode } from '#shared/domain/error'
import { nearestNames } from '#shared/styles/nearest'
import { resolveStyle } from '#shared/styles/catalogue'
import { type EditValues, hasWords, valuesForEdit } from '../../workflows/edit-values'
import type { Workflow, WorkflowLibrary } from '../../workflows/load'
import type { ObjectInfo } from '../../workflows/object-info'
import { missingWords } from '../../workflows/missing-words'
import type { Size } from '../../workflows/size-policy'
import { type CustomChoice, customChoice } from './custom-choice'
import { slotPictures } from './slots'
import { type Missing, readiness, type Readiness, type ReadinessRequest, type ServerFacts } from '../../workflows/readiness'

/** What a job asks for, as far as the choice of its workflow goes. */
export interface WorkflowRequest {
  edit: Edit
  sampling: Sampling
  /** Named by the user: this one or none. */
  workflowId: string | undefined
  seed: number
  /** The size of the picture that is edited or refined, where it is known. */
  input?: Size | undefined
}

/** A workflow that does a job on a server, and what to bind it with. */
export interface WorkflowChoice extends EditValues {
  workflow: Workflow
  /** Model slot → the server's name for the file; empty while nothing is known of the server. */
  models: Record<string, string>
  /** Set where it is one of the user's own, which is bound in its own way. */
  custom?: CustomChoice
}

/**
 * Chooses the workflow of a job: the named one, else of those that do this edit the preferred one for which the server has everything.
 * `server` undefined (it has not answered yet) means: whatever could do it. Throws `input.unknown_workflow`, `input.unsupported_edit`,
 * `input.unknown_view`, `input.invalid` (a value out of range), or what the server lacks as `engine.missing_node`, `engine.missing_model`
 * or `engine.rejected`, all of it in words and in the detail.
 * @param server.label the server's name for people
 */
export function chooseWorkflow(
  library: WorkflowLibrary,
  server: (ServerFacts & { label: string }) | undefined,
  request: WorkflowRequest,
): WorkflowChoice {
  const { edit } = request
  if (edit.kind === 'custom') {
    const { missing, ...choice } = customChoice(library, server, edit, request.seed)
    if (server && missing.length > 0) throw lacks(server.label, { workflow: choice.workflow, missing }, [])
    return { ...choice, values: {}, choices: {}, models: {} }
  }
  const candidates =
    request.workflowId === undefined ? preferred(library, request.edit) : [named(library, request.workflowId, request.edit)]
  const refusals: AppError[] = []
  const lacking: { workflow: Workflow; missing: Missing[] }[] = []
  for (const workflow of candidates) {
    try {
      const asked = valuesForEdit(workflow, request.edit, request.sampling, {
        seed: request.seed,
        styleWording: wordingOf(request.edit),
        input: request.input,
      })
      const images = Object.keys(slotPictures(workflow, request.edit))
      if (!server) return { ...asked, workflow, models: {} }
      const { level, ...rest } = asked
      const ready = knownReadiness(library, workflow, server, { ...rest, images, ...(level ? { level } : {}) })
      if (ready.ready) return { ...asked, workflow, models: ready.models }
      lacking.push({ workflow, missing: ready.missing })
    } catch (thrown) {
      refusals.push(toAppError(thrown))
    }
  }
  const [first] = lacking
  if (first && server) throw lacks(server.label, first, lacking.slice(1))
  throw (
    refusals[0] ?? new AppError('input.unsupported_edit', `No workflow does ${request.edit.kind} edits. Choose another engine.`)
  )
}

/** By what a server said of its nodes, which is never changed: it says it anew. */
const judged = new WeakMap<ObjectInfo, { library: WorkflowLibrary; found: Map<string, Readiness> }>()
/** Jobs of a queue differ in few things beside their seeds; with more it begins anew. */
const maxJudged = 200

/** {@link readiness}, which is asked for several times on a job's way, and for each job of a batch; a seed changes nothing of it. */
function knownReadiness(
  library: WorkflowLibrary,
  workflow: Workflow,
  { version, objectInfo }: ServerFacts,
  request: ReadinessRequest,
): Readiness {
  let known = judged.get(objectInfo)
  if (known?.library !== library || known.found.size >= maxJudged) judged.set(objectInfo, (known = { library, found: new Map() }))
  const { seed: _seed, ...values } = request.values ?? {}
  const key = JSON.stringify([workflow.id, version, { ...request, values }])
  let ready = known.found.get(key)
  if (!ready) known.found.set(key, (ready = readiness(library, workflow, { version, objectInfo }, request)))
  return ready
}

function wordingOf(edit: Edit): string | undefined {
  return edit.kind === 'style' && edit.styleId !== undefined && !edit.preset ? resolveStyle(edit.styleId).wording : undefined
}

function preferred(library: WorkflowLibrary, edit: Edit): Workflow[] {
  const byPicture = edit.kind === 'style' && edit.styleAssetId !== undefined
  // An own preset that has words as well goes by them where no workflow that takes its picture can run.
  const byWords = !byPicture || hasWords(edit)
  const takesPicture = ({ images }: Workflow): boolean => images['style'] !== undefined
  const inOrder = [...library.workflows.values()]
    .filter(({ edit: kind, preference }) => kind === edit.kind && preference !== undefined)
    .toSorted((a, b) => placeOf(a, edit) - placeOf(b, edit))
  return [
    ...(byPicture ? inOrder.filter(takesPicture) : []),
    ...(byWords ? inOrder.filter((flow) => flow.images['style']?.required !== true && !(byPicture && takesPicture(flow))) : []),
  ]
}

/** A quick model is best for sketches, a slow one for what is final. */
function placeOf({ preference = 0, levels }: Workflow, edit: Edit): number {
  const level = 'level' in edit && edit.level !== undefined ? levels[edit.level] : undefined
  return level?.preference ?? preference
}

function named(library: WorkflowLibrary, id: string, edit: Edit): Workflow {
  const workflow = library.workflows.get(id)
  if (workflow) return workflow
  const fitting = [...library.workflows.values()].filter((other) => other.edit === edit.kind).map((other) => other.id)
  const like = nearestNames(id, [...library.workflows.keys()])
  const hint = like.length > 0 ? `Did you mean ${like.join(' or ')}?` : `For this edit there are: ${fitting.join(', ')}.`
  throw new AppError('input.unknown_workflow', `There is no workflow "${id}". ${hint}`, {
    detail: { workflow: id, known: fitting },
  })
}

function lacks(
  label: string,
  first: { workflow: Workflow; missing: Missing[] },
  others: { workflow: Workflow; missing: Missing[] }[],
): AppError {
  const { workflow, missing } = first
  const kinds = new Set(missing.map(({ kind }) => kind))
  const code: ErrorCode = kinds.has('node')
    ? 'engine.missing_node'
    : kinds.has('model')
      ? 'engine.missing_model'
      : 'engine.rejected'
  const list = missing.map(missingWords).join('; ')
  const more =
    others.length === 0
      ? ''
      : ` The workflows ${others.map((other) => other.workflow.id).join(', ')} would do as well, and lack something, too.`
  const named = `"${workflow.title.en}" (${workflow.id})`
  // A value of the job's own, most often: there is nothing to add to the server.
  const words = missing.every(({ kind }) => kind === 'graph')
    ? `${label} does not take ${named} as it is set: ${list}. Change that, or choose another workflow.`
    : `${label} lacks something for ${named}: ${list}. Add it there and restart ComfyUI, then retry, or choose another workflow.`
  return new AppError(code, `${words}${more}`, {
    detail: {
      server: label,
      workflow: workflow.id,
      missing: missing.map(missingDetail),
      ...(others.length === 0
        ? {}
        : { others: others.map((other) => ({ workflow: other.workflow.id, missing: other.missing.map(missingDetail) })) }),
    },
  })
}

/** The same for programs; only JSON. */
function missingDetail(missing: Missing): Record<string, unknown> {
  return { ...missing, words: missingWords(missing) }
}
