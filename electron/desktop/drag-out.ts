import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Item, NativeImage } from 'electron'
import type { DesktopCallInput, DesktopCallOutput } from '#shared/contract/desktop-calls'

/** What dragging out uses of Electron and of the app. */
export interface DragOutDeps {
  /** The system's folder for files that are needed for a while. */
  tempDir: () => string
  /** Writes the pictures into a folder; answers the paths of those that could be written. */
  write(items: DesktopCallInput<'drag.out'>['items'], dir: string): Promise<string[]>
  /** What is seen under the pointer. */
  icon(path: string): NativeImage | string
  /** Hands the drag to the system; the button of the mouse must still be down. */
  start(item: Item): void
}

/**
 * Makes the way of pictures into other programs: they are written as files of their own, and the system drags these. The files of a drag
 * stay until the next one or the end, because a program may read them long after the drop.
 */
export function createDragOut(deps: DragOutDeps) {
  let last: string | undefined
  const forget = async (): Promise<void> => {
    const folder = last
    last = undefined
    if (folder !== undefined) await rm(folder, { recursive: true, force: true }).catch(() => {})
  }
  return {
    /** Starts a drag; `started` is false when no picture could be written. */
    async drag({ items }: DesktopCallInput<'drag.out'>): Promise<DesktopCallOutput<'drag.out'>> {
      await forget()
      last = await mkdtemp(join(deps.tempDir(), 'recast-drag-'))
      const files = await deps.write(items, last)
      const [file] = files
      if (file === undefined) return { started: false }
      deps.start({ file, files, icon: deps.icon(file) })
      return { started: true }
    },
    /** Removes the files of the last drag. */
    forget,
  }
}
