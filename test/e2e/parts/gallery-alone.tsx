import { useEffect, useMemo, useState, useSyncExternalStore, type ReactElement } from 'react'
import type { CallInput } from '#shared/contract/calls'
import type { Picture } from '#shared/domain/picture'
import type { Result } from '#shared/domain/result'
import type { FileUrl } from '../../../renderer/canvas/types'
import { DragAndDrop } from '../../../renderer/dnd'
import { GalleryGrid } from '../../../renderer/gallery/gallery-grid'
import { createGallerySource } from '../../../renderer/gallery/gallery-source'

const labelOf = (result: Result): string => result.label
const nameOf = (result: Result | undefined): string => (result ? `${result.label}, ${result.pictureName}` : 'Loading')

/** The gallery's grid filling the window, over an app that answers pages after as long as the real one takes (8 ms), for measuring. */
export function GalleryAlone({ pictures, fileUrl }: { pictures: readonly Picture[]; fileUrl: FileUrl }): ReactElement {
  const [source] = useState(() => {
    const call = async (_name: string, { offset = 0, limit = 100 }: CallInput<'results.search'>) => {
      await new Promise((done) => setTimeout(done, 8))
      const items = pictures.slice(offset, offset + limit).map((picture): Result => ({
        seq: picture.seq,
        assetId: picture.currentAssetId,
        jobId: picture.id,
        pictureId: picture.id,
        pictureName: picture.name,
        width: picture.width,
        height: picture.height,
        kind: 'style',
        label: picture.name,
        engine: 'draft',
        workflow: '',
        seed: picture.seq,
        star: picture.seq % 6,
        rejected: false,
        madeAt: 0,
      }))
      return { items, total: pictures.length }
    }
    return createGallerySource({ call: call as never, thumbnails: () => Promise.resolve(new Map()) }, () => undefined)
  })
  useEffect(() => source.setFilter({}), [source])
  const pages = useSyncExternalStore(source.subscribe, source.getPages)
  const selected = useMemo(() => new Set<string>(), [])
  const [active, setActive] = useState(0)
  return (
    <DragAndDrop onDrop={() => undefined}>
      <div style={{ display: 'flex', height: '100%' }}>
        <GalleryGrid
          pages={pages}
          fileUrl={fileUrl}
          label="Results"
          selected={selected}
          activeIndex={active}
          labelOf={labelOf}
          nameOf={nameOf}
          onLook={source.want}
          onReach={setActive}
          onOpen={() => undefined}
          onSelectAll={() => undefined}
          onSelectNone={() => undefined}
          onKey={() => false}
          onContextMenu={() => undefined}
          dragged={(result) => [result]}
        />
      </div>
    </DragAndDrop>
  )
}
