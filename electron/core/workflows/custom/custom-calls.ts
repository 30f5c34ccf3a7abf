import { readFile, stat } from 'node:fs/promises'
import { basename, isAbsolute } from 'node:path'
import type { CallHandlers } from '#shared/contract/calls'
import type { CustomWorkflowDetail } from '#shared/domain/custom-workflow'
import { AppError, toAppError } from '#shared/domain/error'
import { isPng, workflowInPng } from '#shared/domain/png-workflow'
import type { EnginePool } from '../../engines/pool'
import { prune } from '../graph-edits'
import type { WorkflowLibrary } from '../load'
import type { ServerFacts } from '../readiness'
import { lackOf } from '../view'
import { missingForCustom, withServerNames } from './check-custom'
import { type CustomStore, type CustomWorkflow, summaryOf } from './custom-store'
import { fileLimits, refusedFile } from './workflow-text'

/** What the calls work with. */
export interface CustomCallContext {
  custom: CustomStore
  pool: EnginePool
  library: () => Promise<WorkflowLibrary>
}

type Calls = Pick<
  CallHandlers,
  'workflows.import' | 'workflows.custom' | 'workflows.get' | 'workflows.rename' | 'workflows.remove'
>

/** The calls about users' own workflows. */
export function createCustomCalls({ custom, pool, library }: CustomCallContext): Calls {
  /** What the first server of a wish that answers says of itself. A wish that names a server waits for it, and fails with it. */
  async function askFor(wish: string | undefined): Promise<ServerFacts | undefined> {
    const engines = pool.candidates(wish ?? 'auto').filter((engine) => engine.serverFacts !== undefined)
    for (const engine of engines) {
      if (!engine.serverFacts?.()) await pool.probe(engine.id)
      const facts = engine.serverFacts?.()
      if (facts) return facts
    }
    if (wish === undefined) return undefined
    const [engine] = engines
    const error = engine?.view().error
    if (error) throw AppError.fromView(error)
    throw new AppError(
      'input.unknown_engine',
      `"${wish.slice(0, 200)}" runs no workflows. Give the address of a ComfyUI server.`,
      {
        detail: { engine: wish.slice(0, 200) },
      },
    )
  }

  async function detailOf(workflow: CustomWorkflow, facts: ServerFacts | undefined): Promise<CustomWorkflowDetail> {
    const { fields, outputs, problems, editLacks } = workflow.content
    const missing = facts ? await missingOn(workflow, facts) : []
    return {
      ...summaryOf(workflow),
      fields,
      outputs,
      problems,
      editLacks,
      ...(facts ? { ready: missing.length === 0 } : {}),
      missing: missing.map(lackOf),
    }
  }

  async function missingOn({ content }: CustomWorkflow, { objectInfo, version }: ServerFacts) {
    const { packages } = await library()
    // What no output needs is not sent, and so not missed.
    const sent = prune(
      content.graph,
      content.outputs.map(({ node }) => node),
    )
    return missingForCustom(content, withServerNames(sent, objectInfo), { objectInfo, version, packages })
  }

  return {
    async 'workflows.import'({ path, text, name, purpose, engine }) {
      const file = path === undefined ? (text ?? '') : await readFileAt(path)
      const facts = await askFor(engine)
      const wanted = name ?? (path === undefined ? 'Workflow' : basename(path))
      const { workflow, duplicate } = custom.add({ name: wanted, text: file, purpose }, facts?.objectInfo)
      return { workflow: await detailOf(workflow, facts), duplicate }
    },
    'workflows.custom': () => ({ workflows: custom.list() }),
    async 'workflows.get'({ id, engine }) {
      const workflow = custom.need(id)
      return await detailOf(workflow, engine === undefined ? undefined : await askFor(engine))
    },
    'workflows.rename'({ id, name }) {
      custom.rename(id, name)
      return summaryOf(custom.need(id))
    },
    'workflows.remove'({ id }) {
      custom.remove(id)
      return {}
    },
  }
}

async function readFileAt(path: string): Promise<string> {
  if (!isAbsolute(path)) throw refusedFile(`its path must be absolute, got "${path.slice(0, 200)}".`)
  try {
    const { size } = await stat(path)
    const inPicture = /\.png$/i.test(path)
    const limit = inPicture ? fileLimits.pictureBytes : fileLimits.bytes
    if (size > limit) {
      throw new AppError(
        'input.too_large',
        `${basename(path)} is larger than ${limit / 2 ** 20} MB. Take embedded pictures out of it and import it again.`,
        { detail: { path, limit } },
      )
    }
    const file = await readFile(path)
    if (!isPng(file)) return file.toString('utf8')
    const text = workflowInPng(file)
    if (text) return new TextDecoder(text.encoding).decode(text.bytes)
    throw refusedFile(
      `${basename(path)} is a picture without a workflow in it: not every program that saves or sends it keeps that. Choose the file that ComfyUI itself saved, or the workflow's JSON.`,
    )
  } catch (thrown) {
    const error = toAppError(thrown)
    if ((thrown as { code?: unknown }).code === 'EISDIR')
      throw refusedFile(`${basename(path)} is a folder. Choose a workflow file in it.`)
    throw error
  }
}
