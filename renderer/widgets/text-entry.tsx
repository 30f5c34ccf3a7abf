import type { ReactElement } from 'react'
import { Input, Label, Text, TextField } from 'react-aria-components'
import { classes } from './classes'

/** One line of text with its label above. `secret` hides what is typed and keeps browsers from remembering it. */
export function TextEntry(props: {
  label: string
  value: string
  onChange: (value: string) => void
  placeholder?: string
  hint?: string
  secret?: boolean
  onEnter?: () => void
  className?: string
  'data-testid'?: string
}): ReactElement {
  const { onEnter } = props
  return (
    <TextField
      value={props.value}
      onChange={props.onChange}
      type={props.secret ? 'password' : 'text'}
      autoComplete={props.secret ? 'new-password' : 'off'}
      spellCheck="false"
      className={classes('flex min-w-0 flex-col gap-1', props.className)}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && onEnter) {
          event.preventDefault()
          onEnter()
        } else event.continuePropagation()
      }}
    >
      <Label className="text-muted">{props.label}</Label>
      <Input
        className="h-8 w-full rounded-m border border-line bg-raised px-2.5 text-text placeholder:text-muted hovered:border-edge focused:border-accent"
        placeholder={props.placeholder ?? ''}
        data-testid={props['data-testid']}
      />
      {props.hint ? (
        <Text slot="description" className="text-s text-muted">
          {props.hint}
        </Text>
      ) : null}
    </TextField>
  )
}
