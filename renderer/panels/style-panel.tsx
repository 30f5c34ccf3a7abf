import { useState, type ReactElement } from 'react'
import { PanelHeading } from '../frame/side-panel'
import { useWords } from '../i18n/i18n'
import { SearchEntry } from '../widgets'
import { RunButton } from './run-button'
import { StylePictures, StyleValues } from './style-values'

/** The panel of the style mode: styles, a style from a picture, the values, and the button that runs it. */
export function StylePanel(): ReactElement {
  const say = useWords()
  const [search, setSearch] = useState('')
  return (
    <div className="flex min-h-0 flex-1 flex-col" data-testid="style-panel">
      <div className="px-4 pb-3 pt-1.5">
        <PanelHeading title={say('style.title')} />
        <SearchEntry
          label={say('style.search')}
          clearLabel={say('style.search.clear')}
          value={search}
          onChange={setSearch}
          data-testid="style-search"
        />
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto px-4" />
      <div className="shrink-0 border-t border-line px-4 pb-1 pt-2">
        <StylePictures />
        <StyleValues />
      </div>
      <div className="shrink-0 px-4 pb-4 pt-2">
        <RunButton />
      </div>
    </div>
  )
}
