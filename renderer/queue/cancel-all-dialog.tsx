import type { ReactElement } from 'react'
import { useWords } from '../i18n/i18n'
import { useActions, useStudio } from '../state/context'
import { ConfirmDialog } from '../widgets'

/** Asks before everything is canceled: what waited an hour is not thrown away by a slip. */
export function CancelAllDialog(props: { onClose: () => void }): ReactElement {
  const say = useWords()
  const { cancel } = useActions()
  const count = useStudio((state) => state.queue.active + state.queue.queued)
  return (
    <ConfirmDialog
      title={say('queue.cancelAll.title')}
      text={say('queue.cancelAll.text', { count })}
      closeLabel={say('dialog.close')}
      keep={say('queue.cancelAll.keep')}
      confirm={say('queue.cancelAll.confirm')}
      isDisabled={count === 0}
      onConfirm={() => void cancel()}
      onClose={props.onClose}
      data-testid="cancel-all"
    />
  )
}
