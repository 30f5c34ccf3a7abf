import { Brush, Download, Image, Palette, Trash2 } from 'lucide-react'
import { useEffect, useMemo, useRef, useState, type ReactElement, type RefObject } from 'react'
import type { Picture } from '#shared/domain/picture'
import { LibraryGrid } from '../library/library-grid'
import type { Selection } from '../library/selection'
import { count } from '../i18n/format'
import { useWords } from '../i18n/i18n'
import { useActions, useClient, useStudio } from '../state/context'
import { Button, PopupMenu, SearchEntry, type MenuEntry } from '../widgets'
import { EmptyLibrary } from './empty-library'

/** Milliseconds after the last key before the library is searched. */
const searchPause = 180

/** The library: search, count, selection, and the grid with its context menu. */
export function LibraryPlace(): ReactElement {
  const client = useClient()
  const { openPicture, select, loadMorePictures, trash } = useActions()
  const pictures = useStudio((state) => state.pictures)
  const search = useStudio((state) => state.search)
  const ready = useStudio((state) => state.ready)
  const selected = useStudio((state) => state.selection.selected)
  const openId = useStudio((state) => state.selection.openId)
  const [place, setPlace] = useState<Pick<Selection, 'active' | 'anchor'>>({ active: undefined, anchor: undefined })
  const [menu, setMenu] = useState<string | undefined>(undefined)
  const anchor = useRef<HTMLElement | null>(null)

  const order = search?.order ?? pictures.order
  const items = useMemo(
    () => order.flatMap((id): Picture[] => (pictures.byId[id] ? [pictures.byId[id]] : [])),
    [order, pictures.byId],
  )
  const selection = useMemo<Selection>(() => ({ ids: new Set(selected), ...place }), [selected, place])
  const total = search?.total ?? pictures.total
  return (
    <>
      <LibraryGrid
        items={items}
        total={total}
        fileUrl={client.fileUrl}
        selection={selection}
        onSelectionChange={(next) => {
          select([...next.ids])
          setPlace({ active: next.active, anchor: next.anchor })
        }}
        currentId={openId}
        onOpen={openPicture}
        onNeedMore={() => void loadMorePictures()}
        loading={!ready}
        onContextMenu={(id, element) => {
          anchor.current = element
          setMenu(id)
        }}
        onDelete={(ids) => void trash(ids)}
        header={pictures.total > 0 || search ? <LibraryHeader total={total} /> : null}
        empty={search ? <NoMatch text={search.text} /> : <EmptyLibrary />}
      />
      <PictureMenu id={menu} anchor={anchor} onClose={() => setMenu(undefined)} />
    </>
  )
}

function LibraryHeader(props: { total: number }): ReactElement {
  const say = useWords()
  const { searchLibrary, select } = useActions()
  const selected = useStudio((state) => state.selection.selected.length)
  const [text, setText] = useState(useStudio((state) => state.search?.text ?? ''))
  useEffect(() => {
    const timer = setTimeout(() => void searchLibrary(text), searchPause)
    return () => clearTimeout(timer)
  }, [text, searchLibrary])
  return (
    <div className="flex h-12 shrink-0 items-center gap-3 px-4">
      <SearchEntry
        label={say('library.search')}
        clearLabel={say('style.search.clear')}
        value={text}
        onChange={setText}
        className="w-56 min-w-0 shrink"
        data-testid="library-search"
      />
      <span className="truncate text-s text-muted" data-testid="library-count">
        {selected > 0
          ? say('library.selected', { count: selected })
          : say('library.count', { count: props.total }).replace(String(props.total), count(props.total, say.language))}
      </span>
      {selected > 0 ? (
        <Button size="s" kind="quiet" onPress={() => select([])} data-testid="select-none">
          {say('library.selectNone')}
        </Button>
      ) : null}
    </div>
  )
}

function NoMatch(props: { text: string }): ReactElement {
  const say = useWords()
  return <p className="text-muted">{say('library.none', { search: props.text })}</p>
}

/** What can be done with a picture of the grid, or with the selection that it is part of. */
function PictureMenu(props: {
  id: string | undefined
  anchor: RefObject<HTMLElement | null>
  onClose: () => void
}): ReactElement {
  const say = useWords()
  const { openPicture, restyle, openDialog, trash, takeStyleOf } = useActions()
  const styles = useStudio((state) => state.styles)
  const selected = useStudio((state) => state.selection.selected)
  const { id } = props
  const ids = id === undefined ? [] : selected.includes(id) ? selected : [id]
  const asset = useStudio((state) => state.pictures.byId[id ?? '']?.currentAssetId)
  const openId = useStudio((state) => state.selection.openId)
  // The others of the selection, or the picture that is open: the style goes from this one onto them.
  const among = selected.length > 1 ? selected : openId === undefined ? [] : [openId]
  const others = among.filter((other) => other !== id)
  const entries: MenuEntry[] = [
    {
      id: 'open',
      label: say('center.canvas'),
      icon: <Image size={14} aria-hidden />,
      keys: 'enter',
      onAction: () => (id === undefined ? undefined : openPicture(id)),
    },
    {
      id: 'restyle',
      label: say('library.applyStyle'),
      icon: <Brush size={14} aria-hidden />,
      children: styles.map((style) => ({
        id: `style-${style.id}`,
        label: style.title[say.language],
        onAction: () => void restyle({ styleId: style.id }, ids),
      })),
    },
    {
      id: 'use-as-style',
      label: say('library.useAsStyle'),
      icon: <Palette size={14} aria-hidden />,
      disabled: asset === undefined,
      onAction: () => (asset === undefined ? undefined : takeStyleOf(asset)),
    },
    {
      id: 'apply-as-style',
      label: say('library.applyAsStyle', { count: others.length }),
      icon: <Palette size={14} aria-hidden />,
      disabled: asset === undefined || others.length === 0,
      onAction: () => {
        if (asset === undefined) return
        takeStyleOf(asset)
        void restyle({ styleAssetId: asset }, others)
      },
    },
    {
      id: 'export',
      label: say('canvas.export'),
      icon: <Download size={14} aria-hidden />,
      keys: 'mod+e',
      onAction: () => openDialog({ type: 'export', pictureIds: ids }),
    },
    {
      id: 'trash',
      label: say('library.trash'),
      icon: <Trash2 size={14} aria-hidden />,
      keys: 'delete',
      separator: true,
      danger: true,
      onAction: () => void trash(ids),
    },
  ]
  return (
    <PopupMenu
      label={say('library.title')}
      entries={entries}
      open={id !== undefined}
      anchor={props.anchor}
      onClose={props.onClose}
    />
  )
}
