import { assertNever } from '#shared/domain/error'
import type { PartKey } from '../i18n/parts'

/** A picture that is dragged or dropped on: which one, which of its versions, and what it is called. */
export interface PictureRef {
  readonly pictureId: string
  /** The version that is meant: as style picture, or to be edited. */
  readonly assetId: string
  readonly name: string
}

/** What is under way. Of files only their number is known before they are dropped. */
export type Dragged =
  | { readonly kind: 'style'; readonly styleId: string; readonly title: string }
  | { readonly kind: 'pictures'; readonly items: readonly PictureRef[] }
  /** The camera of the view panel, where it stands. */
  | { readonly kind: 'camera'; readonly title: string }
  | {
      readonly kind: 'files'
      readonly count: number
      /** All of a kind that is certainly no picture and no folder, e.g. PDFs. */
      readonly unusable: boolean
      /** Exactly one file, certainly a picture and no folder. */
      readonly onePicture: boolean
    }

/** Where something can be dropped. */
export type DropTarget =
  /** The canvas and the picture on it; `asStyle` is its second zone. */
  | { readonly kind: 'canvas'; readonly picture: PictureRef | undefined; readonly asStyle: boolean }
  | { readonly kind: 'tile'; readonly styleId: string; readonly title: string }
  | { readonly kind: 'picture'; readonly picture: PictureRef }
  | { readonly kind: 'selection'; readonly pictures: readonly PictureRef[] }
  | { readonly kind: 'library' }
  /** The field of the panel that holds the style picture. */
  | { readonly kind: 'style-field' }
  /** A place of the compose panel that holds a picture; `slot` says which. */
  | { readonly kind: 'slot'; readonly slot: string; readonly title: string }
  /** The list of the user's own workflows. */
  | { readonly kind: 'workflows' }

/** What a drop does. Files come beside it, because they can be read only once they are dropped. */
export type DropAction =
  | { readonly do: 'restyle'; readonly styleId: string; readonly title: string; readonly pictures: readonly PictureRef[] }
  | { readonly do: 'restyle-by'; readonly style: PictureRef; readonly picture: PictureRef }
  | { readonly do: 'restyle-by-file'; readonly picture: PictureRef }
  | { readonly do: 'view'; readonly title: string; readonly pictures: readonly PictureRef[] }
  | { readonly do: 'import'; readonly count: number }
  | { readonly do: 'import-and-restyle'; readonly styleId: string; readonly title: string; readonly count: number }
  | { readonly do: 'open'; readonly picture: PictureRef }
  | { readonly do: 'choose-style'; readonly style: PictureRef }
  | { readonly do: 'choose-style-file' }
  | { readonly do: 'fill-slot'; readonly slot: string; readonly title: string; readonly picture: PictureRef }
  | { readonly do: 'fill-slot-file'; readonly slot: string; readonly title: string }
  | { readonly do: 'import-workflows' }

/** Keys held while dropping. Alt over a picture means: as style, wherever on the canvas. */
export interface DropModifiers {
  readonly alt: boolean
}

/** What happens when this is dropped there; `null` when nothing does. The one table of the studio's drag and drop. */
export function dropAction(dragged: Dragged, target: DropTarget, modifiers: DropModifiers = { alt: false }): DropAction | null {
  switch (dragged.kind) {
    case 'style':
      return dropStyle(dragged, target)
    case 'pictures':
      return dropPictures(dragged.items, target, modifiers)
    case 'camera':
      return dropCamera(dragged, target)
    case 'files':
      // Their place takes what others refuse, and pictures, in which ComfyUI keeps the workflow that made them.
      if (target.kind === 'workflows') return { do: 'import-workflows' }
      return dragged.unusable ? null : dropFiles(dragged, target, modifiers)
    default:
      return assertNever(dragged, 'drag')
  }
}

function dropStyle({ styleId, title }: Extract<Dragged, { kind: 'style' }>, target: DropTarget): DropAction | null {
  switch (target.kind) {
    case 'canvas':
      return target.picture ? { do: 'restyle', styleId, title, pictures: [target.picture] } : null
    case 'picture':
      return { do: 'restyle', styleId, title, pictures: [target.picture] }
    case 'selection':
      return target.pictures.length > 0 ? { do: 'restyle', styleId, title, pictures: target.pictures } : null
    case 'tile':
    case 'library':
    case 'style-field':
    case 'slot':
    case 'workflows':
      return null
    default:
      return assertNever(target, 'drop target')
  }
}

function dropCamera({ title }: Extract<Dragged, { kind: 'camera' }>, target: DropTarget): DropAction | null {
  switch (target.kind) {
    case 'canvas':
      return target.picture ? { do: 'view', title, pictures: [target.picture] } : null
    case 'picture':
      return { do: 'view', title, pictures: [target.picture] }
    case 'selection':
      return target.pictures.length > 0 ? { do: 'view', title, pictures: target.pictures } : null
    case 'tile':
    case 'library':
    case 'style-field':
    case 'slot':
    case 'workflows':
      return null
    default:
      return assertNever(target, 'drop target')
  }
}

function dropPictures(items: readonly PictureRef[], target: DropTarget, { alt }: DropModifiers): DropAction | null {
  const [first] = items
  if (!first) return null
  const only = items.length === 1 ? first : undefined
  switch (target.kind) {
    case 'tile':
      return { do: 'restyle', styleId: target.styleId, title: target.title, pictures: items }
    case 'canvas': {
      const shown = target.picture
      if (target.asStyle || alt) {
        return only && shown && only.assetId !== shown.assetId ? { do: 'restyle-by', style: only, picture: shown } : null
      }
      return only && only.pictureId !== shown?.pictureId ? { do: 'open', picture: only } : null
    }
    case 'style-field':
      return only ? { do: 'choose-style', style: only } : null
    case 'slot':
      return only ? { do: 'fill-slot', slot: target.slot, title: target.title, picture: only } : null
    // A picture on a picture of the library could mean too many things: the canvas has a zone that says which one.
    case 'picture':
    case 'selection':
    case 'library':
    case 'workflows':
      return null
    default:
      return assertNever(target, 'drop target')
  }
}

function dropFiles(files: Extract<Dragged, { kind: 'files' }>, target: DropTarget, { alt }: DropModifiers): DropAction | null {
  switch (target.kind) {
    case 'canvas':
      if (target.asStyle || alt) {
        return target.picture && files.onePicture ? { do: 'restyle-by-file', picture: target.picture } : null
      }
      return { do: 'import', count: files.count }
    case 'tile':
      return { do: 'import-and-restyle', styleId: target.styleId, title: target.title, count: files.count }
    case 'style-field':
      return files.onePicture ? { do: 'choose-style-file' } : null
    case 'slot':
      return files.onePicture ? { do: 'fill-slot-file', slot: target.slot, title: target.title } : null
    case 'workflows':
      return null
    case 'picture':
    case 'selection':
    case 'library':
      return { do: 'import', count: files.count }
    default:
      return assertNever(target, 'drop target')
  }
}

/** Words for what will happen: a key of the parts' dictionary and its values. */
export interface ActionLabel {
  readonly key: PartKey
  readonly values: Readonly<Record<string, string | number>>
}

/** What a drop zone says. */
export function actionLabel(action: DropAction): ActionLabel {
  switch (action.do) {
    case 'restyle': {
      const [first] = action.pictures
      return action.pictures.length === 1 && first
        ? { key: 'drag.restyle', values: { name: first.name, style: action.title } }
        : { key: 'drag.restyleMany', values: { count: action.pictures.length, style: action.title } }
    }
    case 'view': {
      const [first] = action.pictures
      return action.pictures.length === 1 && first
        ? { key: 'drag.view', values: { name: first.name, view: action.title } }
        : { key: 'drag.viewMany', values: { count: action.pictures.length, view: action.title } }
    }
    case 'restyle-by':
      return { key: 'drag.restyleBy', values: { picture: action.style.name, name: action.picture.name } }
    case 'restyle-by-file':
      return { key: 'drag.restyleByFile', values: { name: action.picture.name } }
    case 'import':
      return { key: 'drag.import', values: { count: action.count } }
    case 'import-and-restyle':
      return { key: 'drag.importAndRestyle', values: { count: action.count, style: action.title } }
    case 'open':
      return { key: 'drag.open', values: { name: action.picture.name } }
    case 'choose-style':
      return { key: 'drag.chooseStyle', values: { picture: action.style.name } }
    case 'choose-style-file':
      return { key: 'drag.chooseStyleFile', values: {} }
    case 'fill-slot':
      return { key: 'drag.fillSlot', values: { picture: action.picture.name, slot: action.title } }
    case 'fill-slot-file':
      return { key: 'drag.fillSlotFile', values: { slot: action.title } }
    case 'import-workflows':
      return { key: 'drag.importWorkflows', values: {} }
    default:
      return assertNever(action, 'drop action')
  }
}

/** What is under way, in words: for the announcement when it is picked up by keyboard. */
export function draggedLabel(dragged: Dragged): ActionLabel {
  switch (dragged.kind) {
    case 'style':
      return { key: 'drag.what.style', values: { name: dragged.title } }
    case 'pictures': {
      const [first] = dragged.items
      return dragged.items.length === 1 && first
        ? { key: 'drag.what.picture', values: { name: first.name } }
        : { key: 'drag.what.pictures', values: { count: dragged.items.length } }
    }
    case 'camera':
      return { key: 'drag.what.camera', values: { name: dragged.title } }
    case 'files':
      return { key: 'drag.what.pictures', values: { count: dragged.count } }
    default:
      return assertNever(dragged, 'drag')
  }
}
