import type { ReactElement } from 'react'
import { EnginesDialog } from '../engines/engines-dialog'
import { ExportDialog } from '../export/export-dialog'
import { FirstRunDialog } from '../first-run/first-run'
import { ModelsDialog } from '../models/models-dialog'
import { CancelAllDialog } from '../queue/cancel-all-dialog'
import { EmptyTrashDialog } from '../gallery/trash-bar'
import { VersionTreeDialog } from '../versions/version-tree-dialog'
import { SheetExportDialog } from '../sheets/sheet-export-dialog'
import { ViewSetsDialog } from '../sheets/view-sets-dialog'
import { SettingsDialog } from '../settings/settings-dialog'
import { ScopeDialog } from '../styles/scope-dialog'
import { PresetEditor } from '../styles/preset-editor'
import { ShortcutsDialog } from '../shortcuts/shortcuts-dialog'
import { useActions, useStudio } from '../state/context'

/** The one dialog that is open, if any. */
export function Dialogs(): ReactElement | null {
  const dialog = useStudio((state) => state.dialog)
  const { openDialog } = useActions()
  const close = (): void => openDialog(undefined)
  switch (dialog?.type) {
    case 'settings':
      return <SettingsDialog section={dialog.section ?? 'general'} onClose={close} />
    case 'firstRun':
      return <FirstRunDialog onClose={close} />
    case 'engines':
      return <EnginesDialog onClose={close} />
    case 'shortcuts':
      return <ShortcutsDialog open onClose={close} />
    case 'models':
      return <ModelsDialog onClose={close} />
    case 'export':
      return <ExportDialog pictureIds={dialog.pictureIds} assetId={dialog.assetId} onClose={close} />
    case 'cancelAll':
      return <CancelAllDialog onClose={close} />
    case 'exportResults':
      return <ExportDialog pictureIds={[]} assetId={undefined} items={dialog.items} onClose={close} />
    case 'emptyTrash':
      return <EmptyTrashDialog onClose={close} />
    case 'versions':
      return <VersionTreeDialog pictureId={dialog.pictureId} onClose={close} />
    case 'viewSets':
      return <ViewSetsDialog onClose={close} />
    case 'sheetExport':
      return <SheetExportDialog pictureId={dialog.pictureId} onClose={close} />
    case 'preset':
      return <PresetEditor id={dialog.id} from={dialog.from} onClose={close} />
    case 'scope':
      return <ScopeDialog pictures={dialog.pictures} onClose={close} />
    case undefined:
      return null
  }
}
