import { useEffect, useMemo, useState } from 'react'
import type { Style } from '#shared/domain/style'
import { draftLook } from '#shared/styles/draft-look'
import type { FileUrl } from '../canvas/types'

/** The sample photo in each style, drawn when Recast was built: there before anything else is. */
const drawn = import.meta.glob<string>('../../resources/styles/*.webp', { eager: true, query: '?url', import: 'default' })
const samples = new Map(
  Object.entries(drawn).map(([path, url]) => [
    path
      .replace(/^.*\//u, '')
      .replace(/\.webp$/u, '')
      .replaceAll('-', '_'),
    url,
  ]),
)

/** What was drawn of the last photos, so that a tile that was seen once is there at once. */
const remembered = new Map<string, ReadonlyMap<string, string>>()
const photosRemembered = 30

function remember(assetId: string, urls: ReadonlyMap<string, string>): void {
  remembered.delete(assetId)
  remembered.set(assetId, urls)
  for (const oldest of remembered.keys()) {
    if (remembered.size <= photosRemembered) break
    remembered.delete(oldest)
  }
}

/** What a preset's tile shows whatever photo is at hand: its sample, else the picture whose style it takes. */
function ownPicture({ own }: Style): string | undefined {
  return own?.sampleAssetId ?? own?.styleAssetId
}

/** The look that is drawn for a style. */
function keyOf({ id, own }: Style): string {
  return own ? draftLook(own) : id
}

/** Drawings asked for at a time: jobs of the user go first on the same processor. */
const atATime = 2
/** Milliseconds that a picture is looked at before tiles are drawn from it. */
const settle = 350

/**
 * The pictures of the style tiles: drawn from the photo at hand as soon as each is ready, else from the sample. A tile never goes blank:
 * the new drawing takes the old one's place only once it is loaded. While jobs run no drawing is begun.
 */
export function useStyleThumbnails(
  styles: readonly Style[],
  assetId: string | undefined,
  fileUrl: FileUrl,
  busy: boolean,
): (styleId: string) => string | undefined {
  /** Counts the drawings that came, to show them. */
  const [, setDrawn] = useState(0)
  useEffect(() => {
    if (assetId === undefined || busy) return undefined
    const wanted = styles.filter((style) => !ownPicture(style) && !remembered.get(assetId)?.has(keyOf(style)))
    if (wanted.length === 0) return undefined
    let stopped = false
    const loading = new Set<HTMLImageElement>()
    const next = (): void => {
      const style = wanted.shift()
      if (!style || stopped) return
      const url = fileUrl(assetId, { styleId: keyOf(style), width: 256 })
      const image = new Image()
      loading.add(image)
      const done = (loaded: boolean): void => {
        loading.delete(image)
        if (stopped) return
        if (loaded) {
          remember(assetId, new Map(remembered.get(assetId)).set(keyOf(style), url))
          setDrawn((count) => count + 1)
        }
        next()
      }
      image.onload = () => done(true)
      // No drawing: the sample's stays, which is what it is there for.
      image.onerror = () => done(false)
      image.src = url
    }
    const timer = setTimeout(() => {
      for (let i = 0; i < atATime; i++) next()
    }, settle)
    return () => {
      stopped = true
      clearTimeout(timer)
      // Takes back what was asked for and is not wanted any more.
      for (const image of loading) image.src = ''
    }
  }, [styles, assetId, fileUrl, busy])
  const own = assetId === undefined ? undefined : remembered.get(assetId)
  const byId = useMemo(() => new Map(styles.map((style) => [style.id, style])), [styles])
  return (styleId) => {
    const style = byId.get(styleId)
    const picture = style && ownPicture(style)
    if (picture !== undefined) return fileUrl(picture, { width: 256 })
    const key = style ? keyOf(style) : styleId
    return own?.get(key) ?? samples.get(key.replaceAll('-', '_'))
  }
}
