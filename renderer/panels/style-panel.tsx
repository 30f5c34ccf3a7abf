import { useMemo, useRef, useState, type ReactElement } from 'react'
import { PanelHeading } from '../frame/side-panel'
import { EditReadiness } from '../compose/readiness-note'
import { PanelHelp } from '../help/panel-help'
import { useWords } from '../i18n/i18n'
import { currentEngine } from '../i18n/labels'
import { useActions, useClient, useStudio } from '../state/context'
import { PresetBar } from '../styles/preset-bar'
import { chosenStyles, type StyleChoice } from '../styles/style-choice'
import { StyleMenu } from '../styles/style-menu'
import { StyleTiles } from '../styles/style-tiles'
import { SearchEntry, Segmented } from '../widgets'
import { RunButton } from './run-button'
import { useStyleThumbnails } from './style-thumbnails'
import { StylePictures, StyleValues } from './style-values'

const choices: readonly StyleChoice[] = ['all', 'favourites', 'recent', 'own']

/** The panel of the style mode: styles, a style from a picture, the values, and the button that runs it. */
export function StylePanel(): ReactElement {
  const say = useWords()
  const client = useClient()
  const { chooseStyle, restyle, importSample, favourStyle, removeStyle, openDialog } = useActions()
  const empty = useStudio((state) => state.pictures.total === 0)
  const [search, setSearch] = useState('')
  const styles = useStudio((state) => state.styles)
  const ready = useStudio((state) => state.ready)
  const chosen = useStudio(({ ui }) => (ui.style.styleAssetId === undefined ? ui.style.styleId : undefined))
  const draft = useStudio((state) => currentEngine(state.settings.engine, state.engines)?.kind === 'draft')
  const photo = useStudio((state) => state.pictures.byId[state.selection.openId ?? '']?.rootAssetId)
  const busy = useStudio((state) => state.queue.active > 0)
  const marks = useStudio((state) => state.styleMarks)
  const [choice, setChoice] = useState<StyleChoice>('all')
  const [menu, setMenu] = useState<string>()
  const anchor = useRef<HTMLElement | null>(null)
  const shown = useMemo(() => chosenStyles(styles, marks, choice), [styles, marks, choice])
  const apply = (styleId: string): void => void (empty ? importSample().then(() => restyle({ styleId })) : restyle({ styleId }))
  const edit = (styleId: string): void => {
    const isOwn = styles.some(({ id, own }) => id === styleId && own !== undefined)
    openDialog(isOwn ? { type: 'preset', id: styleId } : { type: 'preset', from: styleId })
  }
  const thumbnailUrl = useStyleThumbnails(styles, photo, client.fileUrl, busy)
  return (
    <div className="flex min-h-0 flex-1 flex-col" data-testid="style-panel">
      <div className="shrink-0 px-4 pb-3 pt-1.5">
        <PanelHeading title={say('style.title')}>
          <span className="flex items-center">
            <PresetBar />
            <PanelHelp topic="style" />
          </span>
        </PanelHeading>
        <SearchEntry
          label={say('style.search')}
          clearLabel={say('style.search.clear')}
          value={search}
          onChange={setSearch}
          data-testid="style-search"
        />
        <div className="pt-2">
          <Segmented<StyleChoice>
            label={say('presets.show')}
            size="s"
            fill
            value={choice}
            onChange={setChoice}
            items={choices.map((id) => ({ id, label: say(`presets.show.${id}`), testId: `show-${id}` }))}
          />
        </div>
      </div>
      <div className="min-h-24 flex-1 overflow-y-auto px-4 pb-4">
        {ready ? (
          <StyleTiles
            styles={shown}
            listed={choice === 'favourites' || choice === 'recent'}
            favourites={marks.favourites}
            onFavour={(styleId) => void favourStyle(styleId)}
            onEdit={edit}
            onDelete={(styleId) => {
              const style = styles.find(({ id }) => id === styleId)
              if (style) void removeStyle(style)
            }}
            onMenu={(styleId, tile) => {
              anchor.current = tile
              setMenu(styleId)
            }}
            empty={choice === 'all' ? undefined : say(`presets.none.${choice}`)}
            language={say.language}
            thumbnailUrl={thumbnailUrl}
            activeId={chosen}
            onChoose={chooseStyle}
            onApply={apply}
            search={search}
            draft={draft}
          />
        ) : (
          <TileSkeletons />
        )}
        <StyleMenu
          styleId={menu}
          anchor={anchor}
          onApply={(styleId) => {
            chooseStyle(styleId)
            apply(styleId)
          }}
          onClose={() => setMenu(undefined)}
        />
        <div className="pt-4">
          <StylePictures />
        </div>
      </div>
      <div className="shrink-0 border-t border-line px-4 pt-2">
        <StyleValues />
      </div>
      <div className="flex shrink-0 flex-col gap-2 px-4 pb-4 pt-2">
        <EditReadiness edit="style" />
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
