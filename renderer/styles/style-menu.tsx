import { Brush, Copy, Download, Pencil, Star, Trash2 } from 'lucide-react'
import type { ReactElement, RefObject } from 'react'
import { useWords } from '../i18n/i18n'
import { useActions, useStudio } from '../state/context'
import { PopupMenu, type MenuEntry } from '../widgets'

/** What can be done with a style: its context menu. */
export function StyleMenu(props: {
  styleId: string | undefined
  anchor: RefObject<HTMLElement | null>
  onApply: (styleId: string) => void
  onClose: () => void
}): ReactElement {
  const say = useWords()
  const { favourStyle, openDialog, exportStyles, removeStyle } = useActions()
  const style = useStudio((state) => state.styles.find(({ id }) => id === props.styleId))
  const isFavourite = useStudio((state) => state.styleMarks.favourites.includes(props.styleId ?? ''))
  const entries: MenuEntry[] = style
    ? [
        {
          id: 'style-apply',
          label: say('presets.apply'),
          icon: <Brush size={14} aria-hidden />,
          keys: 'enter',
          onAction: () => props.onApply(style.id),
        },
        {
          id: 'style-favour',
          label: say('presets.favour'),
          icon: <Star size={14} aria-hidden />,
          keys: 'f',
          checked: isFavourite,
          onAction: () => void favourStyle(style.id),
        },
        ...(style.own
          ? [
              {
                id: 'style-edit',
                label: say('presets.edit'),
                icon: <Pencil size={14} aria-hidden />,
                keys: 'e',
                onAction: () => openDialog({ type: 'preset', id: style.id }),
              },
            ]
          : []),
        {
          id: 'style-duplicate',
          label: say('presets.duplicate'),
          icon: <Copy size={14} aria-hidden />,
          ...(style.own ? {} : { keys: 'e' }),
          onAction: () => openDialog({ type: 'preset', from: style.id }),
        },
        ...(style.own
          ? [
              {
                id: 'style-export',
                label: say('presets.export'),
                icon: <Download size={14} aria-hidden />,
                onAction: () => void exportStyles([style.id]),
              },
              {
                id: 'style-delete',
                label: say('presets.delete'),
                icon: <Trash2 size={14} aria-hidden />,
                keys: 'delete',
                danger: true,
                separator: true,
                onAction: () => void removeStyle(style),
              },
            ]
          : []),
      ]
    : []
  return (
    <PopupMenu
      label={say('presets.menu', { name: style?.title[say.language] ?? '' })}
      entries={entries}
      open={style !== undefined}
      anchor={props.anchor}
      onClose={props.onClose}
    />
  )
}
