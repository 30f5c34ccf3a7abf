import { useState, type ReactElement } from 'react'
import { PanelHeading } from '../frame/side-panel'
import { useWords } from '../i18n/i18n'
import { currentEngine } from '../i18n/labels'
import { useActions, useClient, useStudio } from '../state/context'
import { StyleTiles } from '../styles/style-tiles'
import { SearchEntry } from '../widgets'
import { RunButton } from './run-button'
import { useStyleThumbnails } from './style-thumbnails'
import { StylePictures, StyleValues } from './style-values'

/** The panel of the style mode: styles, a style from a picture, the values, and the button that runs it. */
export function StylePanel(): ReactElement {
  const say = useWords()
  const client = useClient()
  const { setStyle, restyle, importSample } = useActions()
  const empty = useStudio((state) => state.pictures.total === 0)
  const [search, setSearch] = useState('')
  const styles = useStudio((state) => state.styles)
  const ready = useStudio((state) => state.ready)
  const chosen = useStudio(({ ui }) => (ui.style.styleAssetId === undefined ? ui.style.styleId : undefined))
  const draft = useStudio((state) => currentEngine(state.settings.engine, state.engines)?.kind === 'draft')
  const photo = useStudio((state) => state.pictures.byId[state.selection.openId ?? '']?.rootAssetId)
  const busy = useStudio((state) => state.queue.active > 0)
  const thumbnailUrl = useStyleThumbnails(styles, photo, client.fileUrl, busy)
  return (
    <div className="flex min-h-0 flex-1 flex-col" data-testid="style-panel">
      <div className="shrink-0 px-4 pb-3 pt-1.5">
        <PanelHeading title={say('style.title')} />
        <SearchEntry
          label={say('style.search')}
          clearLabel={say('style.search.clear')}
          value={search}
          onChange={setSearch}
          data-testid="style-search"
        />
      </div>
      <div className="min-h-24 flex-1 overflow-y-auto px-4 pb-4">
        {ready ? (
          <StyleTiles
            styles={styles}
            language={say.language}
            thumbnailUrl={thumbnailUrl}
            activeId={chosen}
            onChoose={(styleId) => setStyle({ styleId, styleAssetId: undefined })}
            onApply={(styleId) => void (empty ? importSample().then(() => restyle({ styleId })) : restyle({ styleId }))}
            search={search}
            draft={draft}
          />
        ) : (
          <TileSkeletons />
        )}
        <div className="pt-4">
          <StylePictures />
        </div>
      </div>
      <div className="shrink-0 border-t border-line px-4 pt-2">
        <StyleValues />
      </div>
      <div className="shrink-0 px-4 pb-4 pt-2">
        <RunButton />
      </div>
    </div>
  )
}

function TileSkeletons(): ReactElement {
  return (
    <div className="grid grid-cols-2 gap-2 pt-6" aria-hidden>
      {[0, 1, 2, 3, 4, 5].map((index) => (
        <div key={index} className="skeleton aspect-4/3 rounded-m" />
      ))}
    </div>
  )
}
