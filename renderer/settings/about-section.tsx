import { Copy, Stethoscope } from 'lucide-react'
import { useState, type ReactElement } from 'react'
import type { DoctorReport } from '#shared/contract/calls'
import { useWords } from '../i18n/i18n'
import { useSetupWords } from '../i18n/setup'
import { useActions, useClient, useStudio } from '../state/context'
import { Button } from '../widgets'
import { Row } from './row'

/** The version, a report for whoever helps, and a check of everything that is kept. */
export function AboutSection(): ReactElement {
  const say = useWords()
  const setup = useSetupWords()
  const client = useClient()
  const { toast, fail } = useActions()
  const version = useStudio((state) => state.version)
  const [text, setText] = useState<string | undefined>(undefined)
  const [report, setReport] = useState<DoctorReport | undefined>(undefined)
  const [busy, setBusy] = useState(false)

  const copy = async (): Promise<void> => {
    const asked = client.call('app.diagnostics', {}).then((answer) => {
      setText(answer.text)
      return new Blob([answer.text], { type: 'text/plain' })
    })
    try {
      // Promised, not awaited: a browser writes only while the press is fresh.
      await navigator.clipboard.write([new ClipboardItem({ 'text/plain': asked })])
      toast({ tone: 'good', text: { key: 'job.copied' } })
    } catch {
      // The text is shown below in any case, unless the app itself failed.
      await asked.catch(fail)
    }
  }
  const check = async (): Promise<void> => {
    setBusy(true)
    try {
      setReport(await client.call('app.doctor', { repair: true }))
    } catch (thrown) {
      fail(thrown)
    } finally {
      setBusy(false)
    }
  }
  return (
    <>
      <Row name={say('settings.version')}>
        <span data-selectable>Recast {version}</span>
      </Row>
      <Row name={setup('set.diagnostics')} hint={setup('set.diagnostics.hint')}>
        <Button icon={<Copy size={14} aria-hidden />} onPress={() => void copy()} data-testid="settings-diagnostics">
          {setup('set.diagnostics.copy')}
        </Button>
      </Row>
      {text === undefined ? null : (
        <pre
          data-selectable
          data-testid="diagnostics-text"
          aria-label={setup('set.diagnostics')}
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, so keys must reach it
          tabIndex={0}
          className="my-2 max-h-48 overflow-auto whitespace-pre-wrap break-words rounded-m border border-line bg-ground p-3 text-s text-muted"
        >
          {text}
        </pre>
      )}
      <Row name={setup('set.check')} hint={setup('set.check.hint')}>
        <Button
          icon={<Stethoscope size={14} aria-hidden />}
          onPress={() => void check()}
          isPending={busy}
          data-testid="settings-check"
        >
          {setup(busy ? 'set.check.running' : 'set.check.run')}
        </Button>
      </Row>
      {report ? (
        <ul className="flex flex-col gap-1 pt-1" aria-live="polite" data-testid="settings-checked">
          <li className={report.ok ? 'text-good' : 'text-bad'}>{setup(report.ok ? 'set.check.good' : 'set.check.bad')}</li>
          {report.checks
            .filter((each) => !each.ok || each.found > 0)
            .map((each) => (
              <li key={each.name} className="text-s text-muted">
                {each.note}
              </li>
            ))}
        </ul>
      ) : null}
    </>
  )
}
