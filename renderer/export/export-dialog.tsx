import { Copy, FolderOpen } from 'lucide-react'
import { useState, type ReactElement } from 'react'
import { exportExtensions, type ExportOptions } from '#shared/domain/export'
import type { Picture } from '#shared/domain/picture'
import { useWords } from '../i18n/i18n'
import { useSetupWords } from '../i18n/setup'
import { useActions, useClient, useStudio } from '../state/context'
import { useDesktop } from '../state/shell'
import { Button, DialogFrame, Segmented } from '../widgets'
import { copyPicture } from './copy-picture'
import { ExportForm } from './export-form'
import { exportItems } from './export-items'
import { ExportOutcome } from './export-outcome'
import { useExportRun, type NamedItem } from './export-run'
import { NameField } from './name-field'
import { usePlan } from './use-plan'

/** Names that the preview shows; of the others it says how many. */
const shownNames = 5

/** Exports pictures: which version, how written, how named; the browser downloads them, the desktop writes them to a folder. */
export function ExportDialog(props: {
  pictureIds: readonly string[]
  /** Exactly this version of the one picture. */
  assetId: string | undefined
  /** Exactly these, named already, in place of pictures. */
  items?: readonly { assetId: string; name: string; plain?: boolean }[]
  onClose: () => void
}): ReactElement {
  const say = useWords()
  const setup = useSetupWords()
  const client = useClient()
  const { toast, fail, setSettings } = useActions()
  const desktop = useDesktop()
  const byId = useStudio((state) => state.pictures.byId)
  const seen = useStudio((state) => state.shown)
  const options = useStudio((state) => state.settings.exportOptions)
  const savedPattern = useStudio((state) => state.settings.exportName)
  const [pattern, setPattern] = useState(savedPattern)
  const [dir, setDir] = useState<string | undefined>(undefined)
  const [conflict, setConflict] = useState<'number' | 'skip'>('number')
  const { run, start, stop } = useExportRun(client)
  const [only] = props.pictureIds
  const shown = props.assetId !== undefined && only !== undefined ? { [only]: { assetId: props.assetId } } : seen
  const pictures = props.pictureIds.flatMap((id): Picture[] => (byId[id] ? [byId[id]] : []))
  const hasShown = pictures.some((picture) => shown[picture.id] !== undefined)
  const [which, setWhich] = useState<'current' | 'shown'>(hasShown ? 'shown' : 'current')
  // A name made of everything stands for {name} alone, and is in the way of a pattern that says more.
  const items = props.items
    ? props.items.map(({ assetId, name, plain }) => (plain || pattern === '{name}' ? { assetId, name } : { assetId }))
    : exportItems(pictures, which === 'shown' ? shown : {})
  const count = items.length
  const plan = usePlan({ items, pattern, format: options.format, ...(dir === undefined ? {} : { dir }) })
  const running = run?.state === 'running'

  const change = (patch: Partial<ExportOptions>): void => void setSettings({ exportOptions: { ...options, ...patch } })
  const choose = async (): Promise<void> => {
    try {
      setDir((await desktop?.('dialog.chooseFolder', {}))?.path ?? dir)
    } catch (thrown) {
      fail(thrown)
    }
  }
  const send = async (named: readonly NamedItem[]): Promise<void> => {
    if (pattern !== savedPattern) void setSettings({ exportName: pattern })
    const done = await start(named, options, desktop ? { type: 'folder', dir: dir ?? '', conflict } : { type: 'download' })
    if (done.state !== 'done' || done.failed.length > 0 || done.skipped > 0) return
    toast(
      desktop
        ? { tone: 'good', text: { key: 'export.done', values: { count: done.written, dir: dir ?? '' } } }
        : { tone: 'info', text: { key: 'export.started', values: { count: done.written } } },
    )
    // On the desktop it stays a moment longer: "show in folder" is the next thing wanted.
    if (!desktop) props.onClose()
  }
  const all = (): NamedItem[] => items.map(({ assetId }, index) => ({ assetId, name: plan?.names[index] ?? 'picture' }))
  const copy = async (): Promise<void> => {
    const [item] = items
    if (!item) return
    try {
      await copyPicture(client, item.assetId)
      toast({ tone: 'good', text: { key: 'export.copied' } })
    } catch {
      toast({ tone: 'info', text: { key: 'export.copyFailed' } })
    }
  }

  return (
    <DialogFrame
      title={say('export.title')}
      open
      onClose={props.onClose}
      closeLabel={say('dialog.close')}
      width="m"
      data-testid="export"
      footer={
        <>
          {count === 1 ? (
            <Button
              kind="quiet"
              icon={<Copy size={14} aria-hidden />}
              onPress={() => void copy()}
              className="-ml-3 mr-auto"
              data-testid="export-copy"
            >
              {setup('export.copy')}
            </Button>
          ) : null}
          {desktop && run?.path !== undefined && !running ? (
            <Button onPress={() => void desktop('shell.showFile', { path: run.path ?? '' }).catch(fail)}>
              {setup('export.show')}
            </Button>
          ) : null}
          {running ? (
            <Button onPress={stop} data-testid="export-stop">
              {setup('export.stop')}
            </Button>
          ) : desktop ? (
            <Button
              kind="primary"
              onPress={() => (dir === undefined ? void choose() : void send(all()))}
              isDisabled={count === 0 || !plan}
              data-testid="export-save"
            >
              {say(dir === undefined ? 'export.folder.choose' : 'export.save')}
            </Button>
          ) : (
            <Button
              kind="primary"
              onPress={() => void send(all())}
              isDisabled={count === 0 || !plan}
              data-testid="export-download"
            >
              {say('export.download', { count })}
            </Button>
          )}
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <p className="truncate text-muted">
          {say('export.what', { count, name: pictures[0]?.name ?? props.items?.[0]?.name ?? '' })}
        </p>
        {hasShown && props.assetId === undefined ? (
          <Segmented
            label={say('export.which')}
            value={which}
            onChange={setWhich}
            items={[
              { id: 'shown', label: say('export.which.shown') },
              { id: 'current', label: say('export.which.current') },
            ]}
          />
        ) : null}
        <ExportForm options={options} onChange={change} resizable={plan?.resizable ?? 0} profiled={plan?.profiled ?? 0} />
        <div className="h-px bg-line" />
        <NameField pattern={pattern} onChange={setPattern} />
        <NamePreview names={plan?.names} taken={plan?.taken ?? []} extension={exportExtensions[options.format]} count={count} />
        {desktop ? (
          <div className="flex items-center justify-between gap-3">
            <span className="min-w-0 truncate text-muted" title={dir}>
              {dir ?? say('export.folder.none')}
            </span>
            <Button icon={<FolderOpen size={14} aria-hidden />} onPress={() => void choose()} data-testid="export-folder">
              {say('export.folder.choose')}
            </Button>
          </div>
        ) : null}
        {desktop && plan && plan.taken.length > 0 ? (
          <div className="flex items-center justify-between gap-3">
            <span>{setup('export.conflict', { count: plan.taken.length })}</span>
            <Segmented
              label={setup('export.conflict', { count: plan.taken.length })}
              value={conflict}
              onChange={setConflict}
              items={[
                { id: 'number', label: setup('export.conflict.number'), testId: 'conflict-number' },
                { id: 'skip', label: setup('export.conflict.skip'), testId: 'conflict-skip' },
              ]}
            />
          </div>
        ) : null}
        {run ? <ExportOutcome run={run} onRetry={() => void send(run.failed.map(({ item }) => item))} /> : null}
      </div>
    </DialogFrame>
  )
}

/** The first names as the files will have them; its room is there before they are. */
function NamePreview(props: {
  names: readonly string[] | undefined
  taken: readonly number[]
  extension: string
  count: number
}): ReactElement {
  const setup = useSetupWords()
  const taken = new Set(props.taken)
  const lines = Math.min(props.count, shownNames)
  return (
    <div
      className="rounded-m border border-line bg-raised px-3 py-2 text-s"
      style={{ minHeight: 18 * (lines + (props.count > shownNames ? 1 : 0)) + 18 }}
    >
      <ul aria-label={setup('export.name.preview')} data-testid="export-preview">
        {props.names?.slice(0, shownNames).map((name, index) => (
          <li key={index} className="flex justify-between gap-3 leading-[18px]">
            <span className="min-w-0 truncate" data-selectable>
              {name}
              <span className="text-muted">{props.extension}</span>
            </span>
            {taken.has(index) ? <span className="shrink-0 text-muted">{setup('export.conflict.there')}</span> : null}
          </li>
        ))}
      </ul>
      {props.count > shownNames ? (
        <p className="leading-[18px] text-muted">{setup('export.name.more', { count: props.count - shownNames })}</p>
      ) : null}
    </div>
  )
}
