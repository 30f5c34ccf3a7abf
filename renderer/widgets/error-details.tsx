import type { ReactElement, ReactNode } from 'react'
import { Disclosure, DisclosurePanel, Heading } from 'react-aria-components'
import type { ErrorView } from '#shared/domain/error'
import { useWords } from '../i18n/i18n'
import { Button } from './button'
import { CopyText } from './copy-text'

/** An error's own words and values, folded, with a button that copies them; `actions` stand before the fold's button. */
export function ErrorDetails(props: { error: ErrorView; about?: string; actions?: ReactNode }): ReactElement {
  const say = useWords()
  const { error, about, actions } = props
  const details = [
    `${error.code}: ${error.message}`,
    ...(error.detail ? [JSON.stringify(error.detail)] : []),
    ...(about === undefined ? [] : [about]),
  ].join('\n')
  return (
    <Disclosure>
      <Heading level={3} className="flex flex-wrap gap-2 pt-2">
        {actions}
        <Button
          size="s"
          kind="quiet"
          slot="trigger"
          // Its words, and not its hidden edge, stand in line with the message when nothing is before it.
          className={actions ? '' : '-ml-2'}
          data-testid="error-details"
        >
          {say('job.details')}
        </Button>
      </Heading>
      <DisclosurePanel>
        <pre
          data-selectable
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, so keys must reach it
          tabIndex={0}
          className="mt-2 max-h-40 overflow-auto whitespace-pre-wrap break-words text-s text-muted"
        >
          {details}
        </pre>
        <CopyText text={details} />
      </DisclosurePanel>
    </Disclosure>
  )
}
