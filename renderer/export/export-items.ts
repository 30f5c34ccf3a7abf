import type { Picture } from '#shared/domain/picture'
import type { ShownState } from '../state/shown'

/** Which version of each picture goes out, and what it is called. Names that are alike are told apart by the plan of the export. */
export function exportItems(pictures: readonly Picture[], shown: ShownState): { assetId: string; name: string }[] {
  return pictures.map((picture) => ({
    assetId: shown[picture.id]?.assetId ?? picture.currentAssetId,
    name: picture.name,
  }))
}
