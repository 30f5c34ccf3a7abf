import type { ReactElement } from 'react'
import { count as number } from '../i18n/format'
import { useWords } from '../i18n/i18n'
import type { EditTarget } from '#shared/domain/edit-targets'
import { useActions, useStudio } from '../state/context'
import { Button, DialogFrame } from '../widgets'

/** Says how many jobs a style on many pictures is, before it is done. */
export function ScopeDialog(props: { pictures: readonly (string | EditTarget)[]; onClose: () => void }): ReactElement {
  const say = useWords()
  const { restyle } = useActions()
  const { styleId, styleAssetId, count } = useStudio((state) => state.ui.style)
  const title = useStudio((state) => state.styles.find(({ id }) => id === styleId)?.title[say.language])
  const pictures = props.pictures.length
  const jobs = pictures * count
  return (
    <DialogFrame
      title={say('scope.title')}
      open
      width="s"
      onClose={props.onClose}
      closeLabel={say('dialog.close')}
      data-testid="scope-dialog"
      footer={
        <>
          <Button onPress={props.onClose}>{say('presets.editor.cancel')}</Button>
          <Button
            kind="primary"
            onPress={() => {
              props.onClose()
              void restyle(undefined, props.pictures)
            }}
            data-testid="scope-run"
          >
            {say('scope.run', { count: jobs })}
          </Button>
        </>
      }
    >
      <p data-testid="scope-text">
        {say('scope.text', {
          style: styleAssetId === undefined ? (title ?? '') : say('job.ownStyle'),
          pictures: say('scope.pictures', { count: pictures, n: number(pictures, say.language) }),
          each: say('scope.each', { count, n: number(count, say.language) }),
          jobs: say('scope.jobs', { count: jobs, n: number(jobs, say.language) }),
        })}
      </p>
      <p className="pt-2 text-muted">{say('scope.text.undo')}</p>
    </DialogFrame>
  )
}
