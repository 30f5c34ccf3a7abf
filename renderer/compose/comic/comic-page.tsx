import { Download } from 'lucide-react'
import { useEffect, useMemo, useRef, useState, type ReactElement } from 'react'
import { useWords } from '../../i18n/i18n'
import { useActions, useClient, useStudio } from '../../state/context'
import { Button, Segmented, TextEntry } from '../../widgets'
import type { PageValues } from '../compose-values'
import { drawPage, type PageScene } from './draw-page'

/** A scene of the page before its picture is loaded. */
export interface PageSource {
  assetId: string | undefined
  text: string
}

/** Pictures are drawn at most this wide on the page. */
const pictureWidth = 1536

/** The comic page of a story, drawn anew as its scenes come, with its layout, its captions, and its export. */
export function ComicPage({ sources }: { sources: readonly PageSource[] }): ReactElement {
  const say = useWords()
  const { setCompose, fail } = useActions()
  const page = useStudio((state) => state.ui.compose.story.page)
  const canvas = useRef<HTMLCanvasElement>(null)
  const images = useImages(sources)
  const scenes = useMemo(
    () =>
      sources.map(({ assetId, text }, index): PageScene => ({
        image: assetId === undefined ? undefined : images.get(assetId),
        text,
        number: index + 1,
      })),
    [sources, images],
  )
  const drawn = scenes.filter(({ image }) => image).length
  useEffect(() => {
    const element = canvas.current
    if (!element) return
    drawPage(element, scenes, page)
    element.dataset['drawn'] = String(drawn)
  }, [scenes, page, drawn])
  const change = (patch: Partial<PageValues>): void => setCompose('story', { page: { ...page, ...patch } })
  const save = async (): Promise<void> => {
    const element = canvas.current
    if (!element) return
    try {
      await download(element, fileName(page.title) || say('compose.page.file'))
    } catch (thrown) {
      fail(thrown)
    }
  }
  return (
    <section aria-label={say('compose.page')} className="flex flex-col gap-3" data-testid="comic">
      <div className="flex flex-wrap items-end gap-3">
        <TextEntry
          label={say('compose.page.title')}
          value={page.title}
          onChange={(title) => change({ title: title.slice(0, 120) })}
          placeholder={say('compose.page.title.placeholder')}
          className="min-w-36 max-w-80 flex-1"
          data-testid="page-title"
        />
        <Choice label={say('compose.page.layout')}>
          <Segmented
            label={say('compose.page.layout')}
            value={page.layout}
            onChange={(layout) => change({ layout })}
            items={(['grid', 'lead', 'rows', 'strip'] as const).map((id) => ({
              id,
              label: say(`compose.page.layout.${id}`),
              testId: `page-${id}`,
            }))}
          />
        </Choice>
        <Choice label={say('compose.page.captions')}>
          <Segmented
            label={say('compose.page.captions')}
            value={page.captions}
            onChange={(captions) => change({ captions })}
            items={(['below', 'over', 'none'] as const).map((id) => ({
              id,
              label: say(`compose.page.captions.${id}`),
              testId: `captions-${id}`,
            }))}
          />
        </Choice>
        <Button
          kind="primary"
          className="ml-auto"
          icon={<Download size={14} aria-hidden />}
          isDisabled={drawn === 0}
          onPress={() => void save()}
          data-testid="page-export"
        >
          {say('compose.page.export')}
        </Button>
      </div>
      <canvas
        ref={canvas}
        // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- an <img> can't be drawn on
        role="img"
        aria-label={say('compose.page.described', { count: sources.length, drawn })}
        data-testid="comic-page"
        className="mx-auto block w-full max-w-200 rounded-s border border-line"
      />
    </section>
  )
}

function Choice(props: { label: string; children: ReactElement }): ReactElement {
  return (
    <div className="flex flex-col gap-1">
      <span aria-hidden className="text-muted">
        {props.label}
      </span>
      {props.children}
    </div>
  )
}

/** The decoded pictures of a page; one that is not needed any more is let go. */
function useImages(sources: readonly PageSource[]): ReadonlyMap<string, ImageBitmap> {
  const client = useClient()
  const [images, setImages] = useState<ReadonlyMap<string, ImageBitmap>>(new Map())
  const held = useRef(new Map<string, ImageBitmap>())
  const wanted = [...new Set(sources.flatMap(({ assetId }) => assetId ?? []))].join(' ')
  useEffect(() => {
    const controller = new AbortController()
    const ids = wanted === '' ? [] : wanted.split(' ')
    const known = held.current
    for (const [id, image] of known)
      if (!ids.includes(id)) {
        image.close()
        known.delete(id)
      }
    const load = async (id: string): Promise<void> => {
      try {
        const answer = await fetch(client.fileUrl(id, { width: pictureWidth }), { signal: controller.signal })
        const image = await createImageBitmap(await answer.blob())
        if (controller.signal.aborted) return image.close()
        known.set(id, image)
        setImages(new Map(known))
      } catch {
        // Its place on the page says its number until it can be loaded.
      }
    }
    setImages(new Map(known))
    for (const id of ids) if (!known.has(id)) void load(id)
    return () => controller.abort()
  }, [wanted, client])
  useEffect(() => {
    const known = held.current
    return () => {
      for (const image of known.values()) image.close()
      known.clear()
    }
  }, [])
  return images
}

/** A title as the name of a file on any system. */
function fileName(title: string): string {
  return title
    .trim()
    .replaceAll(/[<>:"/\\|?*\p{Cc}]/gu, '_')
    .replace(/[. ]+$/u, '')
    .slice(0, 80)
}

async function download(canvas: HTMLCanvasElement, name: string): Promise<void> {
  const file = await new Promise<Blob>((done, failed) =>
    canvas.toBlob((blob) => (blob ? done(blob) : failed(new Error('The page is too large for a picture.'))), 'image/png'),
  )
  const url = URL.createObjectURL(file)
  const link = document.createElement('a')
  link.href = url
  link.download = `${name}.png`
  document.body.append(link)
  link.click()
  link.remove()
  // The browser reads it after the click; a minute is long for that and short for memory.
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
