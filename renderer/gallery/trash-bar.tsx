import { useEffect, useState, type ReactElement } from 'react'
import type { Picture } from '#shared/domain/picture'
import { useWords } from '../i18n/i18n'
import { useActions, useClient, useStudio } from '../state/context'
import { Button, ConfirmDialog } from '../widgets'

/** Photos shown at once; the rest come when these are back or gone. */
const photosShown = 30

/** Above the trash: how long it is kept, emptying it, and the photos in it. */
export function TrashBar(props: { total: number }): ReactElement {
  const say = useWords()
  const client = useClient()
  const { openDialog, fail, restorePictures } = useActions()
  const days = useStudio((state) => state.settings.trashDays)
  const revision = useStudio((state) => state.gallery.revision)
  const [{ photos }, setTrashed] = useState<{ photos: readonly Picture[]; revision?: number }>({ photos: [] })
  useEffect(() => {
    let gone = false
    client.call('pictures.list', { trashed: true, limit: photosShown }).then(
      ({ items }) => {
        // With each revision they are asked for anew.
        if (!gone) setTrashed({ photos: items, revision })
      },
      (thrown: unknown) => {
        if (!gone) fail(thrown)
      },
    )
    return () => {
      gone = true
    }
  }, [client, revision, fail])
  return (
    <div className="flex shrink-0 flex-col gap-2 border-t border-line px-4 py-2" data-testid="trash-bar">
      <div className="flex items-center justify-between gap-3">
        <p className="text-s text-muted">
          {days > 0 ? say('gallery.trash.keeps', { count: days }) : say('gallery.trash.forever')}
        </p>
        <Button
          size="s"
          kind="danger"
          isDisabled={props.total + photos.length === 0}
          onPress={() => openDialog({ type: 'emptyTrash' })}
          data-testid="empty-trash"
        >
          {say('gallery.emptyTrash')}
        </Button>
      </div>
      {photos.length > 0 ? (
        <ul aria-label={say('gallery.trash.photos')} className="flex gap-2 overflow-x-auto pb-1">
          {photos.map((photo) => (
            <li key={photo.id} className="flex w-24 shrink-0 flex-col gap-1" data-testid="trashed-photo">
              <img
                src={client.fileUrl(photo.currentAssetId, { width: 256 })}
                alt={photo.name}
                className="h-16 w-24 rounded-s bg-panel object-contain"
              />
              <Button
                size="s"
                aria-label={say('gallery.trash.restorePhoto', { name: photo.name })}
                onPress={() => void restorePictures([photo.id])}
              >
                {say('gallery.restore')}
              </Button>
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  )
}

/** Asks before anything is deleted for good. */
export function EmptyTrashDialog(props: { onClose: () => void }): ReactElement {
  const say = useWords()
  const { emptyTrash } = useActions()
  return (
    <ConfirmDialog
      title={say('gallery.emptyTrash.title')}
      text={say('gallery.emptyTrash.text')}
      closeLabel={say('dialog.close')}
      keep={say('gallery.emptyTrash.keep')}
      confirm={say('gallery.emptyTrash.confirm')}
      onConfirm={() => void emptyTrash()}
      onClose={props.onClose}
      data-testid="empty-trash-dialog"
    />
  )
}
