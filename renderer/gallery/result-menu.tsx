import {
  ArrowUpToLine,
  Ban,
  Columns2,
  Download,
  FolderPlus,
  FolderMinus,
  Image,
  Images,
  Lock,
  RotateCcw,
  Star,
  Trash2,
  Undo2,
  Wand2,
} from 'lucide-react'
import type { ReactElement, RefObject } from 'react'
import type { Result } from '#shared/domain/result'
import { useWords } from '../i18n/i18n'
import { useActions, useStudio } from '../state/context'
import { PopupMenu, type MenuEntry } from '../widgets'

/** Names of files for results that leave together: the photo's name, what was done, the seed; numbered where two are alike. */
export function exportNames(results: readonly Result[]): { assetId: string; name: string }[] {
  const used = new Map<string, number>()
  return results.map(({ assetId, pictureName, label, seed }) => {
    const name = `${pictureName}_${label}_${seed}`
    const times = (used.get(name) ?? 0) + 1
    used.set(name, times)
    return { assetId, name: times === 1 ? name : `${name}-${times}` }
  })
}

/** Results that can be compared at a time. */
export const mostCompared = 9

/** What can be done with results, for the context menu and for the bar above the grid. */
export function useResultEntries(results: readonly Result[]): MenuEntry[] {
  const say = useWords()
  const actions = useActions()
  const scope = useStudio((state) => state.gallery.scope)
  const collections = useStudio((state) => state.gallery.collections) ?? []
  const [first] = results
  if (!first) return []
  const assetIds = results.map((result) => result.assetId)
  const one = results.length === 1
  if (scope.type === 'trash')
    return [
      {
        id: 'restore',
        label: say('gallery.restore'),
        icon: <RotateCcw size={14} aria-hidden />,
        onAction: () => void actions.restoreResults(results),
      },
    ]
  const rejected = results.every((result) => result.rejected)
  const star = (value: number): MenuEntry => ({
    id: `star-${value}`,
    label: value === 0 ? say('gallery.star.none') : '★'.repeat(value),
    keys: String(value),
    checked: one && first.star === value,
    onAction: () => void actions.mark(assetIds.map((assetId) => ({ assetId, star: value }))),
  })
  return [
    ...(one
      ? [
          {
            id: 'open',
            label: say('gallery.open'),
            icon: <Image size={14} aria-hidden />,
            keys: 'enter',
            onAction: () => void actions.openResult(first),
          },
          {
            id: 'remix',
            label: say('gallery.remix'),
            icon: <Wand2 size={14} aria-hidden />,
            keys: 'r',
            onAction: () => void actions.remix(first),
          },
          {
            id: 'use-seed',
            label: say('gallery.useSeed'),
            icon: <Lock size={14} aria-hidden />,
            onAction: () => actions.reuseSeed(first),
          },
          {
            id: 'use-all',
            label: say('gallery.useAll'),
            icon: <Undo2 size={14} aria-hidden />,
            onAction: () => void actions.reuseAll(first),
          },
          {
            id: 'of-picture',
            label: say('gallery.ofPicture'),
            icon: <Images size={14} aria-hidden />,
            onAction: () => actions.setGalleryFilter({ pictureId: first.pictureId }),
          },
        ]
      : [
          {
            id: 'compare',
            label: say('gallery.compare'),
            icon: <Columns2 size={14} aria-hidden />,
            keys: 'c',
            disabled: results.length > mostCompared,
            onAction: () => actions.compareResults(results),
          },
        ]),
    {
      id: 'star',
      label: say('gallery.star'),
      icon: <Star size={14} aria-hidden />,
      separator: true,
      children: [5, 4, 3, 2, 1, 0].map(star),
    },
    {
      id: 'reject',
      label: say(rejected ? 'gallery.unreject' : 'gallery.reject'),
      icon: <Ban size={14} aria-hidden />,
      keys: 'x',
      onAction: () => void actions.mark(assetIds.map((assetId) => ({ assetId, rejected: !rejected }))),
    },
    ...(collections.length > 0
      ? [
          {
            id: 'collect',
            label: say('gallery.collection.add'),
            icon: <FolderPlus size={14} aria-hidden />,
            children: collections.map((collection) => ({
              id: collection.id,
              label: collection.name,
              onAction: () => void actions.addToCollection(collection.id, results),
            })),
          },
        ]
      : []),
    ...(scope.type === 'collection'
      ? [
          {
            id: 'to-front',
            label: say('gallery.collection.first'),
            icon: <ArrowUpToLine size={14} aria-hidden />,
            onAction: () => void actions.moveToFront(scope.id, results),
          },
          {
            id: 'uncollect',
            label: say('gallery.collection.drop'),
            icon: <FolderMinus size={14} aria-hidden />,
            onAction: () => void actions.dropFromCollection(scope.id, results),
          },
        ]
      : []),
    {
      id: 'export',
      label: say('gallery.export'),
      icon: <Download size={14} aria-hidden />,
      keys: 'mod+e',
      onAction: () => actions.openDialog({ type: 'exportResults', items: exportNames(results) }),
    },
    {
      id: 'trash',
      label: say('gallery.toTrash'),
      icon: <Trash2 size={14} aria-hidden />,
      keys: 'delete',
      separator: true,
      danger: true,
      onAction: () => void actions.trashResults(assetIds),
    },
  ]
}

/** The context menu of a result, or of the selection that it is part of. */
export function ResultMenu(props: {
  results: readonly Result[]
  open: boolean
  anchor: RefObject<HTMLElement | null>
  onClose: () => void
}): ReactElement {
  const say = useWords()
  const entries = useResultEntries(props.results)
  return (
    <PopupMenu label={say('gallery.menu')} entries={entries} open={props.open} anchor={props.anchor} onClose={props.onClose} />
  )
}
