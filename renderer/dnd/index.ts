export { DragAndDrop, type DragAndDropProps } from './drag-and-drop'
export { useDragSource, useDragState, useDragStateOf, useDropArea, type DragSource } from './context'
export { actionLabel, dropAction, type Dragged, type DropAction, type DropTarget, type PictureRef } from './drag-model'
export type { SystemFile, SystemFiles } from './system-files'
