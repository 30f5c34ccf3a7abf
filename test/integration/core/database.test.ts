import { createHash } from 'node:crypto'
import { readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import BetterSqlite3 from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { checkIntegrity } from '#core/database/integrity'
import { migrations, type Migration } from '#core/database/migrations'
import { openDatabase, quickCheck } from '#core/database/open'
import { compareVersions } from '#shared/domain/version'
import { temporaryFolder } from './harness'

const steps: Migration[] = [
  { version: 1, sql: "CREATE TABLE a (x TEXT) STRICT; INSERT INTO a VALUES ('one');" },
  { version: 2, sql: 'ALTER TABLE a ADD COLUMN y INTEGER NOT NULL DEFAULT 7;' },
  { version: 3, sql: 'CREATE TABLE b (z TEXT) STRICT;' },
]
const hashOf = async (path: string): Promise<string> =>
  createHash('sha256')
    .update(await readFile(path))
    .digest('hex')
const path = async (): Promise<string> => join(await temporaryFolder(), 'recast.db')

describe('opening the database', () => {
  test('a new one gets its shape and its guards', async () => {
    const db = await openDatabase({ path: await path() })
    const pragma = (name: string): unknown => db.pragma(name, { simple: true })
    expect(pragma('journal_mode')).toBe('wal')
    expect(pragma('synchronous')).toBe(2)
    expect(pragma('foreign_keys')).toBe(1)
    expect(pragma('trusted_schema')).toBe(0)
    expect(pragma('busy_timeout')).toBe(2000)
    expect(pragma('user_version')).toBe(migrations.at(-1)?.version)
    expect(quickCheck(db)).toEqual([])
    const version = db.prepare<[], string>('SELECT sqlite_version()').pluck().get() ?? ''
    expect(compareVersions(version, '3.51.3')).toBeGreaterThanOrEqual(0)
    db.close()
  })

  test('an older one is backed up as it was, then brought forward step by step', async () => {
    const file = await path()
    ;(await openDatabase({ path: file, migrations: steps.slice(0, 1) })).close()
    const notes: string[] = []
    const db = await openDatabase({ path: file, migrations: steps, onNote: (note) => notes.push(note) })
    expect(db.prepare('SELECT x, y FROM a').all()).toEqual([{ x: 'one', y: 7 }])
    db.close()
    expect(notes).toEqual(['database backed up to recast.db.v1.backup', 'database is now version 2', 'database is now version 3'])
    const backup = new BetterSqlite3(`${file}.v1.backup`, { readonly: true })
    expect(backup.pragma('user_version', { simple: true })).toBe(1)
    expect(backup.prepare('SELECT * FROM a').all()).toEqual([{ x: 'one' }])
    backup.close()
    // A second backup of the same version does not replace the first.
    const again = new BetterSqlite3(file)
    again.pragma('user_version = 2')
    again.exec('DROP TABLE b')
    again.close()
    await writeFile(`${file}.v2.backup`, 'an older backup')
    ;(await openDatabase({ path: file, migrations: steps })).close()
    expect(await readFile(`${file}.v2.backup`, 'utf8')).toBe('an older backup')
    expect(await stat(`${file}.v2-2.backup`).then(({ size }) => size)).toBeGreaterThan(4000)
  })

  test('the step that lets jobs go without a picture keeps every row, order, index and reference', async () => {
    const file = await path()
    const old = await openDatabase({ path: file, migrations: migrations.slice(0, 4) })
    old.exec(`
      INSERT INTO assets VALUES (1, 'a', 'imported', 'x', 'x', 'png', 1, 1, 1, 0, '[]', 0), (2, 'r', 'produced', 'y', 'y', 'png', 1, 1, 1, 0, '[]', 0);
      INSERT INTO pictures VALUES (1, 'p', 'photo', 'a', 'a', NULL, 0, NULL);`)
    const insert = old.prepare(
      `INSERT INTO jobs (id, batch_id, picture_id, input_asset_id, kind, edit, sampling, seed, engine, priority, position, state, created_at, name)
       VALUES (?, 'b', 'p', 'a', 'style', '{}', '{}', 5, 'auto', 1, ?, 'done', 9, 'mug')`,
    )
    for (const [n, id] of ['one', 'two', 'three'].entries()) insert.run(id, n)
    old.exec(`
      INSERT INTO attempts VALUES ('t', 'two', 1, 'draft', 'done', NULL, 1, 2);
      INSERT INTO outputs VALUES ('two', 0, 't', 'r', NULL, 0);
      DELETE FROM jobs WHERE id = 'three';`)
    const indexes = (db: BetterSqlite3.Database): unknown =>
      db
        .prepare(
          "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'jobs' AND sql IS NOT NULL ORDER BY name",
        )
        .all()
    const before = { jobs: old.prepare('SELECT * FROM jobs ORDER BY seq').all(), indexes: indexes(old) }
    const triggers = old.prepare("SELECT count(*) FROM sqlite_schema WHERE type = 'trigger'").pluck().get()
    old.close()

    const db = await openDatabase({ path: file, migrations: migrations.slice(0, 5) })
    const jobs = db.prepare<[], Record<string, unknown>>('SELECT * FROM jobs ORDER BY seq').all()
    expect(jobs).toEqual(before.jobs.map((row) => ({ ...(row as object), made: null })))
    expect(indexes(db)).toEqual(before.indexes)
    expect(db.prepare('SELECT job_id FROM attempts').pluck().all()).toEqual(['two'])
    expect(db.prepare('SELECT job_id FROM outputs').pluck().all()).toEqual(['two'])
    expect(db.prepare('SELECT job_seq FROM results').pluck().all()).toEqual([2])
    expect(db.prepare("SELECT count(*) FROM sqlite_schema WHERE type = 'trigger'").pluck().get()).toBe(triggers)
    expect(db.pragma('foreign_keys', { simple: true })).toBe(1)
    expect(db.pragma('foreign_key_check')).toEqual([])
    // References hold as before, and a deleted job's number is not given again.
    expect(() => db.exec("UPDATE jobs SET picture_id = 'nobody' WHERE id = 'one'")).toThrow(/FOREIGN KEY/)
    expect(() => db.exec("INSERT INTO job_inputs VALUES ('one', 'nobody')")).toThrow(/FOREIGN KEY/)
    db.exec(`INSERT INTO jobs (id, batch_id, kind, edit, sampling, seed, engine, priority, position, state, created_at)
             VALUES ('new', 'b', 'generate', '{}', '{}', 5, 'auto', 1, 1, 'queued', 9)`)
    expect(db.prepare("SELECT seq FROM jobs WHERE id = 'new'").pluck().get()).toBe(4)
    db.exec("DELETE FROM results; DELETE FROM jobs WHERE id = 'two'")
    expect(db.prepare('SELECT count(*) FROM attempts').pluck().get()).toBe(0)
    db.close()
  })

  test('results of jobs that named no workflow are found by the one that made them, the old ones too', async () => {
    const file = await path()
    const old = await openDatabase({ path: file, migrations: migrations.slice(0, 10) })
    old.exec(`
      INSERT INTO assets VALUES (1, 'a', 'imported', 'x', 'x', 'png', 1, 1, 1, 0, '[]', 0),
        (2, 'r', 'produced', 'y', 'y', 'png', 1, 1, 1, 0, '[]', 0), (3, 's', 'produced', 'z', 'z', 'png', 1, 1, 1, 0, '[]', 0);
      INSERT INTO pictures (seq, id, name, root_asset_id, current_asset_id, created_at) VALUES (1, 'p', 'photo', 'a', 'a', 0);`)
    const insert = old.prepare(
      `INSERT INTO jobs (id, batch_id, picture_id, input_asset_id, kind, edit, sampling, seed, engine, priority, position, state, created_at, made)
       VALUES (?, 'b', 'p', 'a', 'style', '{}', '{}', 5, 'auto', 1, ?, 'done', 9, ?)`,
    )
    insert.run('before', 1, JSON.stringify({ workflowId: 'sd15-style' }))
    insert.run('after', 2, null)
    old.exec(`
      INSERT INTO attempts (id, job_id, number, engine_id, state, started_at) VALUES ('t', 'before', 1, 'draft', 'done', 1), ('u', 'after', 1, 'draft', 'done', 1);
      INSERT INTO outputs VALUES ('before', 0, 't', 'r', NULL, 0);`)
    old.close()
    const db = await openDatabase({ path: file, migrations })
    const rows = (): unknown => db.prepare('SELECT workflow, indexed FROM results ORDER BY seq').raw().all()
    expect(rows()).toEqual([['sd15-style', 0]])
    db.exec(`INSERT INTO outputs VALUES ('after', 0, 'u', 's', NULL, 0);
             UPDATE jobs SET made = '{"workflowId":"qwen-edit-2511-style"}' WHERE id = 'after'`)
    expect(rows()).toEqual([
      ['sd15-style', 0],
      ['qwen-edit-2511-style', 0],
    ])
    db.close()
  })

  test('a step that fails changes nothing: the shape stays at the last whole step', async () => {
    const file = await path()
    ;(await openDatabase({ path: file, migrations: steps.slice(0, 1) })).close()
    const broken: Migration = { version: 3, sql: 'CREATE TABLE c (x TEXT) STRICT; INSERT INTO nowhere VALUES (1);' }
    await expect(openDatabase({ path: file, migrations: [...steps.slice(0, 2), broken] })).rejects.toMatchObject({ code: 'bug' })
    const db = new BetterSqlite3(file)
    expect(db.pragma('user_version', { simple: true })).toBe(2)
    expect(db.prepare("SELECT name FROM sqlite_schema WHERE name = 'c'").all()).toEqual([])
    db.close()
  })

  test.each([
    ['in the file', false],
    ['still in the log', true],
  ])('a newer one (%s) is refused in words and not touched', async (_, inLog) => {
    const file = await path()
    const newer = await openDatabase({ path: file, migrations: steps.slice(0, 1) })
    newer.pragma('wal_checkpoint(TRUNCATE)')
    newer.pragma('user_version = 9')
    if (!inLog) newer.pragma('wal_checkpoint(TRUNCATE)')
    // Copied while open: a copy with the log beside it, as a kill leaves them.
    const folder = await temporaryFolder()
    const copy = join(folder, 'recast.db')
    await writeFile(copy, await readFile(file))
    if (inLog) await writeFile(`${copy}-wal`, await readFile(`${file}-wal`))
    newer.close()
    const before = await hashOf(copy)
    const error = await openDatabase({ path: copy, migrations: steps.slice(0, 1) }).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'database.future', detail: { found: 9, known: 1 } })
    expect((error as Error).message).toMatch(/newer Recast.*Update Recast/)
    expect(await hashOf(copy)).toBe(before)
    // A header that says it all is enough: SQLite never saw that file, so nothing new lies beside it.
    const beside = await readdir(folder)
    expect(inLog || beside.length === 1).toBe(true)
  })

  test.each([
    [
      'text',
      (file: string) =>
        writeFile(file, 'this is no database, and it is longer than a header of a hundred bytes would be, so there'),
    ],
    ['a few bytes', (file: string) => writeFile(file, 'SQLite')],
    [
      'a cut-off file',
      async (file: string) => {
        ;(await openDatabase({ path: file })).close()
        await truncate(file, 6000)
      },
    ],
    [
      "somebody else's database",
      (file: string) => {
        const other = new BetterSqlite3(file)
        other.exec('CREATE TABLE theirs (x)')
        other.close()
        return Promise.resolve()
      },
    ],
  ])('%s is refused as damaged, and stays as it is', async (_, spoil) => {
    const file = await path()
    await spoil(file)
    const before = await hashOf(file)
    const error = await openDatabase({ path: file }).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'database.corrupt' })
    expect((error as Error).message).toMatch(/Nothing was changed.*backup/)
    expect(await hashOf(file)).toBe(before)
  })

  test('the integrity check runs beside the open database and finds a broken reference', async () => {
    const file = await path()
    const db = await openDatabase({ path: file })
    expect(await checkIntegrity(file)).toEqual({ integrity: [], foreignKeys: [] })
    db.pragma('foreign_keys = OFF')
    db.exec(
      "INSERT INTO pictures (seq, id, name, root_asset_id, current_asset_id, trashed_at, created_at) VALUES (1, 'p', 'photo', 'gone', 'gone', NULL, 0)",
    )
    expect(await checkIntegrity(file)).toEqual({ integrity: [], foreignKeys: ['pictures → assets', 'pictures → assets'] })
    db.close()
  })
})
