import { ChevronDown, Folder, Images } from 'lucide-react'
import type { ReactElement } from 'react'
import { useWords } from '../i18n/i18n'
import { useActions, useStudio } from '../state/context'
import { editTargets } from '../state/selection'
import type { EditTarget } from '#shared/domain/edit-targets'
import { usePickers } from '../library-intake/pickers'
import { Button, IconButton, MenuButton } from '../widgets'

/** The one primary button of the style panel; it says how many pictures it will restyle, or what is missing. Without a picture it takes the sample. */
export function RunButton(): ReactElement {
  const say = useWords()
  const { restyle, importSample } = useActions()
  const empty = useStudio((state) => state.ready && state.pictures.total === 0)
  const targets = useStudio(
    (state) => editTargets(state.selection, state.ui.center, (id) => state.pictures.byId[id] !== undefined).length,
  )
  const hasStyle = useStudio(({ ui }) => ui.style.styleId !== undefined || ui.style.styleAssetId !== undefined)
  return (
    <div className="flex gap-px">
      <Button
        kind="primary"
        size="l"
        className="min-w-0 flex-1"
        isDisabled={(targets === 0 && !empty) || !hasStyle}
        onPress={() => void (empty ? importSample().then(() => restyle()) : restyle())}
        keys="mod+enter"
        data-testid="restyle"
      >
        {!hasStyle
          ? say('style.run.pick')
          : empty
            ? say('empty.sample')
            : targets === 0
              ? say('style.run.noPicture')
              : say('style.run', { count: targets })}
      </Button>
      {empty ? null : <ScopeButton isDisabled={!hasStyle} />}
    </div>
  )
}

/** Where the style is applied beside the selection: everything, or a folder. How many jobs that is, is said before it is done. */
function ScopeButton(props: { isDisabled: boolean }): ReactElement {
  const say = useWords()
  const { allPictureIds, openDialog } = useActions()
  const pickers = usePickers()
  const total = useStudio((state) => state.search?.total ?? state.pictures.total)
  const isSearch = useStudio((state) => state.search !== undefined)
  const ask = (pictures: readonly (string | EditTarget)[]): void => {
    if (pictures.length > 0) openDialog({ type: 'scope', pictures })
  }
  return (
    <MenuButton
      label={say('scope.open')}
      entries={[
        {
          id: 'scope-all',
          label: say(isSearch ? 'scope.found' : 'scope.all', { count: total }),
          icon: <Images size={14} aria-hidden />,
          onAction: () => void allPictureIds().then(ask),
        },
        {
          id: 'scope-folder',
          label: say('scope.folder'),
          icon: <Folder size={14} aria-hidden />,
          onAction: () => pickers.folder(ask),
        },
      ]}
    >
      <IconButton
        kind="primary"
        size="l"
        label={say('scope.open')}
        icon={<ChevronDown size={16} aria-hidden />}
        isDisabled={props.isDisabled}
        data-testid="scope"
      />
    </MenuButton>
  )
}
