import type { ReactElement } from 'react'
import { useSetupWords } from '../i18n/setup'

/** What leaves this machine, and when: only what the user asks for. */
export function PrivacySection(): ReactElement {
  const setup = useSetupWords()
  return (
    <dl className="flex flex-col gap-4">
      {(['telemetry', 'pictures', 'network', 'secrets'] as const).map((key) => (
        <div key={key}>
          <dt className="font-semibold">{setup(`set.privacy.${key}`)}</dt>
          <dd className="text-muted">{setup(`set.privacy.${key}.text`)}</dd>
        </div>
      ))}
    </dl>
  )
}
