import type { Job } from '#shared/domain/job'
import { sizePresets, type ComposeValues } from './compose-values'

/** The panel with a job's values in it, its seed kept; undefined where the job was not composed. */
export function recalledCompose(values: ComposeValues, { id, edit, seed }: Job): ComposeValues | undefined {
  switch (edit.kind) {
    case 'generate': {
      const { size: _, ...words } = values.words
      const start = edit.level === 'sketch' ? ('sketch' as const) : ('direct_final' as const)
      // A sketch's size is a small one of the wished size; what it was wished from is not kept with it.
      const size = edit.level === 'sketch' && edit.size ? shapeOf(edit.size) : edit.size
      return {
        ...values,
        tab: 'words',
        words: { ...words, prompt: edit.prompt, negative: edit.negative ?? '', start, seed, ...(size ? { size } : {}) },
      }
    }
    case 'remix':
      return {
        ...values,
        tab: 'remix',
        remix: {
          ...values.remix,
          prompt: edit.prompt,
          negative: edit.negative ?? '',
          denoise: edit.denoise ?? values.remix.denoise,
          level: edit.level === undefined || edit.level === 'final' ? 'direct_final' : edit.level,
          count: 1,
          seed,
        },
      }
    case 'reference': {
      const { size: _, ...reference } = values.reference
      return {
        ...values,
        tab: 'reference',
        reference: {
          ...reference,
          assetIds: edit.assetIds,
          prompt: edit.prompt,
          negative: edit.negative ?? '',
          count: 1,
          seed,
          ...(edit.size ? { size: edit.size } : {}),
        },
      }
    }
    case 'story': {
      const roles = edit.roles.map((role, index) => ({ ...role, id: `${id}-role-${index}` }))
      const roleOf = (name: string | undefined): { roleId?: string } => {
        const roleId = roles.find((role) => role.name === name)?.id
        return roleId === undefined ? {} : { roleId }
      }
      const { size: _, ...story } = values.story
      return {
        ...values,
        tab: 'story',
        story: {
          ...story,
          roles,
          scenes: edit.scenes.map(({ role, text }, index) => ({
            id: `${id}-scene-${index}`,
            text,
            ...roleOf(role),
            takes:
              edit.scene === undefined || edit.scene === index
                ? [{ jobId: id, output: edit.scene === undefined ? index : 0 }]
                : [],
          })),
          style: edit.style ?? '',
          negative: edit.negative ?? '',
          seeds: edit.seeds,
          seed,
          ...(edit.size ? { size: edit.size } : {}),
        },
      }
    }
    case 'custom':
      return {
        ...values,
        tab: 'own',
        own: {
          ...values.own,
          workflowId: edit.workflowId,
          values: { ...values.own.values, [edit.workflowId]: edit.values },
          pictures: { ...values.own.pictures, [edit.workflowId]: edit.assetIds },
          count: 1,
        },
      }
    default:
      return undefined
  }
}

/** The offered size whose shape is nearest. */
function shapeOf(size: { width: number; height: number }): { width: number; height: number } | undefined {
  const shape = (each: { width: number; height: number }): number => Math.log(each.width / each.height)
  return sizePresets
    .map((preset) => preset.size)
    .toSorted((a, b) => Math.abs(shape(a) - shape(size)) - Math.abs(shape(b) - shape(size)))[0]
}
