import { CircleAlert, CircleCheck, Info, X } from 'lucide-react'
import { useEffect, type ReactElement } from 'react'
import { Button as AriaButton, Disclosure, DisclosurePanel, Heading } from 'react-aria-components'
import { errorLine } from '../i18n/errors'
import { useWords } from '../i18n/i18n'
import { useActions, useStudio } from '../state/context'
import type { Toast } from '../state/toasts'
import { Button, classes, IconButton } from '../widgets'
import { CopyText } from '../widgets/copy-text'
import { ErrorNote } from '../widgets/error-note'

/** The messages at the lower edge of the middle, above its tools: they never cover a button. They are read out as they come; errors at once. */
export function Toasts(props: { above: 'strip' | 'bar' | 'edge' }): ReactElement {
  const say = useWords()
  const shown = useStudio((state) => state.toasts.shown)
  return (
    <section
      aria-label={say('toast.region')}
      className="pointer-events-none absolute inset-x-4 z-30 mx-auto flex max-w-105 flex-col gap-2"
      // Over the strip of versions and the canvas's tools, over the bar of the sketches, or at the very edge where there is neither.
      style={{ bottom: { strip: 'calc(var(--strip-height) + 60px)', bar: 92, edge: 16 }[props.above] }}
      data-testid="toasts"
    >
      <div aria-live="polite" className="contents">
        {shown.map((toast) => (
          <Message key={toast.id} toast={toast} />
        ))}
      </div>
    </section>
  )
}

function Message({ toast }: { toast: Toast }): ReactElement {
  const say = useWords()
  const { closeToast, undo } = useActions()
  const { id, life } = toast
  useEffect(() => {
    if (life === undefined) return undefined
    const timer = setTimeout(() => closeToast(id), life)
    return () => clearTimeout(timer)
  }, [id, life, closeToast])
  const Icon = toast.tone === 'bad' ? CircleAlert : toast.tone === 'good' ? CircleCheck : Info
  return (
    <div
      role={toast.tone === 'bad' ? 'alert' : undefined}
      data-testid={`toast-${toast.tone}`}
      className="pointer-events-auto flex animate-[rise_var(--calm)_var(--ease)] items-start gap-2.5 rounded-m border border-line bg-raised py-1.5 pl-3 pr-1.5"
    >
      <Icon
        size={16}
        aria-hidden
        className={classes(
          'mt-1.5 shrink-0',
          toast.tone === 'bad' ? 'text-bad' : toast.tone === 'good' ? 'text-good' : 'text-muted',
        )}
      />
      <div className="min-w-0 flex-1 py-1">
        {'code' in toast.text ? <ErrorNote error={toast.text} /> : <p>{say(toast.text.key, toast.text.values)}</p>}
        {toast.lines && toast.lines.length > 0 ? <Lines lines={toast.lines} /> : null}
      </div>
      {toast.action === 'undo' ? (
        <Button
          kind="quiet"
          className="text-accent-text"
          onPress={() => {
            void undo()
            closeToast(toast.id)
          }}
          data-testid="toast-undo"
        >
          {say('toast.undo')}
        </Button>
      ) : null}
      <IconButton label={say('toast.close')} icon={<X size={14} aria-hidden />} onPress={() => closeToast(toast.id)} />
    </div>
  )
}

/** The files that failed, each with its own words; a few are shown at once, many are folded. */
function Lines(props: { lines: NonNullable<Toast['lines']> }): ReactElement {
  const say = useWords()
  const details = props.lines.map(({ label, error }) => `${label}: ${error.code}: ${error.message}`).join('\n')
  const list = (
    <>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, so keys must reach it */}
      <ul className="max-h-48 overflow-y-auto pt-1 text-s" tabIndex={0}>
        {props.lines.map((line, index) => {
          return (
            <li key={index} className="break-words py-0.5 text-muted">
              <span className="text-text">{line.label}</span>
              {say.language === 'zh' ? '：' : ': '}
              {errorLine(line.error, say.language)}
            </li>
          )
        })}
      </ul>
      <CopyText text={details} data-testid="toast-copy" />
    </>
  )
  return props.lines.length <= 2 ? (
    list
  ) : (
    <Disclosure>
      <Heading level={3}>
        <AriaButton
          slot="trigger"
          className="rounded-s text-s text-muted underline decoration-edge underline-offset-2 hovered:text-text"
        >
          {say('import.details')}
        </AriaButton>
      </Heading>
      <DisclosurePanel>{list}</DisclosurePanel>
    </Disclosure>
  )
}
