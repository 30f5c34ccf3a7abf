import { useEffect, type ReactElement, type ReactNode } from 'react'
import { Button, Keys } from '../widgets'
import { composeRun } from './compose-run'

/** The scrolling part of a panel and the button below it; what stands in the way of running is said right above the button. */
export function PanelFrame(props: {
  children: ReactNode
  note?: ReactNode
  run: string
  canRun: boolean
  onRun: () => void
  testId: string
}): ReactElement {
  const { canRun, onRun } = props
  useEffect(() => {
    composeRun.current = canRun ? onRun : null
    return () => {
      composeRun.current = null
    }
  })
  return (
    <div className="flex min-h-0 flex-1 flex-col" data-testid={props.testId}>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, so keys must reach it */}
      <div className="min-h-0 flex-1 overflow-y-auto px-4 pb-4 pt-2.5" tabIndex={-1}>
        {props.children}
      </div>
      <div className="shrink-0 border-t border-line px-4 pb-4 pt-2">
        {props.note}
        <Button
          kind="primary"
          size="l"
          className="mt-2 w-full"
          isDisabled={!canRun}
          onPress={onRun}
          tip={<Keys combo="mod+enter" />}
          data-testid="compose-run"
        >
          {props.run}
        </Button>
      </div>
    </div>
  )
}
