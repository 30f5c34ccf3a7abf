import { describe, expect, it } from 'vitest'
import type { CustomField } from '#shared/domain/custom-workflow'
import { nodeOf, valuesOf } from './custom-commands'

const field = (
  node: string,
  input: string,
  kind: CustomField['kind'],
  group: string,
  more: Partial<CustomField> = {},
): CustomField => ({
  key: `${node}.${input}`,
  node,
  input,
  label: input,
  group,
  kind,
  default: kind === 'text' ? '' : 0,
  multiline: false,
  choices: false,
  ...more,
})
const detail = {
  fields: [
    field('3', 'seed', 'seed', 'KSampler'),
    field('3', 'steps', 'integer', 'KSampler'),
    field('3', 'sampler_name', 'choice', 'KSampler', { default: 'euler', options: ['euler', 'lcm'] }),
    field('5:6', 'text', 'text', 'Positive'),
    field('7', 'text', 'text', 'Negative'),
    field('8', 'text', 'text', 'Negative'),
    field('9', 'keep', 'boolean', 'Switch', { default: true }),
  ],
  outputs: [{ node: '10', title: 'Save', classType: 'SaveImage', gives: 'pictures' as const }],
}

describe('the values of a command line', () => {
  it('become what their fields take', () => {
    const set: [string, string][] = [
      ['3.seed', 'random'],
      ['3.steps', '8'],
      ['3.sampler_name', 'lcm'],
      ['5:6.text', 'random'],
      ['7.text', ''],
      ['9.keep', 'false'],
    ]
    expect(valuesOf(detail, set, 1)).toEqual({
      '3.seed': { random: true },
      '3.steps': 8,
      '3.sampler_name': 'lcm',
      '5:6.text': 'random',
      '7.text': '',
      '9.keep': false,
    })
  })

  it('draw seeds anew for several jobs, unless something else is drawn or they are set', () => {
    expect(valuesOf(detail, [], 1)).toEqual({})
    expect(valuesOf(detail, [], 3)).toEqual({ '3.seed': { random: true } })
    expect(valuesOf(detail, [['3.seed', '5']], 3)).toEqual({ '3.seed': 5 })
    expect(valuesOf(detail, [['3.steps', 'random']], 3)).toEqual({ '3.steps': { random: true } })
  })

  it('go to nodes by id or by a title that only one has', () => {
    expect(valuesOf(detail, [['positive.text', 'a']], 1)).toEqual({ '5:6.text': 'a' })
    expect(nodeOf(detail, 'save')).toBe('10')
    expect(nodeOf(detail, '99')).toBe('99')
    expect(() => nodeOf(detail, 'Negative')).toThrow(/7, 8/)
    expect(() => valuesOf(detail, [['seed', '1']], 1)).toThrow(/which input of which node/)
  })
})
