import type { ReactElement } from 'react'
import { useWords } from '../i18n/i18n'
import { useActions, useStudio } from '../state/context'
import { Button, DialogFrame } from '../widgets'

/** Asks before everything is canceled: what waited an hour is not thrown away by a slip. */
export function CancelAllDialog(props: { onClose: () => void }): ReactElement {
  const say = useWords()
  const { cancel } = useActions()
  const count = useStudio((state) => state.queue.active + state.queue.queued)
  return (
    <DialogFrame
      title={say('queue.cancelAll.title')}
      open
      onClose={props.onClose}
      closeLabel={say('dialog.close')}
      width="s"
      data-testid="cancel-all"
      footer={
        <>
          <Button onPress={props.onClose}>{say('queue.cancelAll.keep')}</Button>
          <Button
            kind="danger"
            isDisabled={count === 0}
            onPress={() => {
              void cancel()
              props.onClose()
            }}
            data-testid="cancel-all-confirm"
          >
            {say('queue.cancelAll.confirm')}
          </Button>
        </>
      }
    >
      <p>{say('queue.cancelAll.text', { count })}</p>
    </DialogFrame>
  )
}
