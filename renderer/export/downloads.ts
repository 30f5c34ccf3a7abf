import type { ExportFormat } from '#shared/contract/calls'
import type { Picture } from '#shared/domain/picture'
import type { ShownState } from '../state/shown'

/** Whether a format loses something, so that a quality can be chosen. */
export function hasQuality(format: ExportFormat): boolean {
  return format === 'jpeg' || format === 'webp' || format === 'avif'
}

/** Which version of each picture goes out, and its name; pictures of the same name are numbered, so that none hides another. */
export function exportItems(pictures: readonly Picture[], shown: ShownState): { assetId: string; name: string }[] {
  const used = new Map<string, number>()
  return pictures.map((picture) => {
    const times = (used.get(picture.name) ?? 0) + 1
    used.set(picture.name, times)
    return {
      assetId: shown[picture.id]?.assetId ?? picture.currentAssetId,
      name: times === 1 ? picture.name : `${picture.name}-${times}`,
    }
  })
}

/** Milliseconds between downloads: browsers drop some of those that start at once. */
const pause = 250

/** Lets the browser download these addresses, one after the other. */
export function startDownloads(urls: readonly string[]): void {
  urls.forEach((url, index) => {
    setTimeout(() => {
      const link = document.createElement('a')
      link.href = url
      link.download = ''
      document.body.append(link)
      link.click()
      link.remove()
    }, index * pause)
  })
}
