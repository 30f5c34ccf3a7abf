import { ImagePlus, X } from 'lucide-react'
import { useRef, useState, type ReactElement } from 'react'
import { Button as AriaButton, Dialog, DialogTrigger, ListBox, ListBoxItem, Popover } from 'react-aria-components'
import { useDragStateOf, useDropArea } from '../dnd'
import { useWords } from '../i18n/i18n'
import { useActions, useClient, useStudio } from '../state/context'
import type { PictureSlotId } from '../state/actions-compose'
import { Button, classes, FileInput } from '../widgets'
import { keyOfSlot } from './slot-key'

/** Pictures of the library that a slot offers at once; others are dragged from the library. */
const offered = 60

/**
 * A place for a picture: dropped from the library or the disk, or chosen, by mouse or keyboard, from the newest of the library or by
 * the system's dialog.
 */
export function PictureSlot(props: {
  slot: PictureSlotId
  assetId: string | undefined
  /** What the picture is for; also what a drop here says. */
  title: string
  /** Shown dimmed while nothing is put in: what would be taken. */
  fallback?: string | undefined
  size?: 's' | 'm'
}): ReactElement {
  const say = useWords()
  const client = useClient()
  const { fillSlot, fillSlotByFile } = useActions()
  const { slot, assetId, title, fallback } = props
  const key = keyOfSlot(slot)
  const dropArea = useDropArea(() => ({ kind: 'slot', slot: key, title }))
  const over = useDragStateOf((state) => state.over?.key === key)
  const [open, setOpen] = useState(false)
  const file = useRef<HTMLInputElement>(null)
  const shown = assetId ?? fallback
  return (
    <div
      ref={dropArea}
      data-drop-place={key}
      tabIndex={-1}
      data-testid="picture-slot"
      data-filled={assetId !== undefined || undefined}
      className={classes(
        'group relative rounded-s outline-offset-2',
        props.size === 's' ? 'size-12' : 'aspect-square w-full',
        over && 'outline-2 outline-accent',
      )}
    >
      <DialogTrigger isOpen={open} onOpenChange={setOpen}>
        <AriaButton
          aria-label={say(assetId === undefined ? 'compose.slot.choose' : 'compose.slot.change', { title })}
          data-testid="slot-choose"
          className={classes(
            'flex size-full flex-col items-center justify-center gap-1 overflow-hidden rounded-s border bg-raised text-muted transition-colors duration-120 hovered:border-edge hovered:text-text',
            assetId === undefined ? 'border-dashed border-edge' : 'border-line',
          )}
        >
          {shown === undefined ? (
            <ImagePlus size={props.size === 's' ? 14 : 18} aria-hidden />
          ) : (
            <img
              src={client.fileUrl(shown, { width: 256 })}
              alt=""
              draggable={false}
              className={classes('size-full object-cover', assetId === undefined && 'opacity-60')}
            />
          )}
        </AriaButton>
        <Popover className="w-72 rounded-m border border-line bg-raised p-3 entering:animate-[rise_var(--quick)_var(--ease)]">
          <Dialog className="flex flex-col gap-2 outline-none" aria-label={title} data-testid="slot-dialog">
            <LibraryChoice
              title={title}
              onChoose={(chosen) => {
                fillSlot(slot, chosen)
                setOpen(false)
              }}
            />
            <div className="flex gap-2">
              <Button size="s" onPress={() => file.current?.click()} data-testid="slot-file">
                {say('compose.slot.file')}
              </Button>
              {assetId === undefined ? null : (
                <Button
                  size="s"
                  kind="quiet"
                  onPress={() => {
                    fillSlot(slot, undefined)
                    setOpen(false)
                  }}
                >
                  {say('compose.slot.empty')}
                </Button>
              )}
            </div>
          </Dialog>
        </Popover>
      </DialogTrigger>
      {assetId === undefined ? null : (
        <button
          type="button"
          aria-label={say('compose.slot.remove', { title })}
          onClick={() => fillSlot(slot, undefined)}
          data-testid="slot-remove"
          className="absolute right-0.5 top-0.5 rounded-s bg-label-ground p-0.5 text-label-text opacity-0 focus-visible:opacity-100 group-hover:opacity-100"
        >
          <X size={11} aria-hidden />
        </button>
      )}
      <FileInput
        ref={file}
        accept="image/*"
        data-testid="slot-input"
        onFiles={([chosen]) => {
          setOpen(false)
          void fillSlotByFile(slot, { name: chosen.name, data: chosen })
        }}
      />
    </div>
  )
}

/** The newest pictures of the library, each as it is applied now. */
function LibraryChoice(props: { title: string; onChoose: (assetId: string) => void }): ReactElement {
  const say = useWords()
  const client = useClient()
  const order = useStudio((state) => state.pictures.order)
  const byId = useStudio((state) => state.pictures.byId)
  const pictures = order.slice(0, offered).flatMap((id) => byId[id] ?? [])
  if (pictures.length === 0) return <p className="text-s text-muted">{say('compose.slot.none')}</p>
  return (
    <ListBox
      aria-label={props.title}
      layout="grid"
      selectionMode="none"
      // oxlint-disable-next-line jsx-a11y/no-autofocus -- it has just been opened to choose from
      autoFocus
      items={pictures}
      dependencies={[client]}
      onAction={(id) => {
        const picture = byId[String(id)]
        if (picture) props.onChoose(picture.currentAssetId)
      }}
      className="grid max-h-56 grid-cols-4 gap-1.5 overflow-y-auto p-0.5 outline-none"
    >
      {(picture) => (
        <ListBoxItem
          id={picture.id}
          textValue={picture.name}
          aria-label={picture.name}
          data-testid="slot-picture"
          className="aspect-square cursor-pointer overflow-hidden rounded-s border border-line hovered:border-edge"
        >
          <img src={client.fileUrl(picture.currentAssetId, { width: 128 })} alt="" className="size-full object-cover" />
        </ListBoxItem>
      )}
    </ListBox>
  )
}
