import { RotateCcw } from 'lucide-react'
import type { ReactElement } from 'react'
import type { ErrorView } from '#shared/domain/error'
import { useWords } from '../i18n/i18n'
import { Button } from './button'
import { ErrorNote } from './error-note'

/** In the place of a picture that could not be made: why, what to do next, and another try. What has no room is scrolled to. */
export function CellFailure(props: { error: ErrorView; about: string; onRetry: () => void }): ReactElement {
  const say = useWords()
  return (
    <div className="absolute inset-0 flex overflow-y-auto bg-bad-wash p-2.5 text-s" data-testid="cell-failure">
      <div className="m-auto w-full">
        <ErrorNote
          error={props.error}
          about={props.about}
          actions={
            <Button size="s" icon={<RotateCcw size={12} aria-hidden />} onPress={props.onRetry} data-testid="compose-retry">
              {say('job.retry')}
            </Button>
          }
        />
      </div>
    </div>
  )
}
