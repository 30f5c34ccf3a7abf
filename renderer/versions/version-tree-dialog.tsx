/* oxlint-disable jsx-a11y/interactive-supports-focus -- the items of the tree take the focus */
import { Check, Redo2, Undo2 } from 'lucide-react'
import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactElement } from 'react'
import { useWords } from '../i18n/i18n'
import { versionLabel } from '../i18n/labels'
import { useActions, useClient, useStudio } from '../state/context'
import { Button, classes, DialogFrame, IconButton } from '../widgets'
import { treeLayout } from './tree-layout'

/** A version's box and the room between two, CSS pixels. */
const box = { width: 112, height: 96, gapX: 32, gapY: 12 }

/** The whole version tree of a picture: what was made from what, which version is applied, and the way back and forth. */
export function VersionTreeDialog(props: { pictureId: string; onClose: () => void }): ReactElement {
  const say = useWords()
  const { apply, showVersion, walkPicture, loadVersions } = useActions()
  const picture = useStudio((state) => state.pictures.byId[props.pictureId])
  const versions = useStudio((state) => state.pictures.versions[props.pictureId])
  const shown = useStudio((state) => state.shown[props.pictureId]?.assetId)
  const styles = useStudio((state) => state.styles)
  const missing = versions === undefined
  useEffect(() => {
    if (missing) void loadVersions(props.pictureId)
  }, [missing, loadVersions, props.pictureId])
  const nodes = useMemo(
    () =>
      (versions ?? []).map((version) => ({
        assetId: version.asset.id,
        ...(version.fromAssetId === undefined ? {} : { fromAssetId: version.fromAssetId }),
        label: versionLabel(version, styles, say, say.language),
        trashed: version.trashedAt !== undefined,
        star: version.mark?.star ?? 0,
      })),
    [versions, styles, say],
  )
  const current = picture?.currentAssetId
  const [picked, setPicked] = useState<string>()
  const viewed = picked ?? shown ?? current
  const label = nodes.find((node) => node.assetId === viewed)?.label ?? ''
  return (
    <DialogFrame
      title={say('tree.title', { name: picture?.name ?? '' })}
      open
      onClose={props.onClose}
      closeLabel={say('dialog.close')}
      width="l"
      data-testid="version-tree"
      footer={
        <>
          <IconButton
            label={say('tree.undo')}
            icon={<Undo2 size={15} aria-hidden />}
            isDisabled={!picture?.canUndo}
            onPress={() => void walkPicture(props.pictureId, 'undo')}
            data-testid="tree-undo"
          />
          <IconButton
            label={say('tree.redo')}
            icon={<Redo2 size={15} aria-hidden />}
            isDisabled={!picture?.canRedo}
            onPress={() => void walkPicture(props.pictureId, 'redo')}
            data-testid="tree-redo"
          />
          <span className="flex-1 self-center text-s text-muted">{say('tree.count', { count: nodes.length })}</span>
          <Button
            isDisabled={viewed === undefined}
            onPress={() => {
              if (viewed !== undefined) showVersion(props.pictureId, viewed)
              props.onClose()
            }}
            data-testid="tree-view"
          >
            {say('tree.view')}
          </Button>
          <Button
            kind="primary"
            isDisabled={viewed === undefined || viewed === current}
            onPress={() => {
              if (viewed !== undefined) void apply(props.pictureId, viewed, label)
            }}
            data-testid="tree-apply"
          >
            {say('tree.apply')}
          </Button>
        </>
      }
    >
      <Tree nodes={nodes} current={current} viewed={viewed} onPick={setPicked} />
    </DialogFrame>
  )
}

interface Node {
  assetId: string
  fromAssetId?: string
  label: string
  trashed: boolean
  star: number
}

function Tree(props: {
  nodes: readonly Node[]
  current: string | undefined
  viewed: string | undefined
  onPick: (assetId: string) => void
}): ReactElement {
  const say = useWords()
  const client = useClient()
  const tree = useRef<HTMLDivElement>(null)
  const places = useMemo(() => treeLayout(props.nodes), [props.nodes])
  const x = (depth: number): number => depth * (box.width + box.gapX)
  const y = (row: number): number => row * (box.height + box.gapY)
  const width = x(Math.max(0, ...places.map((place) => place.depth))) + box.width
  const height = y(Math.max(0, ...places.map((place) => place.row))) + box.height
  const at = places.findIndex((place) => place.node.assetId === props.viewed)

  const onKeyDown = (event: KeyboardEvent): void => {
    const here = places[at]
    if (!here) return
    const moves: Record<string, () => (typeof places)[number] | undefined> = {
      ArrowRight: () => places.find((place) => place.parent?.assetId === here.node.assetId),
      ArrowLeft: () => places.find((place) => place.node.assetId === here.parent?.assetId),
      ArrowDown: () => places[at + 1],
      ArrowUp: () => places[at - 1],
      Home: () => places[0],
      End: () => places.at(-1),
    }
    const next = moves[event.key]?.()
    if (!next) return
    event.preventDefault()
    props.onPick(next.node.assetId)
    tree.current?.querySelector<HTMLElement>(`[data-asset="${next.node.assetId}"]`)?.focus()
  }
  return (
    <div className="max-h-[56vh] overflow-auto p-1">
      <div
        ref={tree}
        role="tree"
        aria-label={say('tree.label')}
        className="relative"
        style={{ width, height }}
        onKeyDown={onKeyDown}
      >
        <svg className="pointer-events-none absolute inset-0 text-edge" width={width} height={height} aria-hidden>
          {places.map(({ node, depth, row, parent }) => {
            if (!parent) return null
            const from = { x: x(parent.depth) + box.width, y: y(parent.row) + box.height / 2 - 12 }
            const to = { x: x(depth), y: y(row) + box.height / 2 - 12 }
            const middle = from.x + box.gapX / 2
            return (
              <path
                key={node.assetId}
                d={`M${from.x} ${from.y} C${middle} ${from.y} ${middle} ${to.y} ${to.x} ${to.y}`}
                fill="none"
                stroke="currentColor"
              />
            )
          })}
        </svg>
        {places.map(({ node, depth, row }, n) => {
          const isCurrent = node.assetId === props.current
          const isViewed = node.assetId === props.viewed
          const said = [node.label, isCurrent ? say('tree.applied') : '', node.trashed ? say('tree.trashed') : '']
            .filter(Boolean)
            .join(', ')
          return (
            <div
              key={node.assetId}
              role="treeitem"
              aria-level={depth + 1}
              aria-selected={isViewed}
              aria-label={said}
              tabIndex={isViewed || (at < 0 && n === 0) ? 0 : -1}
              data-asset={node.assetId}
              data-current={isCurrent || undefined}
              data-testid="tree-version"
              onClick={() => props.onPick(node.assetId)}
              onKeyDown={(event) => {
                if (event.key === ' ' || event.key === 'Enter') {
                  event.preventDefault()
                  props.onPick(node.assetId)
                }
              }}
              className="group absolute outline-none"
              style={{ left: x(depth), top: y(row), width: box.width, height: box.height }}
            >
              <div
                className={classes(
                  'relative h-18 overflow-hidden rounded-m bg-ground group-focus-visible:outline-2 group-focus-visible:outline-offset-2 group-focus-visible:outline-accent',
                  isViewed ? 'ring-2 ring-accent' : 'ring-1 ring-line group-hover:ring-edge',
                )}
              >
                <img
                  src={client.fileUrl(node.assetId, { width: 256 })}
                  alt=""
                  className={classes('size-full object-contain', node.trashed && 'opacity-35 grayscale')}
                />
                {isCurrent ? (
                  <span className="absolute bottom-1 right-1 flex size-4 items-center justify-center rounded-full bg-label-ground text-label-text">
                    <Check size={11} strokeWidth={3} aria-hidden />
                  </span>
                ) : null}
              </div>
              <div aria-hidden className={classes('flex gap-1 pt-1 text-s', isViewed ? 'text-text' : 'text-muted')}>
                <span className="min-w-0 flex-1 truncate">{node.label}</span>
                {node.star > 0 ? <span className="text-accent-text">{node.star} ★</span> : null}
              </div>
            </div>
          )
        })}
      </div>
    </div>
  )
}
