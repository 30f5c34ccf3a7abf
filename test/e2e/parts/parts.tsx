/** The studio's parts beside each other, without the store, for tests in a real browser. What they report is in `window.parts`. */
import { useState, type ReactElement } from 'react'
import { createRoot } from 'react-dom/client'
import { I18nextProvider } from 'react-i18next'
import type { PreviewFrame } from '#shared/contract/preview-frame'
import type { Picture } from '#shared/domain/picture'
import type { Style } from '#shared/domain/style'
import { PictureCanvas } from '../../../renderer/canvas/picture-canvas'
import { PreviewHub } from '../../../renderer/canvas/preview-hub'
import type { CanvasAfter, CanvasImage, CompareMode, FileUrl } from '../../../renderer/canvas/types'
import { DragAndDrop, type DropAction } from '../../../renderer/dnd'
import { createI18n } from '../../../renderer/i18n/i18n'
import { LibraryGrid } from '../../../renderer/library/library-grid'
import { emptySelection } from '../../../renderer/library/selection'
import { StyleTiles } from '../../../renderer/styles/style-tiles'
import { VersionStrip } from '../../../renderer/versions/version-strip'
import { BareList, BareQueue } from './bare-list'
import { GalleryAlone } from './gallery-alone'
import '../../../renderer/theme/studio.css'

export interface PartsWindow {
  drops: { action: DropAction; files?: { paths: string[]; skipped: number } }[]
  calls: string[]
  pasted: string[]
  hub: PreviewHub
  push: (width: number, count: number, everyMs: number) => Promise<void>
}
declare global {
  interface Window {
    parts: PartsWindow
  }
}

const query = new URLSearchParams(location.search)
const count = Number(query.get('items') ?? 200)
document.documentElement.dataset['theme'] = query.get('theme') ?? 'dark'

const hub = new PreviewHub()
const jobId = '00000000-0000-4000-8000-000000000001'
window.parts = { drops: [], calls: [], pasted: [], hub, push: pushFrames }

/** Sends painted frames of a known colour that changes, as JPEG, as a running job does. */
async function pushFrames(width: number, frames: number, everyMs: number): Promise<void> {
  const canvas = new OffscreenCanvas(width, Math.round((width * 2) / 3))
  const context = canvas.getContext('2d')
  const photo = await createImageBitmap(await (await fetch('/files/coffee-9?w=600')).blob())
  const encoded: Uint8Array[] = []
  for (let n = 0; n < Math.min(frames, 8); n++) {
    context?.drawImage(photo, 0, 0, canvas.width, canvas.height)
    if (context) context.fillStyle = `hsl(${n * 40} 80% 50% / 0.35)`
    context?.fillRect(0, 0, canvas.width, canvas.height)
    const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.8 })
    encoded.push(new Uint8Array(await blob.arrayBuffer()))
  }
  photo.close()
  for (let n = 0; n < frames; n++) {
    const image = encoded[n % encoded.length]
    if (!image) return
    const frame: PreviewFrame = {
      header: { jobId, attemptId: jobId, mime: 'image/jpeg', width, height: canvas.height, progress: (n + 1) / frames },
      image,
    }
    hub.push(frame)
    if (everyMs > 0) await new Promise((done) => setTimeout(done, everyMs))
  }
}

const fileUrl: FileUrl = (assetId, options) =>
  assetId === 'broken' ? '/files/none' : `/files/${assetId}${options?.width ? `?w=${options.width}` : ''}`
const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
const pictures: Picture[] = Array.from({ length: count }, (_unused, n) => ({
  id: uuid(n),
  seq: count - n,
  name: n % 3 === 0 ? `coffee ${n}` : `chelsea ${n}`,
  rootAssetId: `coffee-${n}`,
  currentAssetId: n % 3 === 0 ? `coffee-${n}` : `chelsea-${n}`,
  width: n % 3 === 0 ? 600 : 451,
  height: n % 3 === 0 ? 400 : 300,
  versionCount: (n % 4) + 1,
  createdAt: 0,
}))
const titles = [
  'Clay|粘土',
  'Anime|动漫',
  'Realistic|写实',
  'Cartoon|卡通',
  'Oil painting|油画',
  'Watercolour|水彩',
  'Pencil|铅笔',
  'Pop art|波普',
]
const styles: Style[] = Array.from({ length: 34 }, (_unused, n) => {
  const [en = '', zh = ''] = (titles[n] ?? `Painter ${n - 7}|画家 ${n - 7}`).split('|')
  const id = en.toLowerCase().replaceAll(' ', '-')
  return {
    id,
    title: { en, zh },
    wording: '',
    group: n < 8 ? 'preset' : 'network',
    draft: { en: 'A network paints it.', zh: '由网络绘制。' },
  }
})
const original: CanvasImage = { assetId: 'coffee-0', width: 600, height: 400, hasAlpha: false, label: 'Original' }
const painted: CanvasImage = { assetId: 'coffee-9', width: 600, height: 400, hasAlpha: false, label: 'Oil painting' }
const versions = [
  { assetId: 'coffee-0', label: 'Original', width: 600, height: 400 },
  { assetId: 'coffee-5', fromAssetId: 'coffee-0', label: 'Pencil', width: 600, height: 400 },
  { assetId: 'coffee-9', fromAssetId: 'coffee-0', label: 'Oil painting', width: 600, height: 400 },
  { assetId: 'coffee-12', fromAssetId: 'coffee-9', label: 'Front right', width: 600, height: 400 },
]

function Page(): ReactElement {
  const [compare, setCompare] = useState<CompareMode>((query.get('compare') as CompareMode | null) ?? 'slider')
  const [selection, setSelection] = useState(emptySelection)
  const [loaded, setLoaded] = useState(Math.min(count, Number(query.get('page') ?? count)))
  const [activeStyle, setActiveStyle] = useState<string | undefined>('oil-painting')
  const [viewed, setViewed] = useState('coffee-9')
  const [resolved, setResolved] = useState(query.get('after') === 'result')
  const say = (what: string): void => void window.parts.calls.push(what)
  const state = query.get('state')
  const after: CanvasAfter | undefined =
    query.get('after') === 'none'
      ? undefined
      : {
          key: jobId,
          label: 'Oil painting',
          live: { source: hub.source(jobId), progress: 0.62 },
          image: resolved ? painted : undefined,
        }
  const open = state === 'empty' || state === 'loading' ? undefined : { pictureId: 'open', assetId: 'coffee-0', name: 'coffee' }
  return (
    <DragAndDrop
      onDrop={(action, files) => {
        void Promise.resolve(files).then((read) =>
          window.parts.drops.push({
            action,
            ...(read ? { files: { paths: read.files.map(({ path }) => path), skipped: read.skipped } } : {}),
          }),
        )
      }}
      onPaste={(files) => window.parts.pasted.push(...files.map(({ path }) => path))}
    >
      <main style={{ display: 'flex', height: '100%' }}>
        <h1 className="sr-only">Parts of the studio</h1>
        <aside
          style={{ width: 288, padding: 14, overflow: 'auto', flexShrink: 0, background: 'var(--panel)' }}
          aria-label="Style panel"
        >
          <StyleTiles
            styles={styles}
            language={query.get('language') === 'zh' ? 'zh' : 'en'}
            thumbnailUrl={(id) => `/files/coffee-${styles.findIndex((style) => style.id === id)}?w=256`}
            activeId={activeStyle}
            onChoose={(id) => {
              setActiveStyle(id)
              say(`choose ${id}`)
            }}
            onApply={(id) => say(`apply ${id}`)}
            search={query.get('search') ?? ''}
            favourites={[]}
            onFavour={(id) => say(`favour ${id}`)}
            onEdit={(id) => say(`edit ${id}`)}
            onDelete={(id) => say(`delete ${id}`)}
            onMenu={(id) => say(`menu ${id}`)}
            draft
          />
        </aside>
        <div style={{ display: 'flex', flexDirection: 'column', flex: 1, minWidth: 0 }}>
          <PictureCanvas
            picture={open}
            before={open ? (state === 'broken' ? { ...original, assetId: 'broken' } : original) : undefined}
            after={after}
            fileUrl={fileUrl}
            compare={compare}
            onCompareChange={setCompare}
            onApply={() => say('apply')}
            onDiscard={() => {
              say('discard')
              setResolved(true)
            }}
            loading={state === 'loading'}
            empty={<p>Drop product photos here</p>}
          />
          <div style={{ borderTop: '1px solid var(--line)' }}>
            <VersionStrip
              picture={{ pictureId: 'open', name: 'coffee' }}
              versions={versions}
              runs={[{ jobId, label: 'Oil painting', progress: 0.62, waiting: false, source: hub.source(jobId) }]}
              currentId="coffee-0"
              viewedId={viewed}
              fileUrl={fileUrl}
              onView={setViewed}
              onApply={(id) => say(`version apply ${id}`)}
              onCompare={(id, from) => say(`version compare ${id} ${from}`)}
              onExport={(id) => say(`version export ${id}`)}
              onUseAsStyle={(id) => say(`version style ${id}`)}
            />
          </div>
        </div>
        <aside style={{ width: 320, display: 'flex', flexShrink: 0 }} aria-label="Library panel">
          <LibraryGrid
            items={pictures.slice(0, loaded)}
            total={count}
            fileUrl={fileUrl}
            selection={selection}
            onSelectionChange={setSelection}
            currentId={uuid(2)}
            onOpen={(id) => say(`open ${id}`)}
            onNeedMore={() => {
              say(`more ${loaded}`)
              setTimeout(() => setLoaded((now) => Math.min(now + 100, count)), 5)
            }}
            onDelete={(ids) => say(`delete ${ids.length}`)}
            empty={<p>No pictures yet</p>}
          />
        </aside>
      </main>
    </DragAndDrop>
  )
}

const root = document.querySelector('#root')
const language = query.get('language') === 'zh' ? 'zh' : 'en'
if (root) {
  createRoot(root).render(
    <I18nextProvider i18n={createI18n(language)}>
      {query.get('only') === 'grid' ? (
        <GridAlone />
      ) : query.get('only') === 'gallery' ? (
        <GalleryAlone pictures={pictures} fileUrl={fileUrl} />
      ) : query.get('only') === 'gallery-bare' ? (
        <BareList pictures={pictures} fileUrl={fileUrl} minItemWidth={148} />
      ) : query.get('only') === 'queue-bare' ? (
        <BareQueue pictures={pictures} fileUrl={fileUrl} />
      ) : query.get('only') === 'bare' ? (
        <BareList pictures={pictures} fileUrl={fileUrl} />
      ) : (
        <Page />
      )}
    </I18nextProvider>,
  )
}

/** The library filling the window, for measuring. */
function GridAlone(): ReactElement {
  const [selection, setSelection] = useState(emptySelection)
  return (
    <DragAndDrop onDrop={() => undefined}>
      <div style={{ display: 'flex', height: '100%' }}>
        <LibraryGrid
          items={pictures}
          total={count}
          fileUrl={fileUrl}
          selection={selection}
          onSelectionChange={setSelection}
          onOpen={() => undefined}
        />
      </div>
    </DragAndDrop>
  )
}
