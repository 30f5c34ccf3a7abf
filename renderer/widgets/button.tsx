import type { ReactElement, ReactNode, Ref } from 'react'
import { Button as AriaButton, type ButtonProps as AriaButtonProps } from 'react-aria-components'
import { classes } from './classes'
import { Tip } from './tip'

/** `primary`: the one action of a panel. `plain`: bordered. `quiet`: words only until hovered. `danger`: takes something away. */
export type ButtonKind = 'primary' | 'plain' | 'quiet' | 'danger'

export interface ButtonProps extends Omit<AriaButtonProps, 'children' | 'className' | 'style' | 'isPending'> {
  /** Its work goes on: it does nothing, but keeps the focus, which a disabled button would let go of. */
  isPending?: boolean
  ref?: Ref<HTMLButtonElement>
  kind?: ButtonKind
  size?: 's' | 'm' | 'l'
  icon?: ReactNode
  /** What a tooltip says beyond the words on the button. */
  tip?: ReactNode
  /** A shortcut shown in the tooltip, e.g. `mod+z`. */
  keys?: string | undefined
  className?: string
  children?: ReactNode
  'data-testid'?: string
}

const kinds: Record<ButtonKind, string> = {
  primary:
    'bg-accent font-semibold text-on-accent hovered:bg-accent-hover pressed:bg-accent unavailable:bg-ground unavailable:font-normal unavailable:text-muted unavailable:opacity-100',
  plain: 'border border-line bg-panel text-text hovered:bg-hover pressed:bg-raised',
  quiet: 'text-muted hovered:bg-hover hovered:text-text pressed:bg-raised',
  danger: 'border border-bad-line text-bad hovered:bg-bad-wash pressed:bg-bad-wash',
}
const sizes = { s: 'h-6 px-2 text-s gap-1', m: 'h-8 px-3 gap-1.5', l: 'h-9 px-4 gap-2' }

/** A push button. Words never wrap, in any language. */
export function Button(props: ButtonProps): ReactElement {
  const { kind = 'plain', size = 'm', icon, tip, keys, className, children, isPending = false, onPress, ...rest } = props
  const button = (
    <AriaButton
      {...rest}
      // Not react-aria's own `isPending`, which announces a progress bar that must be inside.
      {...(isPending ? { 'aria-disabled': true, 'data-busy': true } : onPress ? { onPress } : {})}
      className={classes(
        'inline-flex shrink-0 items-center justify-center whitespace-nowrap rounded-m transition-colors duration-120',
        'unavailable:cursor-not-allowed unavailable:opacity-45 data-busy:cursor-progress data-busy:opacity-60',
        kinds[kind],
        sizes[size],
        className,
      )}
    >
      {icon}
      {children}
    </AriaButton>
  )
  return tip || keys ? (
    <Tip text={tip ?? children} keys={keys}>
      {button}
    </Tip>
  ) : (
    button
  )
}

export interface IconButtonProps extends Omit<ButtonProps, 'children' | 'icon' | 'tip' | 'isPending'> {
  /** Said to screen readers and in the tooltip. */
  label: string
  icon: ReactNode
}

/** A square button with an icon; its label is the tooltip. */
export function IconButton({ label, icon, kind = 'quiet', size = 'm', keys, className, ...rest }: IconButtonProps): ReactElement {
  return (
    <Tip text={label} keys={keys}>
      <AriaButton
        {...rest}
        aria-label={label}
        className={classes(
          'inline-flex shrink-0 items-center justify-center rounded-m transition-colors duration-120',
          'unavailable:cursor-not-allowed unavailable:opacity-45',
          kinds[kind],
          size === 's' ? 'size-6' : size === 'm' ? 'size-8' : 'size-9',
          className,
        )}
      >
        {icon}
      </AriaButton>
    </Tip>
  )
}
