import { describe, expect, test } from 'vitest'
import { calls, type CallName } from '#shared/contract/calls'
import { AppError } from '#shared/domain/error'
import { checkInput } from './input-check'

function words(name: CallName, input: unknown): string {
  try {
    checkInput(calls[name].input, input)
  } catch (error) {
    if (error instanceof AppError && error.code === 'input.invalid') return error.message
    throw error
  }
  return 'fine'
}
const pictures = [{ pictureId: '00000000-0000-4000-8000-000000000000' }]
const submit = (edit: object, more: object = {}): string => words('jobs.submit', { pictures, edits: [edit], ...more })

describe('what is wrong with an input is said in a sentence', () => {
  test.each([
    [() => submit({ kind: 'style', styleId: 'clay', strength: 7 }), 'edits[0].strength must be between 0 and 1, got 7.'],
    [() => submit({ kind: 'style', styleId: 'clay', structure: -1 }), 'edits[0].structure must be between 0 and 1, got -1.'],
    [() => submit({ kind: 'style', styleId: 'clay', strength: 'much' }), 'edits[0].strength must be a number, got "much".'],
    [() => submit({ kind: 'style' }), 'a style edit needs a style, a style picture or words.'],
    [() => submit({ kind: 'style', styleId: 'clay' }, { count: 0 }), 'count must be between 1 and 64, got 0.'],
    [
      () => submit({ kind: 'style', styleId: 'clay' }, { sampling: { steps: 500 } }),
      'sampling.steps must be between 1 and 200, got 500.',
    ],
    [() => submit({ kind: 'style', styleId: 'clay' }, { seed: -5 }), 'seed must be at least 0, got -5.'],
    [
      () => submit({ kind: 'style', styleId: 'clay' }, { priority: 'now' }),
      'priority must be one of interactive, batch, got "now".',
    ],
    [() => words('jobs.submit', { pictures: [], edits: [] }), 'edits must have between 1 and 256 entries, got a list of 0.'],
    [() => words('jobs.get', { id: 'x' }), 'id is not in the right form, got "x".'],
    [() => words('jobs.get', {}), 'id must be text, got nothing.'],
    [() => words('pictures.list', { search: 'a'.repeat(201) }), 'search must have at most 200 characters, got 201.'],
    [() => words('jobs.get', 'nonsense'), 'The input must be an object, got "nonsense".'],
  ])('%#', (say, wanted) => {
    expect(say()).toBe(`${wanted.replace(/\.$/, '')}. Change it and try again.`)
  })

  test('a long value is not repeated whole, and nothing else of the input is', () => {
    const message = words('queue.pause', { paused: 'x'.repeat(500) })
    expect(message.length).toBeLessThan(160)
  })

  test('a right one passes with its defaults', () => {
    expect(checkInput(calls['pictures.list'].input, {})).toEqual({ limit: 100 })
  })
})
