import type { CustomPurpose } from '#shared/domain/custom-workflow'
import type { Database } from '../database'

/** A user's own workflow as it is stored; `content` is JSON. */
export interface CustomWorkflowRow {
  id: string
  name: string
  purpose: CustomPurpose
  /** Of the file's bytes: the same file twice is one workflow. */
  sha256: string
  /** The file as it came. */
  original: string
  /** What was read out of it. */
  content: string
  createdAt: number
  /** Set when it was removed: queued jobs and the history still find it. */
  removedAt: number | null
}

/** The statements over users' own workflows, prepared once per connection. */
export function customWorkflowTable(db: Database) {
  const columns =
    'id, name, purpose, sha256, original, content, created_at AS createdAt, removed_at AS removedAt FROM custom_workflows'
  const byId = db.prepare<[string], CustomWorkflowRow>(`SELECT ${columns} WHERE id = ?`)
  const bySha = db.prepare<[string], CustomWorkflowRow>(`SELECT ${columns} WHERE sha256 = ?`)
  const live = db.prepare<[], CustomWorkflowRow>(`SELECT ${columns} WHERE removed_at IS NULL ORDER BY seq`)
  const insert = db.prepare<[CustomWorkflowRow]>(
    `INSERT INTO custom_workflows (id, name, purpose, sha256, original, content, created_at, removed_at)
     VALUES (@id, @name, @purpose, @sha256, @original, @content, @createdAt, @removedAt)`,
  )
  const replace = db.prepare<[Pick<CustomWorkflowRow, 'id' | 'name' | 'purpose' | 'content'>]>(
    'UPDATE custom_workflows SET name = @name, purpose = @purpose, content = @content, removed_at = NULL WHERE id = @id',
  )
  const rename = db.prepare<[string, string]>('UPDATE custom_workflows SET name = ? WHERE id = ? AND removed_at IS NULL')
  const remove = db.prepare<[number, string]>('UPDATE custom_workflows SET removed_at = ? WHERE id = ? AND removed_at IS NULL')
  return {
    /** Also a removed one. */
    get: (id: string): CustomWorkflowRow | undefined => byId.get(id),
    bySha: (sha256: string): CustomWorkflowRow | undefined => bySha.get(sha256),
    live: (): CustomWorkflowRow[] => live.all(),
    insert: (row: CustomWorkflowRow): void => void insert.run(row),
    /** Puts what was read anew in the place of what was read before, and takes it out of the removed ones. */
    replace: (row: Pick<CustomWorkflowRow, 'id' | 'name' | 'purpose' | 'content'>): void => void replace.run(row),
    /** True when there was one. */
    rename: (id: string, name: string): boolean => rename.run(name, id).changes > 0,
    remove: (id: string, at: number): boolean => remove.run(at, id).changes > 0,
  }
}
