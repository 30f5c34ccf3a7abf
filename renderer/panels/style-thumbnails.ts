import { useEffect, useState } from 'react'
import type { Style } from '#shared/domain/style'
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
  const [own, setOwn] = useState<{ assetId: string | undefined; urls: ReadonlyMap<string, string> }>({
    assetId: undefined,
    urls: new Map(),
  })
  useEffect(() => {
    if (assetId === undefined || busy) return undefined
    const known = own.assetId === assetId ? own.urls : new Map<string, string>()
    const wanted = styles.filter((style) => !known.has(style.id))
    if (wanted.length === 0) return undefined
    let stopped = false
    const loading = new Set<HTMLImageElement>()
    const next = (): void => {
      const style = wanted.shift()
      if (!style || stopped) return
      const url = fileUrl(assetId, { styleId: style.id, width: 256 })
      const image = new Image()
      loading.add(image)
      const done = (loaded: boolean): void => {
        loading.delete(image)
        if (stopped) return
        if (loaded)
          setOwn((before) => ({
            assetId,
            urls: new Map(before.assetId === assetId ? before.urls : []).set(style.id, url),
          }))
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
    // What is drawn already is read once per start; a finished drawing must not start everything again.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [styles, assetId, fileUrl, busy])
  return (styleId) => (own.assetId === assetId ? own.urls.get(styleId) : undefined) ?? samples.get(styleId.replaceAll('-', '_'))
}
