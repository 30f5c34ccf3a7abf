import { useEffect, useRef, useState, type ReactElement } from 'react'
import type { CallOutput } from '#shared/contract/calls'
import type { Settings } from '#shared/domain/settings'
import { bytes, count } from '../i18n/format'
import { useWords } from '../i18n/i18n'
import { useSetupWords } from '../i18n/setup'
import { useActions, useClient, useStudio, useStudioParts } from '../state/context'
import { Button, NumberEntry, Select } from '../widgets'
import { Row } from './row'

type Limit = Pick<Settings, 'keepResults' | 'keepDays' | 'keepGigabytes'>

function sameLimit(a: Limit, b: Limit): boolean {
  return a.keepResults === b.keepResults && a.keepDays === b.keepDays && a.keepGigabytes === b.keepGigabytes
}

/** Which results the history keeps. A limit holds only after it was said what it takes away now. */
export function KeepRow(): ReactElement {
  const { language } = useWords()
  const setup = useSetupWords()
  const client = useClient()
  const { setSettings, trimHistory, fail } = useActions()
  const revision = useStudio((state) => state.gallery.revision)
  const saved = useStudioParts(({ settings: { keepResults, keepDays, keepGigabytes } }) => ({
    keepResults,
    keepDays,
    keepGigabytes,
  }))
  const [wish, setWish] = useState<Limit>(saved)
  // What another window has set since is what holds, here too.
  const [known, setKnown] = useState<Limit>(saved)
  if (!sameLimit(known, saved)) {
    setKnown(saved)
    setWish(saved)
  }
  const [preview, setPreview] = useState<{ of: Limit; revision: number; answer: CallOutput<'history.preview'> }>()
  const { keepResults, keepDays, keepGigabytes } = wish
  const isSaved = sameLimit(wish, saved)
  useEffect(() => {
    let gone = false
    const of = { keepResults, keepDays, keepGigabytes }
    client.call('history.preview', of).then(
      (answer) => {
        if (!gone) setPreview({ of, revision, answer })
      },
      (thrown: unknown) => {
        if (!gone) fail(thrown)
      },
    )
    return () => {
      gone = true
    }
  }, [client, fail, revision, keepResults, keepDays, keepGigabytes])
  const change = (patch: Partial<Limit>): void => {
    const next = { ...wish, ...patch }
    setWish(next)
    // To keep everything takes nothing away: it needs no second word.
    if (next.keepResults === 'all') void setSettings(next)
  }
  const choice = useRef<HTMLDivElement>(null)
  const hold = async (): Promise<void> => {
    // The button that was pressed goes away; who uses the keyboard goes on from the choice, not from the dialog's beginning.
    choice.current?.querySelector('button')?.focus()
    await setSettings(wish)
    await trimHistory()
  }
  const told = preview && sameLimit(preview.of, wish) ? preview.answer : undefined
  return (
    <>
      <Row name={setup('set.keep')} hint={setup('set.keep.hint')}>
        <div ref={choice} className="contents">
          <Select
            label={setup('set.keep')}
            hideLabel
            value={keepResults}
            onChange={(next) => change({ keepResults: next })}
            items={(['all', 'days', 'size'] as const).map((id) => ({ id, label: setup(`set.keep.${id}`) }))}
            data-testid="settings-keep"
          />
        </div>
        {keepResults === 'days' ? (
          <NumberEntry
            label={setup('set.keep.days')}
            value={keepDays}
            onChange={(next) => change({ keepDays: next })}
            min={1}
            max={3650}
            className="w-20"
            data-testid="settings-keep-days"
          />
        ) : keepResults === 'size' ? (
          <NumberEntry
            label={setup('set.keep.size')}
            value={keepGigabytes}
            onChange={(next) => change({ keepGigabytes: next })}
            min={1}
            max={100_000}
            className="w-20"
            data-testid="settings-keep-size"
          />
        ) : null}
      </Row>
      {keepResults === 'all' ? null : (
        <div className="mb-2 ml-[184px] flex items-center justify-between gap-3 rounded-m bg-ground px-3 py-2">
          <p className="flex min-h-9 items-center text-s" aria-live="polite" data-testid="settings-keep-told">
            {told === undefined
              ? setup('set.keep.counting')
              : told.results === 0
                ? setup('set.keep.nothing', { count: told.total, n: count(told.total, language), size: bytes(told.totalBytes) })
                : setup('set.keep.told', { count: told.results, n: count(told.results, language), size: bytes(told.bytes) })}
          </p>
          {isSaved ? null : (
            <Button
              kind={told && told.results > 0 ? 'danger' : 'plain'}
              isDisabled={told === undefined}
              onPress={() => void hold()}
              data-testid="settings-keep-hold"
            >
              {setup('set.keep.hold')}
            </Button>
          )}
        </div>
      )}
    </>
  )
}
