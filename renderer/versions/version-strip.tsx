/* oxlint-disable jsx-a11y/interactive-supports-focus, jsx-a11y/prefer-tag-over-role, jsx-a11y/click-events-have-key-events -- <select> and <option> hold no pictures; the listbox hears the keys */
import { ArrowRight, Check, CornerDownRight } from 'lucide-react'
import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactElement, type ReactNode } from 'react'
import { PreviewCanvas } from '../canvas/preview-canvas'
import type { PreviewSource } from '../canvas/preview-hub'
import type { FileUrl } from '../canvas/types'
import { useDragSource, type Dragged } from '../dnd'
import { usePartWords } from '../i18n/parts'
import { classes, PopupMenu, type MenuEntry } from '../widgets'
import { treeOrder, type TreeNode } from './version-tree'

/** A version as the strip shows it. */
export interface StripVersion extends TreeNode {
  /** "Original", "Oil painting", "Front right". */
  readonly label: string
  readonly width: number
  readonly height: number
}

/** A version that is being made. */
export interface StripRun {
  readonly jobId: string
  readonly label: string
  readonly progress: number
  /** Waiting in the queue: nothing to paint yet. */
  readonly waiting: boolean
  readonly source: PreviewSource
}

export interface VersionStripProps {
  picture: { readonly pictureId: string; readonly name: string }
  versions: readonly StripVersion[]
  runs?: readonly StripRun[]
  /** The version that the library shows and that new edits start from. */
  currentId: string
  /** The version on the canvas. */
  viewedId: string
  fileUrl: FileUrl
  onView: (assetId: string) => void
  onViewRun?: (jobId: string) => void
  onApply: (assetId: string) => void
  /** Shows it beside what it was made from. */
  onCompare: (assetId: string, fromAssetId: string) => void
  onExport: (assetId: string) => void
  onUseAsStyle: (assetId: string) => void
  /** Facts of the picture are on their way. */
  loading?: boolean
}

/** The picture's versions in one row, from the original to the results, with what is being made at its end. */
export function VersionStrip(props: VersionStripProps): ReactElement {
  const { versions, viewedId, currentId, fileUrl } = props
  const say = usePartWords()
  const drag = useDragSource()
  const row = useRef<HTMLDivElement>(null)
  const anchor = useRef<HTMLElement | null>(null)
  const [menuFor, setMenuFor] = useState<string>()
  const placed = useMemo(() => treeOrder(versions), [versions])
  const count = placed.length

  useEffect(() => {
    if (count > 0)
      row.current?.querySelector(`[data-asset="${viewedId}"]`)?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [viewedId, count])

  const openMenu = (assetId: string, element: HTMLElement): void => {
    anchor.current = element
    setMenuFor(assetId)
  }
  const goTo = (index: number): void => {
    const target = placed[index]?.node.assetId
    if (target === undefined) return
    props.onView(target)
    row.current?.querySelector<HTMLElement>(`[data-asset="${target}"]`)?.focus({ preventScroll: true })
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const element = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-asset]') : null
    const index = placed.findIndex(({ node }) => node.assetId === element?.dataset['asset'])
    const at = placed[index]
    if (!at || !element || event.ctrlKey || event.metaKey || event.altKey) return
    const key = event.key
    if (key === 'ArrowRight') goTo(Math.min(index + 1, count - 1))
    else if (key === 'ArrowLeft') goTo(Math.max(index - 1, 0))
    else if (key === 'Home') goTo(0)
    else if (key === 'End') goTo(count - 1)
    else if (key === 'Enter') props.onApply(at.node.assetId)
    else if (key === ' ') props.onView(at.node.assetId)
    else if (key.toLowerCase() === 'c' && at.from) props.onCompare(at.node.assetId, at.from.assetId)
    else if (key.toLowerCase() === 'd') drag.lift(dragging(at.node), element)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  const dragging = (version: StripVersion): Dragged => ({
    kind: 'pictures',
    items: [{ pictureId: props.picture.pictureId, assetId: version.assetId, name: `${props.picture.name} · ${version.label}` }],
  })
  const at = placed.find(({ node }) => node.assetId === menuFor)
  const entries: MenuEntry[] = at
    ? [
        {
          id: 'apply',
          label: say('versions.apply'),
          disabled: at.node.assetId === currentId,
          onAction: () => props.onApply(at.node.assetId),
        },
        ...(at.from
          ? [
              {
                id: 'compare',
                label: say('versions.compare', { from: at.from.label }),
                keys: 'c',
                onAction: () => props.onCompare(at.node.assetId, at.from?.assetId ?? ''),
              },
            ]
          : []),
        { id: 'as-style', label: say('versions.asStyle'), onAction: () => props.onUseAsStyle(at.node.assetId) },
        { id: 'export', label: say('versions.export'), separator: true, onAction: () => props.onExport(at.node.assetId) },
      ]
    : []

  if (props.loading) {
    return (
      <div className="flex h-(--strip-height) min-w-0 flex-1 items-start gap-2 px-4 pt-3" aria-busy>
        {[0, 1, 2].map((index) => (
          <div key={index} className="skeleton h-16 w-25 rounded-m" />
        ))}
      </div>
    )
  }
  return (
    <div className="h-(--strip-height) min-w-0 flex-1 overflow-x-auto overflow-y-hidden" data-testid="version-strip">
      <div className="flex h-full w-max items-start gap-2 px-4 pt-3">
        <div
          ref={row}
          role="listbox"
          aria-label={say('versions.label')}
          aria-orientation="horizontal"
          className="flex items-start gap-2"
          onKeyDown={onKeyDown}
          onContextMenu={(event) => {
            const element = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-asset]') : null
            if (!element) return
            event.preventDefault()
            openMenu(element.dataset['asset'] ?? '', element)
          }}
          onDragStart={(event) => {
            const element = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-asset]') : null
            const version = versions.find(({ assetId }) => assetId === element?.dataset['asset'])
            if (element && version) drag.start(event, dragging(version), [...element.querySelectorAll('img')])
          }}
        >
          {placed.flatMap(({ node, from, link }, index) => {
            const isViewed = node.assetId === viewedId
            const isCurrent = node.assetId === currentId
            const values = { label: node.label, index: index + 1, count, from: from?.label ?? '' }
            const name = say(from ? 'versions.item.from' : 'versions.item', values)
            return [
              link === 'none' ? null : <Link key={`${node.assetId}-link`} branch={link === 'branch'} from={from?.label ?? ''} />,
              <div
                key={node.assetId}
                role="option"
                aria-selected={isViewed}
                aria-label={isCurrent ? `${name}, ${say('versions.applied')}` : name}
                aria-posinset={index + 1}
                aria-setsize={count}
                tabIndex={isViewed || (index === 0 && !versions.some(({ assetId }) => assetId === viewedId)) ? 0 : -1}
                draggable
                data-asset={node.assetId}
                data-testid="version"
                data-current={isCurrent || undefined}
                className="group w-25 scroll-mx-3 outline-none"
                onClick={() => props.onView(node.assetId)}
              >
                <Thumb ring={isViewed ? 'viewed' : 'plain'}>
                  <img
                    src={fileUrl(node.assetId, { width: 256 })}
                    alt=""
                    draggable={false}
                    decoding="async"
                    className="pointer-events-none absolute inset-0 size-full object-contain"
                  />
                  {isCurrent && count > 1 ? (
                    <span className="absolute bottom-1 right-1 flex size-4 items-center justify-center rounded-full bg-label-ground text-label-text">
                      <Check size={11} strokeWidth={3} aria-hidden />
                    </span>
                  ) : null}
                </Thumb>
                <div className={classes('truncate pt-1 text-s', isViewed ? 'text-text' : 'text-muted')}>{node.label}</div>
              </div>,
            ]
          })}
        </div>
        {(props.runs ?? []).map((run) => (
          <Run key={run.jobId} run={run} {...(props.onViewRun ? { onView: props.onViewRun } : {})} />
        ))}
      </div>
      <PopupMenu
        label={say('versions.menu', { label: at?.node.label ?? '' })}
        entries={entries}
        open={at !== undefined}
        onClose={() => setMenuFor(undefined)}
        anchor={anchor}
      />
    </div>
  )
}

function Thumb(props: { ring: 'viewed' | 'plain'; children: ReactNode }): ReactElement {
  return (
    <div
      className={classes(
        'relative h-16 w-25 overflow-hidden rounded-m bg-ground group-focus-visible:outline-2 group-focus-visible:outline-offset-2 group-focus-visible:outline-accent',
        props.ring === 'viewed' ? 'ring-2 ring-accent' : 'ring-1 ring-line group-hover:ring-edge',
      )}
    >
      {props.children}
    </div>
  )
}

/** An arrow from the left neighbour; for a branch, a corner whose hint says from where. */
function Link({ branch, from }: { branch: boolean; from: string }): ReactElement {
  const say = usePartWords()
  return (
    <span
      className="flex h-16 items-center text-muted"
      aria-hidden
      title={branch && from ? say('versions.from', { from }) : undefined}
    >
      {branch ? <CornerDownRight size={14} /> : <ArrowRight size={14} />}
    </span>
  )
}

function Run({ run, onView }: { run: StripRun; onView?: (jobId: string) => void }): ReactElement {
  const say = usePartWords()
  const percent = Math.round(run.progress * 100)
  const name = run.waiting
    ? say('versions.waiting', { label: run.label })
    : say('versions.running', { label: run.label, percent })
  return (
    <button
      type="button"
      aria-label={name}
      className="group w-25 text-left outline-none"
      data-testid="version-run"
      onClick={() => onView?.(run.jobId)}
    >
      <Thumb ring="plain">
        <PreviewCanvas source={run.source} maxWidth={256} className="absolute inset-0 size-full object-contain" />
        <span className="absolute inset-x-0 bottom-0 h-0.5 bg-line">
          <span
            className="block h-full origin-left bg-accent transition-transform"
            style={{ transform: `scaleX(${run.progress})` }}
          />
        </span>
      </Thumb>
      <div className="flex justify-between gap-1 pt-1 text-s text-muted tabular-nums">
        <span className="truncate">{run.label}</span>
        <span className="shrink-0">{run.waiting ? '…' : `${percent} %`}</span>
      </div>
    </button>
  )
}
