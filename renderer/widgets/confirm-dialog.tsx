import type { ReactElement } from 'react'
import { Button } from './button'
import { DialogFrame } from './dialog'

/** Asks before something that can't be taken back: says what will be gone, and names both answers. */
export function ConfirmDialog(props: {
  title: string
  text: string
  closeLabel: string
  /** What the button says that changes nothing. */
  keep: string
  confirm: string
  isDisabled?: boolean
  onConfirm: () => void
  onClose: () => void
  /** Of the dialog; its button to confirm has it with `-confirm`. */
  'data-testid': string
}): ReactElement {
  return (
    <DialogFrame
      title={props.title}
      open
      onClose={props.onClose}
      closeLabel={props.closeLabel}
      width="s"
      data-testid={props['data-testid']}
      footer={
        <>
          <Button onPress={props.onClose}>{props.keep}</Button>
          <Button
            kind="danger"
            isDisabled={props.isDisabled ?? false}
            onPress={() => {
              props.onConfirm()
              props.onClose()
            }}
            data-testid={`${props['data-testid']}-confirm`}
          >
            {props.confirm}
          </Button>
        </>
      }
    >
      <p>{props.text}</p>
    </DialogFrame>
  )
}
