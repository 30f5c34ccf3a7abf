import { useCallback, useMemo, type ReactElement, type ReactNode } from 'react'
import { assertNever } from '#shared/domain/error'
import { DragAndDrop, type DropAction, type SystemFile, type PictureRef, type SystemFiles } from '../dnd'
import { slotOfKey } from '../compose/slot-key'
import { targetsOf } from '#shared/domain/edit-targets'
import { folderOf } from '../library-intake/incoming'
import type { IncomingFile } from '../state/actions'
import { cameraView } from '../sheets/wanted-views'
import { useActions, useStudioRoot } from '../state/context'
import { useDesktop } from '../state/shell'

const incoming = ({ file, path }: SystemFile): IncomingFile => ({ name: file.name, data: file, ...folderOf(path) })

/** Carries out what is dropped and pasted anywhere in the window. */
export function StudioDragAndDrop(props: { children: ReactNode }): ReactElement {
  const actions = useActions()
  const { store, client } = useStudioRoot()
  const desktop = useDesktop()
  const fileOf = useCallback(
    ({ assetId, name }: { assetId: string; name: string }) => ({
      // Colons separate the parts of the drag's own type.
      name: `${name.replaceAll(/[:/\\]/g, '_')}.png`,
      url: new URL(client.fileUrl(assetId, { download: { format: 'png', name, profile: 'srgb' } }), location.href).href,
    }),
    [client],
  )

  const { fail } = actions
  const dragOut = useMemo(
    () =>
      desktop &&
      ((items: readonly PictureRef[]): void => {
        desktop('drag.out', { items: items.slice(0, 200).map(({ assetId, name }) => ({ assetId, name })) }).catch(fail)
      }),
    [desktop, fail],
  )

  /** The files of a drop, after telling what of it could not be read. */
  const read = async (files: Promise<SystemFiles> | undefined): Promise<IncomingFile[]> => {
    const dropped = await files
    if (!dropped) return []
    if (dropped.unreadable.length > 0)
      actions.toast({
        tone: 'bad',
        text: { key: 'import.unreadable', values: { names: dropped.unreadable.slice(0, 3).join(', ') } },
      })
    if (dropped.truncated) actions.toast({ tone: 'info', text: { key: 'import.truncated' } })
    if (dropped.files.length === 0 && dropped.unreadable.length === 0)
      actions.toast({ tone: 'info', text: { key: 'import.nothing' } })
    return dropped.files.map(incoming)
  }

  const carryOut = async (action: DropAction, files: Promise<SystemFiles> | undefined): Promise<void> => {
    switch (action.do) {
      case 'restyle':
        actions.chooseStyle(action.styleId)
        return actions.restyle(
          { styleId: action.styleId },
          action.pictures.map((picture) => picture.pictureId),
        )
      case 'view':
        return actions.makeViews(
          [cameraView(store.getState().ui.view)],
          action.pictures.map((picture) => picture.pictureId),
        )
      case 'restyle-by':
        actions.rememberStylePicture(action.style.assetId)
        return actions.restyle({ styleAssetId: action.style.assetId }, [action.picture.pictureId])
      case 'restyle-by-file': {
        const styleAssetId = await importStyle(await read(files))
        if (styleAssetId !== undefined) await actions.restyle({ styleAssetId }, [action.picture.pictureId])
        return
      }
      case 'import':
        await actions.importFiles(await read(files))
        return
      case 'import-and-restyle': {
        const results = await actions.importFiles(await read(files))
        const { targets, repeated } = targetsOf(results)
        if (repeated.length > 0)
          actions.toast({ tone: 'info', text: { key: 'import.repeated', values: { count: repeated.length } } })
        if (targets.length > 0) await actions.restyle({ styleId: action.styleId }, targets)
        return
      }
      case 'open':
        return actions.openPicture(action.picture.pictureId)
      case 'choose-style':
        actions.rememberStylePicture(action.style.assetId)
        return actions.setStyle({ styleAssetId: action.style.assetId })
      case 'choose-style-file': {
        const styleAssetId = await importStyle(await read(files))
        if (styleAssetId !== undefined) actions.setStyle({ styleAssetId })
        return
      }
      case 'fill-slot':
        return actions.fillSlot(slotOfKey(action.slot), action.picture.assetId)
      case 'fill-slot-file': {
        const [first] = await read(files)
        if (first) await actions.fillSlotByFile(slotOfKey(action.slot), first)
        return
      }
      case 'import-workflows': {
        const dropped = await files
        for (const { file } of dropped?.files ?? []) await actions.importWorkflow(file)
        return
      }
      default:
        return assertNever(action, 'drop')
    }
  }
  const importStyle = async ([first]: IncomingFile[]): Promise<string | undefined> => first && actions.importStylePicture(first)

  return (
    <DragAndDrop
      {...(dragOut ? { dragOut } : { fileOf })}
      onDrop={(action, files) => {
        carryOut(action, files).catch(actions.fail)
      }}
      onPaste={(files) => void actions.importFiles(files.map(incoming))}
    >
      {props.children}
    </DragAndDrop>
  )
}
