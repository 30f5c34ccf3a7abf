import { useMemo } from 'react'
import { assertNever } from '#shared/domain/error'
import { useWords } from '../i18n/i18n'
import { versionLabel } from '../i18n/labels'
import { usePickers } from '../library-intake/pickers'
import { useActions, useStudio, useStudioRoot } from '../state/context'
import { openPicture, shownVersion } from '../state/open-picture'
import { editTargets } from '../state/selection'
import { composeRun } from '../compose/compose-run'
import { canvasActions } from './canvas-actions'
import type { ShortcutCommand } from './registry'
import { shortcutsWith } from './remap'
import { useShortcuts } from './use-shortcuts'

/** Carries out the shortcuts of the window. */
export function Shortcuts(): null {
  const say = useWords()
  const { store } = useStudioRoot()
  const actions = useActions()
  const pickers = usePickers()

  const wishes = useStudio((state) => state.settings.shortcuts)
  const list = useMemo(() => shortcutsWith(wishes), [wishes])

  useShortcuts(list, (command: ShortcutCommand) => {
    const state = store.getState()
    const { ui, selection, pictures } = state
    const picture = openPicture(state)
    const shown = picture && state.shown[picture.id]
    const targets = editTargets(selection, ui.center, (id) => pictures.byId[id] !== undefined)
    switch (command) {
      case 'help':
        return actions.openDialog({ type: 'shortcuts' })
      case 'settings':
        return actions.openDialog({ type: 'settings' })
      case 'undo':
        return void actions.undo()
      case 'redo':
        return void actions.redo()
      case 'open':
        return pickers.files()
      case 'export':
        return targets.length > 0 ? actions.openDialog({ type: 'export', pictureIds: targets }) : undefined
      case 'styleMode':
        return actions.showMode('style')
      case 'viewMode':
        return actions.showMode('view')
      case 'composeMode':
        return actions.showMode('compose')
      case 'panels':
        return actions.setUi({ left: { ...ui.left, open: !ui.left.open } })
      case 'queue':
        return actions.setUi({ right: { ...ui.right, open: !ui.right.open } })
      case 'run':
        if (ui.mode === 'compose') return composeRun.current?.()
        return void (ui.mode === 'style' ? actions.restyle() : actions.makeViews())
      case 'apply': {
        const version = shownVersion(state)
        if (!picture || !shown) return undefined
        const label = version ? versionLabel(version, state.styles, say, say.language) : picture.name
        return void actions.apply(picture.id, shown.assetId, label)
      }
      case 'discard':
        return picture && shown ? actions.discard(picture.id) : undefined
      case 'compare':
        return actions.setUi({ compare: ui.compare === 'off' ? 'slider' : 'off' })
      case 'canvas':
        return actions.setUi({ center: 'canvas' })
      case 'library':
        return actions.setUi({ center: 'library' })
      case 'gallery':
        return actions.showGallery()
      case 'previous':
        return actions.stepPicture(-1)
      case 'next':
        return actions.stepPicture(1)
      case 'fit':
        return canvasActions.current?.fit()
      case 'actual':
        return canvasActions.current?.actual()
      case 'zoomIn':
        return canvasActions.current?.zoomIn()
      case 'zoomOut':
        return canvasActions.current?.zoomOut()
      case 'selectAll':
        return actions.select(state.search?.order ?? pictures.order)
      case 'trash':
        // The board shows nothing of the open picture: it would go unseen.
        return ui.center === 'board' ? undefined : void actions.trash(targets)
      case 'pause':
        return void actions.pause(!state.queue.paused)
      default:
        return assertNever(command, 'shortcut')
    }
  })
  return null
}
