import { Columns2, Eye, Minus, Plus, Square, SquareSplitHorizontal } from 'lucide-react'
import type { ReactElement } from 'react'
import { usePartWords } from '../i18n/parts'
import { Button, IconButton, Segmented } from '../widgets'
import type { CompareMode } from './types'
import type { ViewActions } from './use-viewport'

export interface CanvasToolbarProps {
  percent: number
  isFit: boolean
  view: ViewActions
  compare: CompareMode
  onCompareChange: (mode: CompareMode) => void
  /** There are two pictures to compare. */
  canCompare: boolean
  beforeLabel: string
  onHold: (held: boolean) => void
  onApply?: (() => void) | undefined
  onDiscard?: (() => void) | undefined
}

const compareIcons: Record<CompareMode, ReactElement> = {
  off: <Square size={13} aria-hidden className="@2xl:hidden" />,
  slider: <SquareSplitHorizontal size={13} aria-hidden className="@2xl:hidden" />,
  side: <Columns2 size={13} aria-hidden className="@2xl:hidden" />,
}

/** The canvas's own tools on the left; Apply and Discard on the right, in room that is kept for them. */
export function CanvasToolbar(props: CanvasToolbarProps): ReactElement {
  const say = usePartWords()
  const { view, percent } = props
  return (
    <div role="toolbar" aria-label={say('canvas.tools')} className="@container h-12 shrink-0 px-4">
      <div className="flex h-full items-center gap-1.5 @xl:gap-2">
        <Button
          size="m"
          onPress={view.fit}
          keys="0"
          tip={say('canvas.fit')}
          className={props.isFit ? 'bg-raised' : ''}
          data-testid="canvas-fit"
        >
          {say('canvas.fit')}
        </Button>
        <Button
          size="m"
          onPress={view.actual}
          keys="1"
          tip={say('canvas.actual')}
          className="@max-lg:hidden"
          data-testid="canvas-actual"
        >
          {say('canvas.actual')}
        </Button>
        <div className="flex items-center">
          <IconButton
            label={say('canvas.zoomOut')}
            keys="-"
            icon={<Minus size={14} aria-hidden />}
            onPress={view.zoomOut}
            className="@max-xl:hidden"
            data-testid="canvas-zoom-out"
          />
          <output
            className="w-12 text-center text-muted tabular-nums"
            aria-label={say('canvas.zoom', { percent })}
            data-testid="canvas-zoom"
          >
            {percent} %
          </output>
          <IconButton
            label={say('canvas.zoomIn')}
            keys="+"
            icon={<Plus size={14} aria-hidden />}
            onPress={view.zoomIn}
            className="@max-xl:hidden"
            data-testid="canvas-zoom-in"
          />
        </div>
        {props.canCompare ? (
          <>
            <Segmented<CompareMode>
              label={say('canvas.compare')}
              value={props.compare}
              onChange={props.onCompareChange}
              items={(['off', 'slider', 'side'] as const).map((id) => ({
                id,
                ariaLabel: say(`canvas.compare.${id}`),
                // In a small window the icons alone: Apply must never be pushed out.
                label: (
                  <>
                    {compareIcons[id]}
                    <span className="@max-2xl:hidden">{say(`canvas.compare.${id}`)}</span>
                  </>
                ),
                testId: `compare-${id}`,
              }))}
            />
            <IconButton
              label={say('canvas.hold', { before: props.beforeLabel })}
              keys="\"
              icon={<Eye size={16} aria-hidden />}
              onPressStart={() => props.onHold(true)}
              onPressEnd={() => props.onHold(false)}
              data-testid="canvas-hold"
            />
          </>
        ) : null}
        <div className="flex-1" />
        {props.onDiscard ? (
          <Button onPress={props.onDiscard} data-testid="canvas-discard">
            {say('canvas.discard')}
          </Button>
        ) : null}
        {props.onApply ? (
          <Button kind="primary" onPress={props.onApply} data-testid="canvas-apply">
            {say('canvas.apply')}
          </Button>
        ) : null}
      </div>
    </div>
  )
}
