import { useState, type ReactElement } from 'react'
import { startDownloads } from '../export/downloads'
import { viewLabel } from '../camera/camera-labels'
import { useWords } from '../i18n/i18n'
import { useActions, useClient } from '../state/context'
import { useDesktop } from '../state/shell'
import { Button, Check, DialogFrame, NumberEntry, Segmented, Select } from '../widgets'
import { useSheet } from './use-sheet'

type Kind = 'sheet' | 'folder' | 'webp' | 'gif'
type Ground = 'white' | 'black' | 'transparent'

/** Exports the sheet: one picture, separate files, or a turntable that plays. */
export function SheetExportDialog(props: { pictureId: string; onClose: () => void }): ReactElement {
  const say = useWords()
  const client = useClient()
  const desktop = useDesktop()
  const { toast, fail } = useActions()
  const sheet = useSheet(props.pictureId)
  const [kind, setKind] = useState<Kind>('sheet')
  const [ground, setGround] = useState<Ground>('white')
  const [onlyStarred, setOnlyStarred] = useState(false)
  const [labels, setLabels] = useState(true)
  const [columns, setColumns] = useState(4)
  const [cellWidth, setCellWidth] = useState(512)
  const [size, setSize] = useState(768)
  const [frameMs, setFrameMs] = useState(120)
  const [working, setWorking] = useState(false)

  const all = sheet?.frames ?? []
  const starred = all.filter(({ take }) => (take.output.mark?.star ?? 0) > 0)
  const frames = onlyStarred && starred.length > 0 ? starred : all
  const moves = kind === 'webp' || kind === 'gif'
  const name = sheet?.picture.name ?? ''
  const cells = frames.map(({ cell, take }) => ({
    assetId: take.output.assetId,
    label: viewLabel(cell.view, say.language).slice(0, 120),
  }))
  const run = async (): Promise<void> => {
    setWorking(true)
    try {
      if (!desktop && kind === 'folder') {
        startDownloads(
          cells.map(({ assetId, label }) => client.fileUrl(assetId, { download: { format: 'png', name: `${name} ${label}` } })),
        )
        toast({ tone: 'info', text: { key: 'export.started', values: { count: cells.length } } })
        return props.onClose()
      }
      const dir = desktop ? (await desktop('dialog.chooseFolder', {})).path : undefined
      if (desktop && dir === undefined) return
      const { paths, fileId } = await client.call('sheets.export', {
        cells,
        format: kind,
        name,
        ...(dir === undefined ? {} : { dir }),
        ground,
        labels,
        columns,
        cellWidth,
        size,
        frameMs,
      })
      if (fileId !== undefined) {
        startDownloads([client.fileUrl(fileId)])
        toast({ tone: 'info', text: { key: 'export.started', values: { count: 1 } } })
      } else toast({ tone: 'good', text: { key: 'export.done', values: { count: paths.length, dir: dir ?? '' } } })
      props.onClose()
    } catch (thrown) {
      fail(thrown)
    } finally {
      setWorking(false)
    }
  }
  return (
    <DialogFrame
      title={say('sheet.export.title')}
      open
      onClose={props.onClose}
      closeLabel={say('dialog.close')}
      width="s"
      data-testid="sheet-export"
      footer={
        <Button
          kind="primary"
          isDisabled={cells.length === 0 || working}
          onPress={() => void run()}
          data-testid="sheet-export-run"
        >
          {say(working ? 'sheet.export.working' : 'sheet.export.run')}
        </Button>
      }
    >
      <div className="flex flex-col gap-3">
        <p className="truncate text-muted">
          {name} · {say('view.chosen', { count: cells.length })}
        </p>
        <Select<Kind>
          label={say('sheet.export.kind')}
          value={kind}
          onChange={setKind}
          items={(['sheet', 'folder', 'webp', 'gif'] as const).map((id) => ({ id, label: say(`sheet.export.${id}`) }))}
          data-testid="sheet-export-kind"
        />
        {kind === 'folder' ? null : (
          <div className="flex flex-col items-start gap-1">
            <span className="text-muted">{say('sheet.export.ground')}</span>
            <Segmented<Ground>
              label={say('sheet.export.ground')}
              value={ground}
              onChange={setGround}
              size="s"
              items={(['white', 'black', 'transparent'] as const).map((id) => ({ id, label: say(`sheet.export.${id}`) }))}
            />
          </div>
        )}
        {kind === 'sheet' ? (
          <>
            <Line label={say('sheet.export.columns')} value={columns} onChange={setColumns} min={1} max={24} />
            <Line label={say('sheet.export.size')} value={cellWidth} onChange={setCellWidth} min={64} max={2048} />
            <Check label={say('sheet.export.labels')} value={labels} onChange={setLabels} />
          </>
        ) : null}
        {moves ? (
          <>
            <Line label={say('sheet.export.size')} value={size} onChange={setSize} min={64} max={2048} />
            <Line label={say('sheet.export.speed')} value={frameMs} onChange={setFrameMs} min={20} max={5000} />
          </>
        ) : null}
        <Check
          label={say('sheet.export.only')}
          value={onlyStarred && starred.length > 0}
          onChange={setOnlyStarred}
          disabled={starred.length === 0}
          data-testid="sheet-export-starred"
        />
      </div>
    </DialogFrame>
  )
}

function Line(props: {
  label: string
  value: number
  onChange: (value: number) => void
  min: number
  max: number
}): ReactElement {
  return (
    <div className="flex h-8 items-center justify-between gap-3">
      <span className="text-muted">{props.label}</span>
      <NumberEntry {...props} className="w-20 shrink-0" />
    </div>
  )
}
