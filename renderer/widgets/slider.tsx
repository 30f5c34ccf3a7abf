import type { ReactElement } from 'react'
import { Label, NumberField, Input, Slider as AriaSlider, SliderThumb, SliderTrack } from 'react-aria-components'
import { Tip } from './tip'
import { Button as AriaButton } from 'react-aria-components'

export interface SliderProps {
  label: string
  value: number
  onChange: (value: number) => void
  min: number
  max: number
  step?: number
  /** How the number reads, e.g. `{ style: 'unit', unit: 'degree' }`. */
  format?: Intl.NumberFormatOptions
  /** What the value means here, in the label's tooltip. */
  help?: string
  disabled?: boolean
  'data-testid'?: string
}

/** A slider with a numeric entry beside it: label, track and number on one line. */
export function Slider(props: SliderProps): ReactElement {
  const { label, value, onChange, min, max, step = 1, disabled = false } = props
  const format = props.format ? { formatOptions: props.format } : {}
  return (
    <div className="flex h-8 items-center gap-3" data-testid={props['data-testid']}>
      <AriaSlider
        aria-label={label}
        value={value}
        onChange={(next) => onChange(Array.isArray(next) ? (next[0] ?? min) : next)}
        minValue={min}
        maxValue={max}
        step={step}
        isDisabled={disabled}
        {...format}
        className="flex min-w-0 flex-1 items-center gap-3"
      >
        {props.help ? (
          <Tip text={props.help}>
            <AriaButton
              className="w-18 shrink-0 cursor-help truncate text-left text-muted decoration-edge decoration-dotted underline-offset-4 hovered:underline"
              aria-label={`${label}: ${props.help}`}
            >
              {label}
            </AriaButton>
          </Tip>
        ) : (
          <Label className="w-18 shrink-0 truncate text-muted">{label}</Label>
        )}
        <SliderTrack className="relative h-8 min-w-0 flex-1 cursor-pointer unavailable:cursor-not-allowed unavailable:opacity-45">
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
      </AriaSlider>
      <NumberEntry
        label={label}
        value={value}
        onChange={onChange}
        min={min}
        max={max}
        step={step}
        disabled={disabled}
        {...(props.format ? { format: props.format } : {})}
      />
    </div>
  )
}

/** A bare number field: type, or arrow keys for steps. */
export function NumberEntry(props: Omit<SliderProps, 'help'> & { className?: string }): ReactElement {
  return (
    <NumberField
      aria-label={props.label}
      value={props.value}
      onChange={(next) => {
        if (Number.isFinite(next)) props.onChange(next)
      }}
      minValue={props.min}
      maxValue={props.max}
      step={props.step ?? 1}
      isDisabled={props.disabled ?? false}
      {...(props.format ? { formatOptions: props.format } : {})}
      className={props.className ?? 'w-13 shrink-0'}
    >
      <Input
        data-testid={props['data-testid']}
        className="h-7 w-full rounded-s border border-line bg-raised px-1.5 text-right text-text tabular-nums hovered:border-edge focused:border-accent disabled:opacity-45"
      />
    </NumberField>
  )
}
