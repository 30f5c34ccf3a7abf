import { Ban, Folder, Images, Plus, Star, Trash2 } from 'lucide-react'
import { useEffect, useRef, useState, type ReactElement, type ReactNode } from 'react'
import type { Collection } from '#shared/domain/result'
import { PanelHeading } from '../frame/side-panel'
import { PanelHelp } from '../help/panel-help'
import { count } from '../i18n/format'
import { useWords } from '../i18n/i18n'
import { useActions, useClient, useStudio } from '../state/context'
import type { GalleryScope } from '../state/gallery'
import { classes, IconButton, PopupMenu } from '../widgets'

/** The left panel while the gallery is shown: its parts and the collections. */
export function GallerySidebar(): ReactElement {
  const say = useWords()
  const { loadCollections, createCollection } = useActions()
  const collections = useStudio((state) => state.gallery.collections)
  const selected = useStudio((state) => state.gallery.selected)
  const ready = useStudio((state) => state.ready)
  const [naming, setNaming] = useState<'new' | string>()
  const known = collections !== undefined
  useEffect(() => {
    if (ready && !known) void loadCollections()
  }, [ready, known, loadCollections])
  return (
    <div className="flex min-h-0 flex-1 flex-col overflow-y-auto px-3 py-2" data-testid="gallery-sidebar">
      <div className="px-1">
        <PanelHeading title={say('gallery.title')}>
          <PanelHelp topic="gallery" />
        </PanelHeading>
      </div>
      <nav aria-label={say('gallery.scope')} className="flex flex-col gap-px">
        <Scope scope={{ type: 'all' }} icon={<Images size={15} aria-hidden />} label={say('gallery.all')} />
        <Scope scope={{ type: 'starred' }} icon={<Star size={15} aria-hidden />} label={say('gallery.starred')} />
        <Scope scope={{ type: 'rejected' }} icon={<Ban size={15} aria-hidden />} label={say('gallery.rejected')} />
        <Scope scope={{ type: 'trash' }} icon={<Trash2 size={15} aria-hidden />} label={say('gallery.trash')} />
      </nav>
      <div className="mt-3 px-1">
        <PanelHeading title={say('gallery.collections')}>
          <IconButton
            size="s"
            label={say('gallery.collection.new')}
            icon={<Plus size={15} aria-hidden />}
            onPress={() => setNaming('new')}
            data-testid="collection-new"
          />
        </PanelHeading>
      </div>
      {naming === 'new' ? (
        <NameEntry
          first=""
          onDone={(name) => {
            setNaming(undefined)
            if (name !== undefined) void createCollection(name, selected)
          }}
        />
      ) : null}
      <nav aria-label={say('gallery.collections')} className="flex flex-col gap-px">
        {(collections ?? []).map((collection) =>
          naming === collection.id ? (
            <Rename key={collection.id} collection={collection} onDone={() => setNaming(undefined)} />
          ) : (
            <CollectionEntry key={collection.id} collection={collection} onRename={() => setNaming(collection.id)} />
          ),
        )}
      </nav>
      {known && collections.length === 0 && naming === undefined ? (
        <p className="px-1 text-s text-muted">{say('gallery.collections.none')}</p>
      ) : null}
    </div>
  )
}

function sameScope(a: GalleryScope, b: GalleryScope): boolean {
  return a.type === b.type && (a.type !== 'collection' || b.type !== 'collection' || a.id === b.id)
}

function Scope(props: { scope: GalleryScope; icon: ReactNode; label: string; trailing?: string }): ReactElement {
  const { showGallery } = useActions()
  const on = useStudio((state) => sameScope(state.gallery.scope, props.scope))
  return (
    <button
      type="button"
      aria-current={on ? 'page' : undefined}
      data-testid={`scope-${props.scope.type}`}
      onClick={() => showGallery(props.scope)}
      className={classes(
        'flex h-8 w-full min-w-0 items-center gap-2 rounded-m px-2 text-left transition-colors duration-120',
        on ? 'bg-raised text-accent-text' : 'text-text hover:bg-hover',
      )}
    >
      {props.icon}
      <span className="min-w-0 flex-1 truncate">{props.label}</span>
      {props.trailing ? <span className="text-s text-muted">{props.trailing}</span> : null}
    </button>
  )
}

function CollectionEntry(props: { collection: Collection; onRename: () => void }): ReactElement {
  const say = useWords()
  const client = useClient()
  const { removeCollection } = useActions()
  const { collection } = props
  const [open, setOpen] = useState(false)
  const anchor = useRef<HTMLDivElement>(null)
  return (
    <div
      ref={anchor}
      role="presentation"
      data-testid="collection"
      onContextMenu={(event) => {
        event.preventDefault()
        setOpen(true)
      }}
      onKeyDown={(event) => {
        if (event.key === 'F2') props.onRename()
        else return
        event.preventDefault()
      }}
    >
      <Scope
        scope={{ type: 'collection', id: collection.id }}
        icon={
          collection.coverAssetId === undefined ? (
            <Folder size={15} aria-hidden />
          ) : (
            <img
              src={client.fileUrl(collection.coverAssetId, { width: 128 })}
              alt=""
              className="-ml-1 size-6 rounded-s object-cover"
            />
          )
        }
        label={collection.name}
        trailing={count(collection.count, say.language)}
      />
      <PopupMenu
        label={say('gallery.collection.menu', { name: collection.name })}
        open={open}
        onClose={() => setOpen(false)}
        anchor={anchor}
        entries={[
          { id: 'rename', label: say('gallery.collection.rename'), keys: 'f2', onAction: props.onRename },
          {
            id: 'remove',
            label: say('gallery.collection.remove'),
            danger: true,
            separator: true,
            onAction: () => void removeCollection(collection.id),
          },
        ]}
      />
    </div>
  )
}

function Rename(props: { collection: Collection; onDone: () => void }): ReactElement {
  const { renameCollection } = useActions()
  return (
    <NameEntry
      first={props.collection.name}
      onDone={(name) => {
        props.onDone()
        if (name !== undefined && name !== props.collection.name) void renameCollection(props.collection.id, name)
      }}
    />
  )
}

/** Enter takes the name, Escape and leaving an empty one give it up. */
function NameEntry(props: { first: string; onDone: (name: string | undefined) => void }): ReactElement {
  const say = useWords()
  const [name, setName] = useState(props.first)
  const done = useRef(false)
  const end = (value: string | undefined): void => {
    if (done.current) return
    done.current = true
    props.onDone(value === undefined || value.trim() === '' ? undefined : value.trim())
  }
  return (
    <input
      // oxlint-disable-next-line jsx-a11y/no-autofocus -- it appears where the user has just asked for it
      autoFocus
      value={name}
      maxLength={120}
      aria-label={say('gallery.collection.name')}
      placeholder={say('gallery.collection.name')}
      data-testid="collection-name"
      onChange={(event) => setName(event.target.value)}
      onKeyDown={(event) => {
        if (event.nativeEvent.isComposing) return
        if (event.key === 'Enter') end(name)
        if (event.key === 'Escape') end(undefined)
      }}
      onBlur={() => end(name)}
      className="mb-1 h-8 w-full rounded-m border border-line bg-raised px-2.5 text-text placeholder:text-muted focus:border-accent"
    />
  )
}
