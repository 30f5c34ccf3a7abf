import type { CallHandlers } from '#shared/contract/calls'
import type { OwnStyles } from './own-styles'
import type { StyleFiles } from './style-files'

type Calls = Pick<
  CallHandlers,
  'styles.list' | 'styles.save' | 'styles.remove' | 'styles.restore' | 'styles.favour' | 'styles.export' | 'styles.import'
>

/** The calls about styles and own presets. */
export function styleHandlers({ ownStyles, styleFiles }: { ownStyles: OwnStyles; styleFiles: StyleFiles }): Calls {
  return {
    'styles.list': () => ({ styles: ownStyles.all(), marks: ownStyles.marks() }),
    'styles.save': ({ id, style }) => ownStyles.save(style, id),
    'styles.remove': ({ ids }) => ({ ids: ownStyles.remove(ids) }),
    'styles.restore': ({ ids }) => ({ styles: ownStyles.restore(ids) }),
    'styles.favour': ({ id, favourite }) => ownStyles.favour(id, favourite),
    'styles.export': ({ ids, dir }) => styleFiles.export(ids, dir),
    'styles.import': (source) => styleFiles.import(source),
  }
}
