import { ImageUpscale } from 'lucide-react'
import type { ReactElement } from 'react'
import { useWords } from '../i18n/i18n'
import { useActions } from '../state/context'
import { IconButton, MenuButton } from '../widgets'
import { useReadiness } from './use-readiness'

/** Enlarges the picture, or those that are selected. What is missing for it is said by the menu itself. */
export function UpscaleMenu(props: { disabled: boolean }): ReactElement {
  const say = useWords()
  const { enlarge, openDialog } = useActions()
  const { readiness } = useReadiness('upscale')
  const lacks = readiness.state === 'none' || readiness.state === 'lacking'
  return (
    <MenuButton
      label={say('compose.upscale')}
      entries={
        lacks
          ? [
              {
                id: 'get',
                label: say(readiness.state === 'none' ? 'compose.upscale.none' : 'compose.upscale.lacking'),
                onAction: () => openDialog({ type: readiness.state === 'none' ? 'engines' : 'models' }),
              },
            ]
          : ([2, 3, 4] as const).map((factor) => ({
              id: `upscale-${factor}`,
              label: say('compose.upscale.by', { factor }),
              onAction: () => void enlarge(factor),
            }))
      }
    >
      <IconButton
        label={say('compose.upscale')}
        icon={<ImageUpscale size={15} aria-hidden />}
        isDisabled={props.disabled}
        data-testid="upscale"
      />
    </MenuButton>
  )
}
