import type { ReactElement } from 'react'
import { ProgressBar as AriaProgressBar } from 'react-aria-components'

/** A thin bar, 0..1; grey and empty while there is nothing to tell. Its room is the same in every state. */
export function Progress(props: { label: string; value: number; tone?: 'accent' | 'idle' }): ReactElement {
  return (
    <AriaProgressBar
      aria-label={props.label}
      value={props.value * 100}
      className="block h-0.5 w-full overflow-hidden rounded-full bg-line"
    >
      {({ percentage }) => (
        <div
          className={props.tone === 'idle' ? 'h-full bg-edge' : 'h-full bg-accent transition-[width] duration-120'}
          style={{ width: `${percentage ?? 0}%` }}
        />
      )}
    </AriaProgressBar>
  )
}
