import BetterSqlite3 from 'better-sqlite3'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { activeStates, jobStates, type JobState } from '#shared/domain/job'
import { migrate } from '../database/open'
import { openTables } from '../database/tables'
import { canMove, isActive, isFinal, nextStates } from './machine'

const state = fc.constantFrom(...jobStates)

describe('the job machine', () => {
  test('states are active, final or queued, never two of them', () => {
    for (const one of jobStates) {
      expect(isActive(one)).toBe((activeStates as readonly JobState[]).includes(one))
      expect([isActive(one), isFinal(one), one === 'queued'].filter(Boolean)).toHaveLength(1)
    }
  })

  test('whatever moves are made, a done job stays done and only the user brings a job back', () => {
    fc.assert(
      fc.property(fc.array(state, { maxLength: 40 }), (wishes) => {
        let now: JobState = 'queued'
        return wishes.every((wish) => {
          const from = now
          if (!canMove(from, wish)) return true
          now = wish
          if (isFinal(from)) return from !== 'done' && wish === 'queued' && canMove(from, wish, 'user')
          // Nobody gets a result without having collected it, and nobody collects what never ran.
          return (wish !== 'done' || from === 'collecting') && (wish !== 'collecting' || from === 'running')
        })
      }),
    )
  })

  test('every state but done can end as canceled or is final, and from every state a way leads to done', () => {
    for (const one of jobStates) {
      expect(isFinal(one) || canMove(one, 'canceled', 'user')).toBe(true)
      if (one === 'done') continue
      const reached = new Set<JobState>([one])
      for (const at of reached) for (const next of nextStates(at)) reached.add(next)
      expect(reached.has('done')).toBe(true)
    }
  })

  test('no mover moves a job to the state that it has', () => {
    for (const one of jobStates) expect(canMove(one, one)).toBe(false)
  })
})

/** A database with one job, to race on. */
function oneJob() {
  const db = new BetterSqlite3(':memory:')
  migrate(db)
  db.exec(`INSERT INTO assets VALUES (1, 'a', 'imported', 'x', 'x', 'png', 1, 1, 1, 0, '[]', 0);
           INSERT INTO pictures (seq, id, name, root_asset_id, current_asset_id, created_at) VALUES (1, 'p', 'photo', 'a', 'a', 0);`)
  const { jobs } = openTables(db)
  jobs.insertMany([
    {
      id: 'j',
      batchId: 'b',
      name: 'photo',
      inputs: [],
      pictureId: 'p',
      inputAssetId: 'a',
      styleAssetId: undefined,
      edit: { kind: 'style', styleId: 'clay', strength: 1, structure: 0, keepColours: false },
      sampling: {},
      workflowId: undefined,
      seed: 1,
      engine: 'auto',
      priority: 0,
      position: 1,
      exportDir: undefined,
      createdAt: 0,
    },
  ])
  return { db, jobs }
}

describe('compare and set', () => {
  test('of movers that saw the same state exactly one wins, and rows follow the machine', () => {
    const { db, jobs } = oneJob()
    fc.assert(
      fc.property(fc.array(fc.record({ seen: state, to: state }), { maxLength: 30 }), (moves) => {
        db.exec("UPDATE jobs SET state = 'queued'")
        let model: JobState = 'queued'
        return moves.every(({ seen, to }) => {
          const allowed = canMove(seen, to)
          let won = false
          try {
            won = jobs.move('j', seen, to)
          } catch {
            return !allowed && jobs.get('j')?.state === model
          }
          const wins = seen === model
          if (wins) model = to
          return allowed && won === wins && jobs.get('j')?.state === model
        })
      }),
      { numRuns: 200 },
    )
    db.close()
  })

  test('what changes with the state changes with it or not at all', () => {
    const { db, jobs } = oneJob()
    expect(jobs.move('j', 'running', 'collecting', { engineId: 'never' })).toBe(false)
    expect(jobs.get('j')).toMatchObject({ state: 'queued', engineId: undefined })
    const error = { code: 'engine.lost', message: 'gone', retry: 'auto' } as const
    expect(jobs.move('j', 'queued', 'staging', { engineId: 'e', attempt: 2, error, notes: ['draft'] })).toBe(true)
    expect(jobs.get('j')).toMatchObject({ state: 'staging', engineId: 'e', attempt: 2, error, notes: ['draft'] })
    expect(jobs.move('j', 'staging', 'queued', { engineId: undefined, error: undefined })).toBe(true)
    expect(jobs.get('j')).toMatchObject({ engineId: undefined, error: undefined })
    db.close()
  })
})
