import { ImagePlus, X } from 'lucide-react'
import { useRef, useState, type ReactElement } from 'react'
import { useWords } from '../i18n/i18n'
import { useActions, useClient, useStudio } from '../state/context'
import { Button, classes, FileInput, IconButton, MenuButton, type MenuEntry } from '../widgets'

/** Pictures of the library that are offered at once; more are found by opening them. */
const offered = 48

/** A picture of a preset: chosen from a file, from the library, or as what stands on the canvas. */
export function PresetPicture(props: {
  label: string
  hint: string
  assetId: string | undefined
  onChange: (assetId: string | undefined) => void
  testId: string
}): ReactElement {
  const say = useWords()
  const client = useClient()
  const { importStylePicture } = useActions()
  const file = useRef<HTMLInputElement>(null)
  const [choosing, setChoosing] = useState(false)
  const open = useStudio(({ selection, pictures, shown }) => {
    const id = selection.openId ?? ''
    return shown[id]?.assetId ?? pictures.byId[id]?.currentAssetId
  })
  const order = useStudio((state) => state.pictures.order)
  const byId = useStudio((state) => state.pictures.byId)
  const entries: MenuEntry[] = [
    ...(open === undefined
      ? []
      : [{ id: `${props.testId}-open`, label: say('presets.editor.choose.open'), onAction: () => props.onChange(open) }]),
    {
      id: `${props.testId}-library`,
      label: say('presets.editor.choose.library'),
      disabled: order.length === 0,
      onAction: () => setChoosing(true),
    },
    { id: `${props.testId}-file`, label: say('presets.editor.choose.file'), onAction: () => file.current?.click() },
  ]
  return (
    <fieldset className="min-w-0 flex-1" aria-label={props.label} data-testid={props.testId}>
      <div className="flex gap-3">
        <div className="size-20 shrink-0 overflow-hidden rounded-m border border-line bg-raised">
          {props.assetId === undefined ? (
            <div className="flex size-full items-center justify-center text-muted">
              <ImagePlus size={18} aria-hidden />
            </div>
          ) : (
            <img src={client.fileUrl(props.assetId, { width: 256 })} alt={props.label} className="size-full object-cover" />
          )}
        </div>
        <div className="flex min-w-0 flex-col items-start gap-1">
          <span>{props.label}</span>
          <span className="text-s text-muted">{props.hint}</span>
          <div className="flex items-center gap-1 pt-0.5">
            <MenuButton label={props.label} entries={entries}>
              <Button
                size="s"
                aria-label={`${say('presets.editor.choose')}: ${props.label}`}
                data-testid={`${props.testId}-choose`}
              >
                {say('presets.editor.choose')}
              </Button>
            </MenuButton>
            {props.assetId === undefined ? null : (
              <IconButton
                size="s"
                label={say('presets.editor.remove', { what: props.label })}
                icon={<X size={13} aria-hidden />}
                onPress={() => props.onChange(undefined)}
              />
            )}
          </div>
        </div>
      </div>
      {choosing ? (
        <div className="mt-2 grid max-h-40 grid-cols-6 gap-1 overflow-y-auto p-0.5">
          {order.slice(0, offered).map((id, index) => {
            const picture = byId[id]
            return picture ? (
              <button
                key={id}
                type="button"
                // The list was just asked for: the keyboard goes on in it.
                // oxlint-disable-next-line jsx-a11y/no-autofocus
                autoFocus={index === 0}
                aria-label={picture.name}
                title={picture.name}
                aria-pressed={picture.currentAssetId === props.assetId}
                className={classes('aspect-square overflow-hidden rounded-s border border-line bg-raised hover:border-edge')}
                onClick={() => {
                  props.onChange(picture.currentAssetId)
                  setChoosing(false)
                }}
                data-testid={`${props.testId}-item`}
              >
                <img src={client.fileUrl(picture.currentAssetId, { width: 128 })} alt="" className="size-full object-cover" />
              </button>
            ) : null
          })}
        </div>
      ) : null}
      <FileInput
        ref={file}
        accept="image/*"
        data-testid={`${props.testId}-input`}
        onFiles={([chosen]) =>
          void importStylePicture({ name: chosen.name, data: chosen }).then((id) => id !== undefined && props.onChange(id))
        }
      />
    </fieldset>
  )
}
