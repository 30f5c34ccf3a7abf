import { ChevronLeft, ChevronRight, Download, Trash2 } from 'lucide-react'
import type { ReactElement } from 'react'
import { count } from '../i18n/format'
import { useWords } from '../i18n/i18n'
import { useActions, useStudio, useStudioParts } from '../state/context'
import { openPicture } from '../state/open-picture'
import { classes, IconButton, Segmented } from '../widgets'
import { GalleryPlace } from '../gallery/gallery-place'
import { ComposePlace } from '../compose/compose-place'
import { UpscaleMenu } from '../compose/upscale-menu'
import { CanvasPlace } from './canvas-place'
import { SheetPlace } from '../sheets/sheet-place'
import { LibraryPlace } from './library-place'
import { Toasts } from './toasts'

/** The middle of the window: the open picture with its versions, or the library. */
export function Center(): ReactElement {
  const say = useWords()
  const { center } = useStudio((state) => state.ui)
  const hasPicture = useStudio((state) => openPicture(state) !== undefined)
  return (
    <main className="relative flex min-w-0 flex-1 flex-col bg-ground" aria-label={say('center.label')}>
      <CenterBar />
      {center === 'canvas' ? (
        <CanvasPlace />
      ) : center === 'sheet' ? (
        <SheetPlace />
      ) : center === 'board' ? (
        <ComposePlace />
      ) : center === 'library' ? (
        <LibraryPlace />
      ) : (
        <GalleryPlace />
      )}
      <Toasts above={center === 'canvas' && hasPicture ? 'strip' : center === 'board' ? 'bar' : 'edge'} />
    </main>
  )
}

function CenterBar(): ReactElement {
  const say = useWords()
  const { setUi, stepPicture, openDialog, trash } = useActions()
  const picture = useStudio(openPicture)
  const { center, total, selected, first, last } = useStudioParts((state) => ({
    center: state.ui.center,
    total: state.pictures.total,
    selected: state.selection.selected,
    first: state.pictures.order[0],
    last: state.pictures.order.at(-1),
  }))
  const hasSheet = useStudio((state) => state.ui.mode === 'view' || state.ui.center === 'sheet')
  const hasBoard = useStudio((state) => state.ui.mode === 'compose' || state.ui.center === 'board')
  const importing = useStudio((state) => state.importing)
  const many = center === 'library'
  const targets = many ? (selected.length > 0 ? selected : picture ? [picture.id] : []) : picture ? [picture.id] : []
  return (
    <div className="flex h-11 shrink-0 items-center gap-2 border-b border-line px-4">
      <Segmented
        label={say('center.label')}
        size="s"
        value={center}
        onChange={(next) => setUi({ center: next })}
        items={[
          { id: 'canvas', label: say('center.canvas'), testId: 'show-canvas' },
          ...(hasSheet ? [{ id: 'sheet' as const, label: say('sheet.title'), testId: 'show-sheet' }] : []),
          ...(hasBoard ? [{ id: 'board' as const, label: say('center.board'), testId: 'show-board' }] : []),
          {
            id: 'library',
            label: (
              <span>
                {say('center.library')}
                {total > 0 ? <span className="text-muted tabular-nums"> {count(total, say.language)}</span> : null}
              </span>
            ),
            testId: 'show-library',
          },
          { id: 'gallery', label: say('center.gallery'), testId: 'show-gallery' },
        ]}
      />
      <div className="flex min-w-0 flex-1 items-center justify-center gap-1">
        {picture && (center === 'canvas' || center === 'sheet') ? (
          <>
            <IconButton
              size="s"
              label={say('center.previous')}
              keys="["
              icon={<ChevronLeft size={15} aria-hidden />}
              isDisabled={picture.id === first}
              onPress={() => stepPicture(-1)}
              data-testid="previous-picture"
            />
            {/* Beside the four places of a sheet there is no room for it in a small window. */}
            <span
              className={classes('min-w-0 truncate text-muted', center === 'sheet' && 'max-[1180px]:hidden')}
              data-testid="open-name"
              title={picture.name}
            >
              {picture.name}
            </span>
            <IconButton
              size="s"
              label={say('center.next')}
              keys="]"
              icon={<ChevronRight size={15} aria-hidden />}
              isDisabled={picture.id === last}
              onPress={() => stepPicture(1)}
              data-testid="next-picture"
            />
          </>
        ) : null}
        {importing > 0 ? (
          <output className="truncate text-s text-accent-text" data-testid="importing">
            {say('import.running', { count: importing })}
          </output>
        ) : null}
      </div>
      {/* The gallery and the board have actions of their own, for what is in sight there. */}
      <div className={center === 'gallery' || center === 'board' ? 'invisible flex' : 'flex'}>
        <UpscaleMenu disabled={targets.length === 0} />
        <IconButton
          label={say('canvas.export')}
          keys="mod+e"
          icon={<Download size={15} aria-hidden />}
          isDisabled={targets.length === 0}
          onPress={() => openDialog({ type: 'export', pictureIds: targets })}
          data-testid="export-open"
        />
        <IconButton
          label={say('library.trash')}
          keys="delete"
          icon={<Trash2 size={15} aria-hidden />}
          isDisabled={targets.length === 0}
          onPress={() => void trash(targets)}
          data-testid="trash"
        />
      </div>
    </div>
  )
}
