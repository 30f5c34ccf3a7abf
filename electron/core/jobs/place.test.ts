import { describe, expect, test } from 'vitest'
import { place, type EngineCapacity } from './place'

const engine = (id: string, more: Partial<EngineCapacity> = {}): EngineCapacity => ({
  id,
  ready: true,
  edits: ['style'],
  slots: 2,
  running: 0,
  ...more,
})

describe('where a job goes', () => {
  const table: [name: string, engines: EngineCapacity[], waiting: number, to: string][] = [
    ['nowhere when none is ready', [engine('a', { ready: false })], 1, 'none'],
    ['nowhere when none can do the edit', [engine('a', { edits: ['perspective'] })], 1, 'none'],
    ['nowhere when all are full', [engine('a', { running: 2 }), engine('b', { running: 2 })], 9, 'none'],
    ['to the first of equals', [engine('a'), engine('b')], 1, 'a'],
    ['to the idle one before another one’s look-ahead', [engine('a', { running: 1 }), engine('b')], 1, 'b'],
    ['not to a card that something else uses', [engine('a', { use: 0.9 }), engine('b')], 1, 'b'],
    ['to a card that only draws the screen as to any', [engine('a', { use: 0.1 }), engine('b')], 1, 'a'],
    [
      'to a busy card when the others are far slower',
      [engine('a', { use: 0.6, warmMs: 1_000 }), engine('b', { warmMs: 5_000 })],
      1,
      'a',
    ],
    [
      'to a card whose use is our own job as if nobody else used it',
      [engine('a', { running: 1, use: 1, weight: 3 }), engine('b', { running: 1 })],
      1,
      'a',
    ],
    ['to where the models are loaded', [engine('a'), engine('b', { warmth: 'models' })], 1, 'b'],
    [
      'to where the photo is encoded before where only the models are loaded',
      [engine('a', { warmth: 'models' }), engine('b', { warmth: 'photo' })],
      1,
      'b',
    ],
    [
      'to the warm one’s look-ahead when loading elsewhere takes longer',
      [engine('a', { warmth: 'models', running: 1, warmMs: 1_000 }), engine('b', { warmMs: 1_000, coldMs: 30_000 })],
      1,
      'a',
    ],
    [
      'to an idle cold one when loading is quick',
      [engine('a', { warmth: 'photo', running: 1, warmMs: 10_000 }), engine('b', { warmMs: 10_000, coldMs: 12_000 })],
      1,
      'b',
    ],
    [
      'nowhere for the moment when the warm one is soon through all that waits',
      [engine('a', { warmth: 'models', running: 2, warmMs: 1_000 }), engine('b', { warmMs: 1_000, coldMs: 30_000 })],
      3,
      'wait',
    ],
    [
      'to a cold one when the warm one is the bottleneck',
      [engine('a', { warmth: 'models', running: 2, warmMs: 1_000 }), engine('b', { warmMs: 1_000, coldMs: 30_000 })],
      60,
      'b',
    ],
    [
      'to the one of more weight',
      [engine('a', { running: 1, slots: 4 }), engine('b', { running: 1, slots: 4, weight: 2 })],
      1,
      'b',
    ],
    ['to the quicker one', [engine('a', { warmMs: 9_000 }), engine('b', { warmMs: 3_000 })], 1, 'b'],
    ['not behind the prompts of others', [engine('a', { others: 3 }), engine('b')], 1, 'b'],
    ['not where it has failed', [engine('a', { avoid: true }), engine('b', { running: 1 })], 1, 'b'],
    [
      'nowhere while the one that has not failed it is full',
      [engine('a', { avoid: true }), engine('b', { running: 2 })],
      1,
      'none',
    ],
    ['where it has failed when nothing else is ready', [engine('a', { avoid: true }), engine('b', { ready: false })], 1, 'a'],
    ['to a card that it fits', [engine('a', { fits: false }), engine('b', { running: 1, fits: true })], 1, 'b'],
    ['to the one with more free memory among equals', [engine('a', { freeBytes: 1e9 }), engine('b', { freeBytes: 9e9 })], 1, 'b'],
  ]
  test.each(table)('%s', (_name, engines, waiting, to) => {
    const placed = place('style', engines, waiting)
    expect(typeof placed === 'string' ? placed : placed.to.id).toBe(to)
  })
})
