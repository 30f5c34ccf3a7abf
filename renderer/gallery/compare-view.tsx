/* oxlint-disable jsx-a11y/prefer-tag-over-role, jsx-a11y/no-noninteractive-element-interactions -- a pane is a picture that keys and pointer zoom and move */
import { ArrowLeft, ArrowLeftRight, Maximize } from 'lucide-react'
import { useEffect, useRef, useState, type KeyboardEvent, type PointerEvent, type ReactElement } from 'react'
import type { Result } from '#shared/domain/result'
import { neededWidth } from '../canvas/viewport'
import { useViewport, type PaneView } from '../canvas/use-viewport'
import { useWords } from '../i18n/i18n'
import { useActions, useClient, useStudio } from '../state/context'
import { Button, classes, IconButton, Segmented } from '../widgets'
import { paneGrid, sharedFrame } from './compare-layout'
import { resultLabel } from './result-words'

/** Arrow keys move by so much, CSS pixels. */
const panStep = 40

/** Results over or beside each other under one zoom and one pan. */
export function CompareView({ results }: { results: readonly Result[] }): ReactElement {
  const say = useWords()
  const { compareResults, setUi, selectResults } = useActions()
  const wanted = useStudio((state) => state.ui.comparison)
  const styles = useStudio((state) => state.styles)
  const [order, setOrder] = useState<readonly [number, number]>([0, 1])
  // A slider has two sides.
  const mode = wanted === 'slider' && results.length > 2 ? 'grid' : wanted
  const shown = mode === 'slider' ? order.flatMap((n) => results[n] ?? []) : results
  const [first] = results
  const { columns, rows } = paneGrid(mode, shown.length)
  const view = useViewport(first, results.map((result) => result.assetId).join(), 1)
  const labelOf = (result: Result): string => `${resultLabel(result, styles, say, say.language)} · ${result.seed}`
  const bar = useRef<HTMLDivElement>(null)
  // The grid with its focus is gone: the keyboard goes on here.
  useEffect(() => bar.current?.querySelector('button')?.focus(), [])
  const back = (): void => compareResults(undefined)
  const onKeyDown = (event: KeyboardEvent): void => {
    const { actions } = view
    const moves: Record<string, () => void> = {
      '+': actions.zoomIn,
      '=': actions.zoomIn,
      '-': actions.zoomOut,
      '0': actions.fit,
      '1': actions.actual,
      ArrowLeft: () => actions.pan(panStep, 0),
      ArrowRight: () => actions.pan(-panStep, 0),
      ArrowUp: () => actions.pan(0, panStep),
      ArrowDown: () => actions.pan(0, -panStep),
      Escape: back,
    }
    const isSlider = event.target instanceof HTMLInputElement
    const run = isSlider && event.key.startsWith('Arrow') ? undefined : moves[event.key]
    if (!run || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    event.stopPropagation()
    run()
  }
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- the keys of what is inside, gathered
    <section
      aria-label={say('compare.title')}
      className="flex min-h-0 flex-1 flex-col"
      data-testid="compare"
      onKeyDown={onKeyDown}
    >
      <div ref={bar} className="flex h-12 shrink-0 items-center gap-3 px-4">
        <Button size="s" kind="quiet" icon={<ArrowLeft size={13} aria-hidden />} onPress={back} data-testid="compare-back">
          {say('compare.back')}
        </Button>
        <div className="flex-1" />
        {mode === 'slider' ? (
          <Button
            size="s"
            kind="quiet"
            icon={<ArrowLeftRight size={13} aria-hidden />}
            onPress={() => setOrder(([a, b]) => [b, a])}
          >
            {say('compare.swap')}
          </Button>
        ) : null}
        <Segmented
          label={say('compare.mode')}
          size="s"
          value={mode}
          onChange={(comparison) => setUi({ comparison })}
          items={(['slider', 'side', 'grid'] as const)
            .filter((id) => id !== 'slider' || results.length === 2)
            .map((id) => ({ id, label: say(`compare.${id}`), testId: `compare-${id}` }))}
        />
        <output className="w-14 text-right text-s text-muted" aria-label={say('compare.zoom')} data-testid="compare-zoom">
          {view.percent} %
        </output>
        <IconButton
          size="s"
          label={say('compare.fit')}
          keys="0"
          icon={<Maximize size={13} aria-hidden />}
          onPress={view.actions.fit}
        />
      </div>
      {first ? (
        <div
          className="grid min-h-0 flex-1 gap-px bg-line"
          style={{
            gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`,
            gridTemplateRows: `repeat(${rows}, minmax(0, 1fr))`,
          }}
        >
          {mode === 'slider' ? (
            <SliderPane view={view} first={first} results={shown} labelOf={labelOf} />
          ) : (
            shown.map((result, n) => (
              <Pane
                key={result.assetId}
                view={view}
                measured={n === 0}
                first={first}
                result={result}
                label={labelOf(result)}
                letter={String.fromCharCode(65 + n)}
                onPick={() => selectResults(result, [result])}
              />
            ))
          )}
        </div>
      ) : null}
    </section>
  )
}

interface PaneProps {
  view: PaneView
  /** Its size is every pane's. */
  measured: boolean
  first: Result
  result: Result
  label: string
  letter: string
  onPick: () => void
}

function Pane(props: PaneProps): ReactElement {
  const say = useWords()
  const { view, result } = props
  const { control, measure, actions } = view
  return (
    <div ref={props.measured ? measure : undefined} className="relative overflow-hidden bg-ground" data-testid="compare-pane">
      <div
        ref={control}
        role="img"
        aria-label={say('compare.pane', { name: props.label })}
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- keys zoom and move it
        tabIndex={0}
        className="absolute inset-0 cursor-grab touch-none active:cursor-grabbing"
        onFocus={props.onPick}
        onPointerDown={(event) => dragPan(event, actions.pan)}
      >
        <Shown view={view} first={props.first} result={result} />
      </div>
      <Label letter={props.letter} text={props.label} wide />
    </div>
  )
}

/** The first picture over the second, cut at a line that is dragged or moved by the arrow keys. */
function SliderPane(props: {
  view: PaneView
  first: Result
  results: readonly Result[]
  labelOf: (result: Result) => string
}): ReactElement {
  const say = useWords()
  const { view, first, results } = props
  const { control, measure, actions } = view
  const [at, setAt] = useState(50)
  const pane = useRef<HTMLDivElement>(null)
  const [a, b] = results
  const follow = (event: PointerEvent<HTMLDivElement>): void => {
    const box = pane.current?.getBoundingClientRect()
    if (box) setAt(Math.round(Math.max(0, Math.min(100, ((event.clientX - box.x) / box.width) * 100)) * 10) / 10)
  }
  return (
    <div
      ref={(element) => {
        pane.current = element
        return element ? measure(element) : undefined
      }}
      className="relative overflow-hidden bg-ground"
      data-testid="compare-pane"
    >
      <div
        ref={control}
        className="absolute inset-0 cursor-grab touch-none active:cursor-grabbing"
        onPointerDown={(event) => dragPan(event, actions.pan)}
      >
        {b ? <Shown view={view} first={first} result={b} /> : null}
        {a ? (
          <div className="absolute inset-0" style={{ clipPath: `inset(0 ${100 - at}% 0 0)` }}>
            <Shown view={view} first={first} result={a} />
          </div>
        ) : null}
      </div>
      <div
        className="absolute inset-y-0 -ml-3 flex w-6 cursor-ew-resize touch-none justify-center"
        style={{ left: `${at}%` }}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId)
        }}
        onPointerMove={(event) => {
          if (event.currentTarget.hasPointerCapture(event.pointerId)) follow(event)
        }}
      >
        <span className="h-full w-0.5 bg-accent" aria-hidden />
      </div>
      <input
        type="range"
        min={0}
        max={100}
        step={1}
        value={Math.round(at)}
        aria-label={say('compare.divider')}
        onChange={(event) => setAt(Number(event.target.value))}
        className="absolute inset-x-4 bottom-3 h-4 accent-accent opacity-0 focus-visible:opacity-100"
        data-testid="compare-divider"
      />
      {a ? <Label letter="A" text={props.labelOf(a)} /> : null}
      {b ? <Label letter="B" text={props.labelOf(b)} right /> : null}
    </div>
  )
}

/** A left button drags the picture: there is nothing else to do with it here. */
function dragPan(event: PointerEvent<HTMLDivElement>, pan: (dx: number, dy: number) => void): void {
  if (event.button !== 0 || event.pointerType === 'touch') return
  const element = event.currentTarget
  element.setPointerCapture(event.pointerId)
  let last = { x: event.clientX, y: event.clientY }
  const move = (at: globalThis.PointerEvent): void => {
    pan(at.clientX - last.x, at.clientY - last.y)
    last = { x: at.clientX, y: at.clientY }
  }
  const end = (): void => {
    element.removeEventListener('pointermove', move)
    element.removeEventListener('pointerup', end)
    element.removeEventListener('pointercancel', end)
  }
  element.addEventListener('pointermove', move)
  element.addEventListener('pointerup', end)
  element.addEventListener('pointercancel', end)
}

/** A picture at the shared place; the whole file only where a thumbnail is too small for the zoom. */
function Shown(props: { view: PaneView; first: Result; result: Result }): ReactElement | null {
  const client = useClient()
  const { view, first, result } = props
  if (!view.viewport) return null
  const frame = sharedFrame(view.viewport, first, result)
  const isLarge = neededWidth(first, view.viewport.scale, devicePixelRatio) > 1024 && result.width > 1024
  return (
    <img
      src={client.fileUrl(result.assetId, isLarge ? {} : { width: 1024 })}
      alt=""
      draggable={false}
      className={classes(
        'pointer-events-none absolute max-w-none',
        view.viewport.scale * devicePixelRatio > 3 && '[image-rendering:pixelated]',
      )}
      style={{ left: frame.x, top: frame.y, width: frame.width, height: frame.height }}
    />
  )
}

function Label(props: { letter: string; text: string; right?: boolean; wide?: boolean }): ReactElement {
  return (
    <span
      className={classes(
        'pointer-events-none absolute top-3 truncate rounded-s bg-label-ground px-2 py-0.5 text-s text-label-text',
        // Two on one pane leave each other room.
        props.wide ? 'max-w-[calc(100%-24px)]' : 'max-w-[45%]',
        props.right ? 'right-3' : 'left-3',
      )}
    >
      <b className="mr-1.5 font-semibold">{props.letter}</b>
      {props.text}
    </span>
  )
}
