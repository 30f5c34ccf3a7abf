import { Ellipsis, X } from 'lucide-react'
import type { ReactElement } from 'react'
import { Button as AriaButton, Tag, TagGroup, TagList } from 'react-aria-components'
import type { View } from '#shared/domain/view'
import { presetSizes, type PresetSize } from '#shared/views/presets'
import { viewLabel } from '../camera/camera-labels'
import { useWords } from '../i18n/i18n'
import { useActions, useStudio } from '../state/context'
import { IconButton, MenuButton, Segmented, type MenuEntry } from '../widgets'
import { setOf, sheetOf, toggleView, viewKey, viewsOfSheet } from './view-sets'

/** Which views are made: what the camera sees, one of the sheets, one of the user's own sets, or a choice. */
export function SheetChoice(): ReactElement {
  const say = useWords()
  const { setView, openDialog } = useActions()
  const views = useStudio((state) => state.ui.view.views)
  const sets = useStudio((state) => state.settings.viewSets)
  const size = sheetOf(views)
  const own = setOf(views, sets)
  const entries: MenuEntry[] = [
    ...sets.map((set) => ({
      id: `set-${set.id}`,
      label: `${set.name} · ${set.views.length}`,
      checked: set.id === own?.id,
      onAction: () => setView({ views: set.views }),
    })),
    {
      id: 'sets',
      label: say('sets.manage'),
      separator: sets.length > 0,
      onAction: () => openDialog({ type: 'viewSets' }),
    },
  ]
  return (
    <>
      <div className="flex items-center gap-1">
        <Segmented<'one' | 'own' | `${PresetSize}`>
          label={say('view.sheets')}
          value={views.length === 0 ? 'one' : size === undefined ? 'own' : `${size}`}
          onChange={(id) => {
            if (id !== 'own') setView({ views: id === 'one' ? [] : viewsOfSheet(Number(id) as PresetSize) })
          }}
          items={[
            { id: 'one', label: say('view.sheet.one'), testId: 'sheet-one' },
            ...presetSizes.map((preset) => ({
              id: `${preset}` as const,
              label: String(preset),
              ariaLabel: say(`view.sheet.${preset}`),
              testId: `sheet-${preset}`,
            })),
            ...(views.length > 0 && size === undefined
              ? [{ id: 'own' as const, label: own?.name.slice(0, 12) ?? say('view.sheet.none'), testId: 'sheet-own' }]
              : []),
          ]}
          size="s"
          fill
        />
        <MenuButton label={say('sets.title')} entries={entries}>
          <IconButton size="s" label={say('sets.title')} icon={<Ellipsis size={14} aria-hidden />} data-testid="view-sets" />
        </MenuButton>
      </div>
      {views.length > 0 ? <Chosen views={views} onRemove={(gone) => setView({ views: toggleView(views, gone) })} /> : null}
    </>
  )
}

/** The chosen views as tags that can be taken out, with Delete as well. */
function Chosen(props: { views: readonly View[]; onRemove: (view: View) => void }): ReactElement {
  const say = useWords()
  const items = props.views.map((view) => ({ view, id: viewKey(view), label: viewLabel(view, say.language) }))
  return (
    <TagGroup
      aria-label={say('view.sheets')}
      className="pt-2"
      onRemove={(keys) => {
        for (const item of items) if (keys.has(item.id)) props.onRemove(item.view)
      }}
    >
      <TagList items={items} className="flex max-h-[max(7rem,32vh)] flex-wrap gap-1 overflow-y-auto" dependencies={[say]}>
        {(item) => (
          <Tag
            id={item.id}
            textValue={item.label}
            className="inline-flex h-6 max-w-full items-center gap-1 whitespace-nowrap rounded-s border border-line pl-2 pr-1 text-s"
          >
            <span className="truncate">{item.label}</span>
            <AriaButton
              slot="remove"
              aria-label={say('view.remove', { view: item.label })}
              className="shrink-0 rounded-s p-0.5 text-muted hovered:text-text"
            >
              <X size={11} aria-hidden />
            </AriaButton>
          </Tag>
        )}
      </TagList>
    </TagGroup>
  )
}
