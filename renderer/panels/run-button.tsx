import type { ReactElement } from 'react'
import { useWords } from '../i18n/i18n'
import { useActions, useStudio } from '../state/context'
import { editTargets } from '../state/selection'
import { Button } from '../widgets'

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
    <Button
      kind="primary"
      size="l"
      className="w-full"
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
  )
}
