import { createHash } from 'node:crypto'
import type { CustomField } from '#shared/domain/custom-workflow'
import { AppError } from '#shared/domain/error'
import { nearestNames } from '#shared/styles/nearest'
import type { Graph, Scalar } from '../graph'
import { prune } from '../graph-edits'
import { expandDynamicPrompt, hasChoice } from './dynamic-prompt'
import type { CustomContent } from './content'

/** A value of a custom edit: a value, or a new integer for each job. */
export type CustomValue = Scalar | { random: true }

/** What a job asks of a user's own workflow. */
export interface CustomRequest {
  /** By `node.input`; what is not named stays as it is in the workflow. */
  values: Readonly<Record<string, CustomValue>>
  /** The server's names of pictures, by the id of the node that loads them. */
  pictures: Readonly<Record<string, string>>
  /** The job's: what is drawn for it is drawn from this, so that another try gets the same. */
  seed: number
  /** Begins the names of the files that the server saves; absent: the workflow's own stay. */
  prefix?: string
}

/** Texts that a form sends may be this long. */
const maxText = 100_000

/**
 * The graph of one job: values and pictures put in, choices in texts made, and what no output needs left out. Pure; the same request
 * gives the same graph. Throws `input.invalid` naming the field and what it takes.
 */
export function bindCustom(content: CustomContent, request: CustomRequest): { graph: Graph; values: Record<string, Scalar> } {
  const byKey = new Map(content.fields.map((field) => [field.key, field]))
  const graph = structuredClone(content.graph)
  const values: Record<string, Scalar> = {}
  const put = (field: CustomField, value: Scalar): void => {
    const node = graph[field.node]
    if (node) node.inputs[field.input] = value
  }
  for (const [key, given] of Object.entries(request.values)) {
    const field = byKey.get(key)
    if (!field) throw unknownField(content, key)
    const value = typeof given === 'object' ? randomFor(field, request.seed) : checkedValue(field, given)
    values[key] = value
    put(field, value)
  }
  for (const [node, name] of Object.entries(request.pictures)) put(pictureField(content, node), name)
  if (content.format === 'editor') {
    for (const field of content.fields) {
      const value = graph[field.node]?.inputs[field.input]
      if (!field.choices || typeof value !== 'string' || !hasChoice(value)) continue
      const text = expandDynamicPrompt(value, picker(`${request.seed}/${field.key}`))
      values[field.key] = text
      put(field, text)
    }
  }
  if (request.prefix !== undefined) {
    for (const { node } of content.outputs) {
      const inputs = graph[node]?.inputs
      if (typeof inputs?.['filename_prefix'] === 'string')
        inputs['filename_prefix'] = `${request.prefix}_${node.replaceAll(':', '-')}`
    }
  }
  return {
    graph: prune(
      graph,
      content.outputs.map(({ node }) => node),
    ),
    values,
  }
}

/** The field of a node that takes a picture. Throws `input.invalid` where there is none. */
export function pictureField(content: CustomContent, node: string): CustomField {
  const field = content.fields.find((one) => one.node === node && one.kind === 'picture')
  if (field) return field
  const all = content.fields.filter((one) => one.kind === 'picture')
  const known = all.map((one) => `${one.node} (${one.group})`).join(', ')
  throw new AppError(
    'input.invalid',
    `Node "${node}" of this workflow takes no picture. ${known === '' ? 'None of its nodes does.' : `These do: ${known}.`}`,
    { detail: { node, nodes: all.map((one) => one.node) } },
  )
}

/** Checks a value against its field. Throws `input.invalid`. */
export function checkedValue(field: CustomField, value: Scalar): Scalar {
  const refused = (expected: string): AppError =>
    new AppError(
      'input.invalid',
      `"${field.key}" (${field.group}: ${field.label}) is ${JSON.stringify(value).slice(0, 80)}; it must be ${expected}. Change it and submit again.`,
      { detail: { input: field.key } },
    )
  switch (field.kind) {
    case 'boolean':
      if (typeof value !== 'boolean') throw refused('true or false')
      return value
    case 'integer':
    case 'seed':
    case 'number': {
      const whole = field.kind !== 'number'
      if (typeof value !== 'number' || !Number.isFinite(value) || (whole && !Number.isInteger(value))) {
        throw refused(whole ? 'a whole number' : 'a number')
      }
      const { min = -Infinity, max = Infinity } = field
      if (value < min || value > max) throw refused(`a number from ${min} to ${max}`)
      return value
    }
    case 'choice':
      // Which of them a server has it says itself: lists of files differ from one to the other.
      if (typeof value !== typeof field.default && field.options?.includes(value) !== true) throw refused('one of its options')
      return value
    case 'text':
    case 'picture':
      if (typeof value !== 'string') throw refused('text')
      if (value.length > maxText) throw refused(`at most ${maxText} characters long`)
      return value
  }
}

/** A whole number for a field, the same for the same job, short enough to be read out and typed in again. */
export function randomFor(field: CustomField, seed: number): number {
  if (field.kind !== 'seed' && field.kind !== 'integer') {
    throw new AppError(
      'input.invalid',
      `"${field.key}" takes no whole number, so "random" can't be drawn for it. Give it a value.`,
      {
        detail: { input: field.key },
      },
    )
  }
  const low = Math.max(field.min ?? 0, 0)
  const high = Math.min(field.max ?? 2 ** 32 - 1, low + 2 ** 32 - 1)
  return low + (draw(`${seed}/${field.key}`, 0) % (high - low + 1))
}

/** Draws one number after the other from a text, evenly enough for choices. */
function picker(from: string): (count: number) => number {
  let turn = 0
  return (count) => draw(from, turn++) % count
}

function draw(from: string, turn: number): number {
  return createHash('sha256').update(`${from}/${turn}`).digest().readUIntBE(0, 6)
}

function unknownField(content: CustomContent, key: string): AppError {
  const node = key.slice(0, Math.max(0, key.indexOf('.')))
  const ofNode = content.fields.filter((field) => field.node === node).map((field) => field.key)
  const near = nearestNames(key, ofNode.length > 0 ? ofNode : content.fields.map((field) => field.key))
  const hint =
    near.length > 0
      ? `Did you mean ${near.join(' or ')}?`
      : ofNode.length > 0
        ? `Node ${node} has: ${ofNode.slice(0, 20).join(', ')}.`
        : 'See what it has with `recast workflows show`.'
  return new AppError('input.invalid', `This workflow has no value "${key.slice(0, 120)}". ${hint}`, {
    detail: { input: key.slice(0, 200) },
  })
}
