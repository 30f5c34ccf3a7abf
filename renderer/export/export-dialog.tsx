import { useState, type ReactElement } from 'react'
import type { ExportFormat } from '#shared/contract/calls'
import type { Picture } from '#shared/domain/picture'
import { useWords } from '../i18n/i18n'
import { useActions, useClient, useStudio } from '../state/context'
import { useDesktop } from '../state/shell'
import { Button, DialogFrame, Segmented, Select, Slider } from '../widgets'
import { exportItems, hasQuality, startDownloads } from './downloads'

const formats: ExportFormat[] = ['png', 'jpeg', 'webp', 'tiff', 'avif']

/** Exports pictures: format, quality, which version; the browser downloads them, the desktop writes them to a folder. */
export function ExportDialog(props: {
  pictureIds: readonly string[]
  /** Exactly this version of the one picture. */
  assetId: string | undefined
  /** Exactly these, named already, in place of pictures. */
  items?: readonly { assetId: string; name: string }[]
  onClose: () => void
}): ReactElement {
  const say = useWords()
  const client = useClient()
  const { toast, fail } = useActions()
  const desktop = useDesktop()
  const [dir, setDir] = useState<string | undefined>(undefined)
  const [saving, setSaving] = useState(false)
  const byId = useStudio((state) => state.pictures.byId)
  const seen = useStudio((state) => state.shown)
  const [only] = props.pictureIds
  const shown = props.assetId !== undefined && only !== undefined ? { [only]: { assetId: props.assetId } } : seen
  const [format, setFormat] = useState<ExportFormat>('png')
  const [quality, setQuality] = useState(90)
  const pictures = props.pictureIds.flatMap((id): Picture[] => (byId[id] ? [byId[id]] : []))
  const hasShown = pictures.some((picture) => shown[picture.id] !== undefined)
  const [which, setWhich] = useState<'current' | 'shown'>(hasShown ? 'shown' : 'current')
  const items = props.items ? [...props.items] : exportItems(pictures, which === 'shown' ? shown : {})
  const count = items.length
  const choose = async (): Promise<void> => {
    try {
      setDir((await desktop?.('dialog.chooseFolder', {}))?.path ?? dir)
    } catch (thrown) {
      fail(thrown)
    }
  }
  const save = async (folder: string): Promise<void> => {
    setSaving(true)
    try {
      const { paths } = await client.call('assets.export', { items, dir: folder, format, quality })
      toast({ tone: 'good', text: { key: 'export.done', values: { count: paths.length, dir: folder } } })
      props.onClose()
    } catch (thrown) {
      fail(thrown)
    } finally {
      setSaving(false)
    }
  }
  const download = (): void => {
    startDownloads(
      items.map((item) =>
        client.fileUrl(item.assetId, {
          download: { format, name: item.name, ...(hasQuality(format) ? { quality } : {}) },
        }),
      ),
    )
    toast({ tone: 'info', text: { key: 'export.started', values: { count } } })
    props.onClose()
  }
  return (
    <DialogFrame
      title={say('export.title')}
      open
      onClose={props.onClose}
      closeLabel={say('dialog.close')}
      width="s"
      data-testid="export"
      footer={
        desktop ? (
          <Button
            kind="primary"
            onPress={() => (dir === undefined ? void choose() : void save(dir))}
            isDisabled={count === 0 || saving}
            data-testid="export-save"
          >
            {say(dir === undefined ? 'export.folder.choose' : 'export.save')}
          </Button>
        ) : (
          <Button kind="primary" onPress={download} isDisabled={count === 0} data-testid="export-download">
            {say('export.download', { count })}
          </Button>
        )
      }
    >
      <div className="flex flex-col gap-4">
        <p className="truncate text-muted">{say('export.what', { count, name: items[0]?.name ?? '' })}</p>
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
        <Select
          label={say('export.format')}
          value={format}
          onChange={setFormat}
          items={formats.map((id) => ({ id, label: say(`export.format.${id}`) }))}
          data-testid="export-format"
        />
        {/* The room stays when there is no quality to set: nothing jumps. */}
        <div className="min-h-14">
          {hasQuality(format) ? (
            <Slider
              label={say('export.quality')}
              value={quality}
              onChange={setQuality}
              min={1}
              max={100}
              data-testid="export-quality"
            />
          ) : (
            <p className="flex h-8 items-center text-s text-muted">{say('export.quality.lossless')}</p>
          )}
          <p className="text-s text-muted">{format === 'jpeg' ? say('export.alpha') : ''}</p>
        </div>
        {desktop ? (
          <div className="flex items-center justify-between gap-3">
            <span className="min-w-0 truncate text-muted" title={dir}>
              {dir ?? say('export.folder.none')}
            </span>
            <Button onPress={() => void choose()} data-testid="export-folder">
              {say('export.folder.choose')}
            </Button>
          </div>
        ) : null}
      </div>
    </DialogFrame>
  )
}
