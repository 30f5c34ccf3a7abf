import { useCallback, useMemo, useRef, type ChangeEvent, type ReactElement, type ReactNode } from 'react'
import type { ImportResult } from '#shared/contract/calls'
import { useActions } from '../state/context'
import { useDesktop } from '../state/shell'
import { targetsOf, type EditTarget } from '#shared/domain/edit-targets'
import { picturesOfSelection } from './incoming'
import { PickersContext, type Pickers } from './pickers'

/** The ways into the library that are not drag and drop: file and folder pickers. */
export function Intake(props: { children: ReactNode }): ReactElement {
  const { importFiles, importPaths, importStylePicture, setStyle, toast, fail } = useActions()
  const desktop = useDesktop()
  const files = useRef<HTMLInputElement>(null)
  const folder = useRef<HTMLInputElement>(null)
  const style = useRef<HTMLInputElement>(null)
  const afterFolder = useRef<((targets: EditTarget[]) => void) | undefined>(undefined)
  const hand = useCallback(
    (results: readonly ImportResult[], then?: (targets: EditTarget[]) => void): void => {
      if (!then) return
      const { targets, repeated } = targetsOf(results)
      if (repeated.length > 0) toast({ tone: 'info', text: { key: 'import.repeated', values: { count: repeated.length } } })
      then(targets)
    },
    [toast],
  )
  const openByPath = useCallback(
    async (choose: () => Promise<string[]>, then?: (targets: EditTarget[]) => void) => {
      try {
        const paths = await choose()
        if (paths.length > 0) hand(await importPaths(paths), then)
      } catch (thrown) {
        fail(thrown)
      }
    },
    [importPaths, hand, fail],
  )
  const pickers = useMemo<Pickers>(
    () => ({
      files: () =>
        desktop ? void openByPath(async () => (await desktop('dialog.openPictures', {})).paths) : files.current?.click(),
      folder: (then) => {
        afterFolder.current = then
        if (desktop)
          void openByPath(async () => {
            const { path } = await desktop('dialog.chooseFolder', {})
            return path === undefined ? [] : [path]
          }, then)
        else folder.current?.click()
      },
      stylePicture: () => style.current?.click(),
    }),
    [desktop, openByPath],
  )

  const take = (event: ChangeEvent<HTMLInputElement>): void => {
    const chosen = picturesOfSelection(event.currentTarget.files)
    // The same file can be chosen again.
    event.currentTarget.value = ''
    const then = event.currentTarget === folder.current ? afterFolder.current : undefined
    if (chosen.length > 0) void importFiles(chosen).then((results) => hand(results, then))
  }
  const takeStyle = (event: ChangeEvent<HTMLInputElement>): void => {
    const [file] = event.currentTarget.files ?? []
    event.currentTarget.value = ''
    if (!file) return
    void importStylePicture({ name: file.name, data: file }).then((styleAssetId) => {
      if (styleAssetId !== undefined) setStyle({ styleAssetId })
    })
  }
  return (
    <PickersContext value={pickers}>
      {props.children}
      <input ref={files} type="file" multiple accept="image/*" hidden onChange={take} data-testid="pick-files" />
      <input
        ref={(element) => {
          folder.current = element
          // React knows no such attribute; without it the picker chooses files.
          element?.setAttribute('webkitdirectory', '')
        }}
        type="file"
        multiple
        hidden
        onChange={take}
        data-testid="pick-folder"
      />
      <input ref={style} type="file" accept="image/*" hidden onChange={takeStyle} data-testid="pick-style" />
    </PickersContext>
  )
}
