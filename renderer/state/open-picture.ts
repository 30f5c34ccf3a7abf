import type { Picture, Version } from '#shared/domain/picture'
import type { StudioState } from './studio-state'

/** The picture on the canvas. */
export function openPicture(state: Pick<StudioState, 'selection' | 'pictures'>): Picture | undefined {
  const { openId } = state.selection
  return openId === undefined ? undefined : state.pictures.byId[openId]
}

/** The asset on the canvas: the result or version that is looked at, else the picture's current version. */
export function shownAssetId(state: StudioState): string | undefined {
  const picture = openPicture(state)
  return picture && (state.shown[picture.id]?.assetId ?? picture.currentAssetId)
}

/** The version on the canvas, once the versions are loaded. */
export function shownVersion(state: StudioState): Version | undefined {
  const picture = openPicture(state)
  const assetId = shownAssetId(state)
  return picture && state.pictures.versions[picture.id]?.find((version) => version.asset.id === assetId)
}
