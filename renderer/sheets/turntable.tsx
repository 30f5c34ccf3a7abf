/* oxlint-disable jsx-a11y/prefer-tag-over-role -- many pictures that are one: none of the <img> is it */
import { Pause, Play } from 'lucide-react'
import { useEffect, useRef, useState, type PointerEvent, type ReactElement } from 'react'
import { Slider, SliderThumb, SliderTrack } from 'react-aria-components'
import { viewLabel } from '../camera/camera-labels'
import { useWords } from '../i18n/i18n'
import { useClient } from '../state/context'
import { IconButton } from '../widgets'
import type { TurnFrame } from './sheet-cells'

/** Milliseconds that a picture stays while the turntable plays. */
const frameMs = 160
/** Up to so many pictures are held ready in this width, more in the next smaller one. */
const ready = { count: 12, width: 1024, smaller: 512 }

/** The turntable's place and motion. */
export interface Turn {
  frames: readonly TurnFrame[]
  index: number
  playing: boolean
  go(index: number): void
  play(on: boolean): void
}

/** Keeps the place of the turntable through the pictures that there are; a place beyond them is the last one. */
export function useTurn(frames: readonly TurnFrame[]): Turn {
  const [index, setIndex] = useState(0)
  const [playing, setPlaying] = useState(false)
  const count = frames.length
  const runs = playing && count > 1
  useEffect(() => {
    if (!runs) return undefined
    const timer = setInterval(() => setIndex((at) => (at + 1) % count), frameMs)
    return () => clearInterval(timer)
  }, [runs, count])
  return {
    frames,
    index: Math.min(index, Math.max(0, count - 1)),
    playing: runs,
    go(next) {
      setPlaying(false)
      setIndex(next)
    },
    play: setPlaying,
  }
}

/** The turntable's slider with its play button. */
export function TurnSlider({ turn, onMove }: { turn: Turn; onMove: () => void }): ReactElement {
  const say = useWords()
  const { frames, index } = turn
  const frame = frames[index]
  const label = frame ? viewLabel(frame.cell.view, say.language) : say('sheet.turntable.none')
  const isOff = frames.length < 2
  return (
    <div className="flex min-w-0 flex-1 items-center gap-2">
      <IconButton
        size="s"
        label={say(turn.playing ? 'sheet.pause' : 'sheet.play')}
        icon={turn.playing ? <Pause size={14} aria-hidden /> : <Play size={14} aria-hidden />}
        isDisabled={isOff}
        onPress={() => {
          turn.play(!turn.playing)
          onMove()
        }}
        data-testid="turntable-play"
      />
      <Slider
        aria-label={say('sheet.turntable')}
        minValue={0}
        maxValue={Math.max(1, frames.length - 1)}
        value={index}
        isDisabled={isOff}
        onChange={(next) => {
          turn.go(Array.isArray(next) ? (next[0] ?? 0) : next)
          onMove()
        }}
        className="min-w-20 flex-1"
        data-testid="turntable"
      >
        <SliderTrack className="relative h-8 cursor-pointer unavailable:cursor-not-allowed unavailable:opacity-45">
          {({ state }) => (
            <>
              <div className="absolute top-1/2 h-1 w-full -translate-y-1/2 rounded-full bg-line" />
              <div
                className="absolute top-1/2 h-1 -translate-y-1/2 rounded-full bg-accent"
                style={{ width: `${state.getThumbPercent(0) * 100}%` }}
              />
              <SliderThumb className="top-1/2 size-3.5 rounded-full border border-edge bg-[light-dark(#fff,#f2f3f5)] dragging:bg-accent" />
            </>
          )}
        </SliderTrack>
      </Slider>
      <output className="w-40 min-w-0 shrink truncate text-s text-muted" data-testid="turntable-label" title={label}>
        {label}
      </output>
    </div>
  )
}

/** The turntable's pictures, one at a time; dragged left and right it turns. */
export function TurnStage({ turn }: { turn: Turn }): ReactElement {
  const say = useWords()
  const client = useClient()
  const start = useRef<{ x: number; index: number } | undefined>(undefined)
  const { frames, index } = turn
  const width = frames.length <= ready.count ? ready.width : ready.smaller
  const frame = frames[index]
  const onPointerMove = (event: PointerEvent<HTMLDivElement>): void => {
    if (!start.current) return
    // Once across the stage is once around.
    const moved = ((event.clientX - start.current.x) / event.currentTarget.clientWidth) * frames.length
    const { length } = frames
    const next = (((start.current.index + Math.round(moved)) % length) + length) % length
    if (next !== index) turn.go(next)
  }
  return (
    <div
      role="img"
      aria-label={frame ? viewLabel(frame.cell.view, say.language) : ''}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId)
        start.current = { x: event.clientX, index }
      }}
      onPointerMove={onPointerMove}
      onPointerUp={() => (start.current = undefined)}
      onPointerCancel={() => (start.current = undefined)}
      data-testid="turntable-stage"
      data-frame={index}
      className="relative m-4 mt-0 min-h-0 flex-1 cursor-ew-resize touch-none"
    >
      {frames.map(({ cell, take }, at) => (
        // All are held ready, decoded: turning is only showing another one.
        <img
          key={cell.key}
          src={client.fileUrl(take.output.assetId, { width })}
          alt=""
          draggable={false}
          decoding="sync"
          className={`pointer-events-none absolute inset-0 size-full select-none object-contain ${at === index ? '' : 'invisible'}`}
        />
      ))}
    </div>
  )
}
