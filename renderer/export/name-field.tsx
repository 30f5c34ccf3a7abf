import { useRef, type ReactElement } from 'react'
import { nameTokens, unknownTokens } from '#shared/domain/export'
import { useSetupWords } from '../i18n/setup'
import { Button, TextEntry } from '../widgets'

/** The pattern of file names, with a button for each token: a press puts it where the caret was. */
export function NameField(props: { pattern: string; onChange: (pattern: string) => void }): ReactElement {
  const say = useSetupWords()
  const box = useRef<HTMLDivElement>(null)
  const unknown = unknownTokens(props.pattern)
  const insert = (token: string): void => {
    const field = box.current?.querySelector('input')
    const [from, to] = [field?.selectionStart ?? props.pattern.length, field?.selectionEnd ?? props.pattern.length]
    // Between two tokens belongs a separator, unless the user has set one.
    const before = props.pattern.slice(0, from)
    const gap = /[\p{L}\p{N}}]$/u.test(before) ? '_' : ''
    props.onChange(`${before}${gap}{${token}}${props.pattern.slice(to)}`)
    const caret = from + gap.length + token.length + 2
    requestAnimationFrame(() => field?.setSelectionRange(caret, caret))
  }
  return (
    <div ref={box} className="flex flex-col gap-1.5">
      <TextEntry
        label={say('export.name')}
        value={props.pattern}
        onChange={(pattern) => props.onChange(pattern.slice(0, 200))}
        data-testid="export-name"
      />
      <div className="flex flex-wrap gap-1">
        {nameTokens.map((token) => (
          <Button
            key={token}
            size="s"
            aria-label={say('export.name.insert', { token: say(`export.token.${token}`) })}
            onPress={() => insert(token)}
            data-testid={`token-${token}`}
          >
            {say(`export.token.${token}`)}
          </Button>
        ))}
      </div>
      {unknown.length > 0 ? (
        <p className="text-s text-bad" aria-live="polite">
          {say('export.name.unknown', { tokens: unknown.map((word) => `{${word}}`).join(' ') })}
        </p>
      ) : null}
    </div>
  )
}
