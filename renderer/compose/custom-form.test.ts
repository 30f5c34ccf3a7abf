import { describe, expect, it } from 'vitest'
import type { CustomField } from '#shared/domain/custom-workflow'
import { fieldLabel } from './custom-form'

const field = (node: string, label: string, role?: CustomField['role']): CustomField => ({
  key: `${node}.${label}`,
  node,
  input: label,
  label,
  group: 'CLIPTextEncode',
  kind: 'text',
  default: '',
  multiline: true,
  choices: false,
  ...(role === undefined ? {} : { role }),
})

describe('what a field is called', () => {
  it('is its own label, and where others have the same what the sampler takes it for, else its node', () => {
    const fields = [field('3', 'text', 'prompt'), field('4', 'text', 'negative'), field('6', 'steps')]
    expect(fields.map((each) => fieldLabel(each, fields))).toEqual([
      'CLIPTextEncode · positive',
      'CLIPTextEncode · negative',
      'steps',
    ])
    const twins = [field('3', 'text', 'prompt'), field('4', 'text', 'prompt')]
    expect(twins.map((each) => fieldLabel(each, twins))).toEqual(['CLIPTextEncode #3 · text', 'CLIPTextEncode #4 · text'])
  })
})
