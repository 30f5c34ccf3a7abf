/* oxlint-disable jsx-a11y/interactive-supports-focus, jsx-a11y/prefer-tag-over-role -- <select> and <option> hold no pictures */
import { Star } from 'lucide-react'
import { useId, useMemo, useRef, useState, type KeyboardEvent, type MouseEvent, type ReactElement } from 'react'
import type { Style } from '#shared/domain/style'
import { actionLabel, useDragSource, useDragState, useDropArea, type Dragged } from '../dnd'
import { usePartWords } from '../i18n/parts'
import { classes } from '../widgets'
import { groupStyles, tileAfterKey } from './style-groups'

export interface StyleTilesProps {
  styles: readonly Style[]
  language: 'en' | 'zh'
  /** Where a tile's picture is; undefined while there is none (its box stays). */
  thumbnailUrl: (styleId: string) => string | undefined
  /** The chosen style. */
  activeId: string | undefined
  /** A click: chooses the style. */
  onChoose: (styleId: string) => void
  /** Enter, Space or a double click: restyles the chosen pictures at once. */
  onApply: (styleId: string) => void
  search: string
  /** Shown as they come, without headings: favourites, recent ones. */
  listed?: boolean
  favourites: readonly string[]
  /** The star of a tile, or F. */
  onFavour: (styleId: string) => void
  /** E: changes an own preset, or duplicates a style of the catalogue to change that. */
  onEdit: (styleId: string) => void
  /** Delete on an own preset. */
  onDelete: (styleId: string) => void
  /** Right click, Shift+F10 or the menu key. */
  onMenu: (styleId: string, tile: HTMLElement) => void
  /** Instead of tiles when there are none and nothing is searched. */
  empty?: string | undefined
  /** The engine at hand makes drafts: tiles say so. */
  draft?: boolean
}

const columns = 2

/** The styles as tiles: dragged onto photos, dropped on by photos and files, chosen by a click, applied by Enter. */
export function StyleTiles(props: StyleTilesProps): ReactElement {
  const { styles, language, activeId, search } = props
  const say = usePartWords()
  const drag = useDragSource()
  const { over } = useDragState()
  const groups = useMemo(() => groupStyles(styles, search, props.listed), [styles, search, props.listed])
  const byId = useMemo(() => new Map(styles.map((style) => [style.id, style])), [styles])
  const root = useRef<HTMLDivElement>(null)
  const keysId = useId()
  const [focused, setFocused] = useState<string>()
  const isShown = (id: string | undefined): boolean => groups.some((group) => group.styles.some((style) => style.id === id))
  const stop = [focused, activeId].find(isShown) ?? groups[0]?.styles[0]?.id

  const dropArea = useDropArea((key) => {
    const style = byId.get(key.replace(/^tile:/u, ''))
    return style ? { kind: 'tile', styleId: style.id, title: style.title[language] } : undefined
  })
  const tileAt = (target: EventTarget): { style: Style; element: HTMLElement } | undefined => {
    const element = target instanceof Element ? target.closest<HTMLElement>('[data-style]') : null
    const style = byId.get(element?.dataset['style'] ?? '')
    return element && style ? { style, element } : undefined
  }
  const dragging = (style: Style): Dragged => ({ kind: 'style', styleId: style.id, title: style.title[language] })

  const onKeyDown = (event: KeyboardEvent): void => {
    const at = tileAt(event.target)
    if (!at || event.ctrlKey || event.metaKey || event.altKey) return
    const to = tileAfterKey(groups, columns, at.style.id, event.key)
    if (to !== undefined) {
      setFocused(to)
      const tile = root.current?.querySelector<HTMLElement>(`[data-style="${CSS.escape(to)}"]`)
      tile?.focus({ preventScroll: true })
      tile?.scrollIntoView({ block: 'nearest' })
    } else if (event.key === 'Enter' || event.key === ' ') {
      if (event.repeat) return
      props.onChoose(at.style.id)
      props.onApply(at.style.id)
    } else if (event.key.toLowerCase() === 'f') {
      props.onFavour(at.style.id)
    } else if (event.key.toLowerCase() === 'e') {
      props.onEdit(at.style.id)
    } else if ((event.key === 'Delete' || event.key === 'Backspace') && at.style.own) {
      props.onDelete(at.style.id)
    } else if (event.key.toLowerCase() === 'd') {
      drag.lift(dragging(at.style), at.element)
    } else {
      return
    }
    event.preventDefault()
    event.stopPropagation()
  }
  const onPointed = (event: MouseEvent, act: (styleId: string) => void): void => {
    const at = tileAt(event.target)
    if (!at) return
    setFocused(at.style.id)
    if (event.target instanceof Element && event.target.closest('[data-star]')) {
      if (event.type === 'click') props.onFavour(at.style.id)
      return
    }
    act(at.style.id)
  }

  if (groups.length === 0)
    return (
      <p className="py-6 text-center text-muted">
        {search.trim() === '' && props.empty !== undefined ? props.empty : say('styles.none', { search })}
      </p>
    )
  return (
    <div ref={dropArea}>
      <span id={keysId} hidden>
        {say('styles.keys')}
      </span>
      <div
        ref={root}
        role="listbox"
        aria-label={say('styles.label')}
        className="flex flex-col gap-4"
        data-testid="style-tiles"
        onKeyDown={onKeyDown}
        onClick={(event) => onPointed(event, props.onChoose)}
        onContextMenu={(event) => {
          const at = tileAt(event.target)
          if (!at) return
          event.preventDefault()
          setFocused(at.style.id)
          props.onMenu(at.style.id, at.element)
        }}
        onDoubleClick={(event) => onPointed(event, props.onApply)}
        onDragStart={(event) => {
          const at = tileAt(event.target)
          if (at) drag.start(event, dragging(at.style), [...at.element.querySelectorAll('img')])
        }}
      >
        {groups.map((group) => (
          <div key={group.id} role="group" aria-labelledby={`styles-${group.id}`}>
            <div
              id={`styles-${group.id}`}
              className="mb-2 flex items-center justify-between text-s text-muted"
              role="presentation"
            >
              <span>
                {group.id === 'listed'
                  ? say('styles.label')
                  : say(group.id === 'own' ? 'styles.own' : group.id === 'preset' ? 'styles.presets' : 'styles.networks')}
              </span>
              {props.draft && group.id === groups[0]?.id ? (
                <span className="rounded-s border border-line px-1.5 text-muted">{say('styles.draft')}</span>
              ) : null}
            </div>
            <div className="grid grid-cols-2 gap-2">
              {group.styles.map((style) => (
                <Tile
                  key={style.id}
                  style={style}
                  language={language}
                  url={props.thumbnailUrl(style.id)}
                  active={style.id === activeId}
                  favourite={props.favourites.includes(style.id)}
                  starLabel={say('styles.star', { name: style.title[language] })}
                  stop={style.id === stop}
                  description={props.draft ? style.draft[language] : ''}
                  keysId={keysId}
                  dropLabel={
                    over?.key === `tile:${style.id}`
                      ? say(actionLabel(over.action).key, actionLabel(over.action).values)
                      : undefined
                  }
                />
              ))}
            </div>
          </div>
        ))}
      </div>
    </div>
  )
}

function Tile(props: {
  style: Style
  language: 'en' | 'zh'
  url: string | undefined
  active: boolean
  favourite: boolean
  /** Its name where it is a favourite. */
  starLabel: string
  stop: boolean
  description: string
  keysId: string
  dropLabel: string | undefined
}): ReactElement {
  const { style, url, active, dropLabel } = props
  const [failed, setFailed] = useState<string>()
  const title = style.title[props.language]
  return (
    <div
      role="option"
      aria-selected={active}
      aria-label={props.favourite ? props.starLabel : title}
      aria-describedby={props.keysId}
      title={props.description}
      tabIndex={props.stop ? 0 : -1}
      draggable
      data-style={style.id}
      data-drop-place={`tile:${style.id}`}
      data-testid={`style-${style.id}`}
      className={classes(
        'group relative overflow-hidden rounded-m bg-raised transition-shadow focus-visible:outline-offset-2',
        active || dropLabel !== undefined ? 'ring-2 ring-accent' : 'ring-1 ring-line hover:ring-edge',
      )}
    >
      <div className="relative aspect-8/5 overflow-hidden bg-raised">
        {url === undefined || failed === url ? (
          <div className={classes('absolute inset-0', url === undefined && 'skeleton rounded-none!')} />
        ) : (
          <img
            src={url}
            alt=""
            draggable={false}
            loading="lazy"
            decoding="async"
            onError={() => setFailed(url)}
            className="pointer-events-none absolute inset-0 size-full object-cover"
          />
        )}
        {/* For the mouse; the keyboard has F, and the menu says it. */}
        <span
          data-star
          aria-hidden
          className={classes(
            'absolute right-1 top-1 flex size-6 items-center justify-center rounded-s bg-label-ground text-label-text',
            props.favourite ? '' : 'opacity-0 group-hover:opacity-100 group-focus-visible:opacity-100',
          )}
        >
          <Star size={13} className={props.favourite ? 'fill-current' : ''} />
        </span>
        {dropLabel ? (
          <span className="pointer-events-none absolute inset-x-1 bottom-1 rounded-s bg-accent px-1.5 py-0.5 text-center text-s font-semibold text-on-accent">
            {dropLabel}
          </span>
        ) : null}
      </div>
      <div className={classes('truncate px-2 py-0.5', active ? 'text-accent-text' : 'text-text')}>{title}</div>
    </div>
  )
}
