import { useState, type ReactElement, type ReactNode } from 'react'
import { Tooltip, TooltipTrigger, type TooltipProps } from 'react-aria-components'
import { Keys } from './keys'
import { leftByEscape } from './left-by-escape'

/**
 * A tooltip on hover and focus around one focusable widget; `keys` shows a shortcut beside the words. Not where Escape has just closed
 * what the widget had opened: the next Escape is meant for what is around it, and a tooltip would take it.
 */
export function Tip(props: {
  text: ReactNode
  keys?: string | undefined
  /** Where it stands; above, unless told. In a column of widgets it would cover the one above. */
  placement?: TooltipProps['placement']
  children: ReactElement
}): ReactElement {
  const [open, setOpen] = useState(false)
  return (
    <TooltipTrigger delay={500} closeDelay={60} isOpen={open} onOpenChange={(next) => setOpen(next && !leftByEscape())}>
      {props.children}
      <Tooltip
        offset={6}
        {...(props.placement === undefined ? {} : { placement: props.placement })}
        className="z-50 flex max-w-72 items-center gap-2 rounded-s border border-line bg-raised px-2 py-1 text-s text-text entering:animate-[rise_var(--quick)_var(--ease)]"
      >
        <span>{props.text}</span>
        {props.keys ? <Keys combo={props.keys} /> : null}
      </Tooltip>
    </TooltipTrigger>
  )
}
