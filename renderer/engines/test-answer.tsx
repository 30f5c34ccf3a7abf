import type { ReactElement } from 'react'
import type { CallOutput } from '#shared/contract/calls'
import { errorWords } from '../i18n/errors'
import { useWords } from '../i18n/i18n'
import { ErrorDetails } from '../widgets/error-details'

/** What a tested address answered, and how quickly; or why nothing did and what to do next. */
export function TestAnswer(props: { address: string; answer: CallOutput<'engines.test'> }): ReactElement | null {
  const say = useWords()
  const { found, error, ms } = props.answer
  if (found) {
    const what = [found.version === undefined ? 'ComfyUI' : `ComfyUI ${found.version}`, found.device].filter(Boolean).join(' · ')
    return <p className="text-good">{say('engines.test.good', { what, ms })}</p>
  }
  if (!error) return null
  const { title, next } = errorWords(error, say.language)
  // No job waits for an address that is only tried.
  const isAway = error.code === 'engine.offline' || error.code === 'engine.timeout'
  return (
    <>
      <p className="text-bad">{isAway ? say('engines.test.away') : title}</p>
      <p className="text-muted">{isAway ? say('engines.test.away.next') : next}</p>
      <ErrorDetails error={error} about={props.address} />
    </>
  )
}
