import { EllipsisVertical, Plus } from 'lucide-react'
import { useRef, type ReactElement } from 'react'
import { readStyleFile, writeStyleFile } from '#shared/styles/style-file'
import { useWords } from '../i18n/i18n'
import { useActions, useStudio } from '../state/context'
import { FileInput, IconButton, MenuButton } from '../widgets'

/** Characters that one call may carry; a larger file goes preset by preset. */
const mostAtOnce = 3_500_000

/** New preset, import, export: beside the panel's heading. */
export function PresetBar(): ReactElement {
  const say = useWords()
  const { openDialog, importStyles, exportStyles, fail } = useActions()
  const styles = useStudio((state) => state.styles)
  const own = styles.filter((style) => style.own)
  const file = useRef<HTMLInputElement>(null)
  const take = async (chosen: File): Promise<void> => {
    try {
      const text = await chosen.text()
      if (text.length <= mostAtOnce) return await importStyles(text)
      for (const item of readStyleFile(text)) {
        if ('error' in item) fail(item.error)
        else await importStyles(writeStyleFile([item.style]))
      }
    } catch (thrown) {
      fail(thrown)
    }
  }
  return (
    <div className="flex items-center">
      <IconButton
        size="s"
        label={say('presets.new')}
        icon={<Plus size={15} aria-hidden />}
        onPress={() => openDialog({ type: 'preset' })}
        data-testid="preset-new"
      />
      <MenuButton
        label={say('presets.more')}
        entries={[
          { id: 'presets-import', label: say('presets.import'), onAction: () => file.current?.click() },
          {
            id: 'presets-export',
            label: say('presets.exportAll', { count: own.length }),
            disabled: own.length === 0,
            onAction: () => void exportStyles(own.map(({ id }) => id)),
          },
        ]}
      >
        <IconButton
          size="s"
          label={say('presets.more')}
          icon={<EllipsisVertical size={14} aria-hidden />}
          data-testid="presets-more"
        />
      </MenuButton>
      <FileInput
        ref={file}
        accept=".json,application/json"
        data-testid="presets-file"
        onFiles={([chosen]) => void take(chosen)}
      />
    </div>
  )
}
