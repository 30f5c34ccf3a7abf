import { createHash } from 'node:crypto'
import type { CustomPurpose, CustomWorkflowSummary } from '#shared/domain/custom-workflow'
import { AppError } from '#shared/domain/error'
import { nearestNames } from '#shared/styles/nearest'
import type { customWorkflowTable, CustomWorkflowRow } from '../../database/tables/custom-workflows'
import type { ObjectInfo } from '../object-info'
import { type CustomContent, customContentSchema, readWorkflowFile } from './content'

/** A user's own workflow, read. */
export interface CustomWorkflow extends Omit<CustomWorkflowSummary, 'nodes' | 'format'> {
  content: CustomContent
}

/** A file to import. */
export interface CustomFile {
  name: string
  text: string
  purpose: CustomPurpose
}

/** Users' own workflows of a data folder. */
export interface CustomStore {
  /**
   * Keeps a file, or reads it anew where the same one is there already (perhaps with a newer server's nodes).
   * Throws `input.invalid` and `input.too_large`.
   */
  add(file: CustomFile, info: ObjectInfo | undefined): { workflow: CustomWorkflow; duplicate: boolean }
  list(): CustomWorkflowSummary[]
  /** Throws `input.unknown_workflow`. */
  need(id: string): CustomWorkflow
  /** Also one that was removed since: jobs that name it run to their end. */
  find(id: string): CustomWorkflow | undefined
  rename(id: string, name: string): void
  remove(id: string): void
}

/** Read ones that are kept: a batch asks for the same one for each of its jobs. */
const maxKept = 16

/** Opens the store over its table. */
export function openCustomStore(table: ReturnType<typeof customWorkflowTable>): CustomStore {
  const kept = new Map<string, { row: string; content: CustomContent }>()

  function contentOf(row: CustomWorkflowRow): CustomContent {
    const known = kept.get(row.id)
    if (known?.row === row.content) return known.content
    const content = customContentSchema().parse(JSON.parse(row.content))
    kept.set(row.id, { row: row.content, content })
    for (const old of kept.keys()) if (kept.size > maxKept) kept.delete(old)
    return content
  }

  function read(row: CustomWorkflowRow): CustomWorkflow {
    const { id, name, purpose, createdAt } = row
    return { id, name, purpose, importedAt: createdAt, content: contentOf(row) }
  }

  function unknown(id: string): AppError {
    const all = table.live().map((row) => row.id)
    const near = nearestNames(id, all)
    const hint =
      near.length > 0
        ? `Did you mean ${near.join(' or ')}?`
        : all.length > 0
          ? `There are: ${all.join(', ')}.`
          : 'Import it first: `recast workflows import FILE`.'
    return new AppError('input.unknown_workflow', `There is no imported workflow "${id.slice(0, 128)}". ${hint}`, {
      detail: { workflow: id.slice(0, 128), known: all },
    })
  }

  return {
    add({ name, text, purpose }, info) {
      const sha256 = createHash('sha256').update(text).digest('hex')
      const content = readWorkflowFile(text, info, purpose)
      const known = table.bySha(sha256)
      if (known) {
        // Read without a server it would lose what a server told before.
        const better = info || known.removedAt !== null ? JSON.stringify(content) : known.content
        const again = { ...known, purpose, content: better, name: known.removedAt === null ? known.name : plainName(name) }
        table.replace(again)
        return { workflow: read(again), duplicate: known.removedAt === null }
      }
      const row: CustomWorkflowRow = {
        id: freeId(name, (id) => table.get(id) !== undefined),
        name: plainName(name),
        purpose,
        sha256,
        original: text,
        content: JSON.stringify(content),
        createdAt: Date.now(),
        removedAt: null,
      }
      table.insert(row)
      return { workflow: read(row), duplicate: false }
    },
    list: () => table.live().map((row) => summaryOf(read(row))),
    need(id) {
      const row = table.get(id)
      if (!row || row.removedAt !== null) throw unknown(id)
      return read(row)
    },
    find(id) {
      const row = table.get(id)
      return row && read(row)
    },
    rename(id, name) {
      if (!table.rename(id, plainName(name))) throw unknown(id)
    },
    remove(id) {
      if (!table.remove(id, Date.now())) throw unknown(id)
    },
  }
}

/** As it is listed. */
export function summaryOf({ id, name, purpose, importedAt, content }: CustomWorkflow): CustomWorkflowSummary {
  return { id, name, format: content.format, purpose, nodes: Object.keys(content.graph).length, importedAt }
}

/** A name for people: of a file without its folders and ending. */
function plainName(name: string): string {
  const base = name.split(/[\\/]/).at(-1) ?? ''
  const clean = base
    .replace(/\.(?:json|png)$/i, '')
    .replaceAll(/[\p{Cc}\p{Cf}]/gu, '')
    .trim()
  return clean === '' ? 'Workflow' : clean.slice(0, 120)
}

/** An id for typing, made from the name: `custom-` keeps it apart from the workflows that come with Recast. */
function freeId(name: string, taken: (id: string) => boolean): string {
  const slug = plainName(name)
    .toLowerCase()
    .normalize('NFKD')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 60)
  const base = slug === '' ? 'custom-workflow' : `custom-${slug}`
  for (let n = 1; ; n++) {
    const id = n === 1 ? base : `${base}-${n}`
    if (!taken(id)) return id
  }
}
