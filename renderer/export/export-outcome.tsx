import { RotateCcw } from 'lucide-react'
import type { ReactElement } from 'react'
import { useWords } from '../i18n/i18n'
import { useSetupWords } from '../i18n/setup'
import { Button, Progress } from '../widgets'
import { ErrorNote } from '../widgets/error-note'
import type { ExportRun } from './export-run'

/** How an export goes and how it ended: the bar, and each picture that failed with its reason; what failed can be tried again. */
export function ExportOutcome(props: { run: ExportRun; onRetry: () => void }): ReactElement {
  const say = useWords()
  const setup = useSetupWords()
  const { run } = props
  const running = run.state === 'running'
  return (
    <section className="flex flex-col gap-2" data-testid="export-outcome" data-state={run.state}>
      <p aria-live="polite" className="flex items-center justify-between gap-3">
        <span>
          {running
            ? setup('export.running', { done: run.done, count: run.count })
            : run.written > 0
              ? setup('export.finished', { count: run.written })
              : ''}{' '}
          {run.skipped > 0 ? setup('export.skipped', { count: run.skipped }) : ''}
        </span>
      </p>
      {running ? <Progress label={say('export.title')} value={run.count === 0 ? 0 : run.done / run.count} /> : null}
      {run.failed.length > 0 ? (
        <div className="flex flex-col gap-1" data-testid="export-failures">
          <div className="flex items-center justify-between gap-3">
            <h3 className="font-semibold text-bad">{setup('export.failed', { count: run.failed.length })}</h3>
            <Button
              size="s"
              icon={<RotateCcw size={12} aria-hidden />}
              isPending={running}
              onPress={props.onRetry}
              data-testid="export-retry"
            >
              {setup('export.retry', { count: run.failed.length })}
            </Button>
          </div>
          {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, so keys must reach it */}
          <ul className="max-h-56 overflow-y-auto" tabIndex={0} aria-label={setup('export.failed', { count: run.failed.length })}>
            {run.failed.map(({ item, error }, index) => (
              <li key={index} className="border-t border-line py-2">
                <ErrorNote error={error} of={item.name} about={item.name} />
              </li>
            ))}
          </ul>
        </div>
      ) : null}
    </section>
  )
}
