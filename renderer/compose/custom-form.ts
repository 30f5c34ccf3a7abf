import type { CustomField, CustomFieldRole, CustomWorkflowDetail } from '#shared/domain/custom-workflow'
import type { OwnValue, OwnValues } from './compose-values'
import type { Wanted } from './submissions'

/** A form's fields: those that matter first, the rest by the nodes that they belong to. */
export interface CustomForm {
  main: readonly CustomField[]
  more: readonly { group: string; fields: readonly CustomField[] }[]
}

/** Roles in the order in which a form asks for them. */
const mainRoles: readonly CustomFieldRole[] = [
  'prompt',
  'negative',
  'picture',
  'width',
  'height',
  'steps',
  'cfg',
  'denoise',
  'sampler',
  'scheduler',
  'seed',
]
/** A workflow of few fields shows all of them. */
const fewFields = 8

/** Sorts the fields of a workflow for its form. */
export function customForm(fields: readonly CustomField[]): CustomForm {
  const place = (field: CustomField): number => {
    if (field.kind === 'picture') return mainRoles.indexOf('picture')
    return field.role === undefined ? -1 : mainRoles.indexOf(field.role)
  }
  if (fields.length <= fewFields) {
    const end = mainRoles.length
    const at = (field: CustomField): number => (place(field) < 0 ? end : place(field))
    return { main: fields.toSorted((a, b) => at(a) - at(b)), more: [] }
  }
  const main = fields.filter((field) => place(field) >= 0).toSorted((a, b) => place(a) - place(b))
  const groups = new Map<string, CustomField[]>()
  for (const field of fields) {
    if (place(field) >= 0) continue
    groups.set(field.group, [...(groups.get(field.group) ?? []), field])
  }
  return { main, more: [...groups].map(([group, rest]) => ({ group, fields: rest })) }
}

/** What a field of the form holds: what was typed, else what the workflow has; a seed is a new one each time until it is kept. */
export function fieldValue(field: CustomField, values: Readonly<Record<string, OwnValue>> | undefined): OwnValue {
  return values?.[field.key] ?? (field.kind === 'seed' ? { random: true } : field.default)
}

/**
 * What a field is called: by its own label, and where that does not tell it from another of the form, after its node, by what the sampler
 * takes it for (ComfyUI's own words: positive, negative), or after the node's number.
 */
export function fieldLabel(field: CustomField, fields: readonly CustomField[]): string {
  const ways: ((each: CustomField) => string)[] = [
    ({ label }) => label,
    ({ group, label }) => `${group} · ${label}`,
    ({ group, label, role }) => `${group} · ${role === 'prompt' ? 'positive' : role === 'negative' ? 'negative' : label}`,
    ({ group, label, node }) => `${group} #${node} · ${label}`,
  ]
  const tells = ways.find((way) => !fields.some((other) => other.key !== field.key && way(other) === way(field)))
  return (tells ?? ways.at(-1) ?? ways[0])?.(field) ?? field.label
}

/**
 * What a run of the form asks for. A picture field that nothing was put into takes the open picture: the first such one, so that the
 * result becomes a version of it.
 */
export function customWanted(
  workflow: Pick<CustomWorkflowDetail, 'id' | 'fields'>,
  own: OwnValues,
  open: { pictureId: string; assetId?: string } | undefined,
): Wanted {
  const given = own.values[workflow.id] ?? {}
  const held = own.pictures[workflow.id] ?? {}
  const nodes = workflow.fields.filter(({ kind }) => kind === 'picture').map(({ node }) => node)
  const assetIds = Object.fromEntries(Object.entries(held).filter(([node]) => nodes.includes(node)))
  const empty = nodes.find((node) => assetIds[node] === undefined)
  const values: Record<string, OwnValue> = {}
  for (const field of workflow.fields) {
    if (field.kind === 'picture') continue
    const value = given[field.key]
    if (value !== undefined) values[field.key] = value
    else if (field.kind === 'seed') values[field.key] = { random: true }
  }
  return {
    ...(empty !== undefined && open ? { pictures: [open] } : {}),
    edits: [
      {
        kind: 'custom',
        workflowId: workflow.id,
        values,
        assetIds,
        ...(empty !== undefined && open ? { pictureNode: empty } : {}),
      },
    ],
    count: own.count,
  }
}

/** The picture fields that nothing would be put into. */
export function emptyPictures(
  workflow: Pick<CustomWorkflowDetail, 'id' | 'fields'>,
  own: OwnValues,
  hasOpen: boolean,
): readonly CustomField[] {
  const held = own.pictures[workflow.id] ?? {}
  const empty = workflow.fields.filter(({ kind, node }) => kind === 'picture' && held[node] === undefined)
  return hasOpen ? empty.slice(1) : empty
}
