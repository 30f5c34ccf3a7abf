import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { z } from 'zod'

const rectangleSchema = z.object({ x: z.int(), y: z.int(), width: z.int(), height: z.int() })
const windowStateSchema = z.object({ bounds: rectangleSchema, isMaximized: z.boolean() })

export type Rectangle = z.infer<typeof rectangleSchema>
/** Where the window was. */
export type WindowState = z.infer<typeof windowStateSchema>

export const smallestWindow = { width: 960, height: 640 }
const usualWindow = { width: 1440, height: 900 }
/** So much of the window must lie on a screen that its title bar can be taken hold of, pixels. */
const graspable = { width: 160, height: 40 }

/**
 * Where to open the window: where it was, if a screen is still there; else in the middle of the first one. Never larger than its
 * screen, never smaller than the studio can be used.
 * @param screens the screens' work areas, the main one first.
 */
export function placeWindow(saved: WindowState | undefined, screens: readonly Rectangle[]): WindowState {
  const main = screens[0] ?? { x: 0, y: 0, ...usualWindow }
  const wanted = saved?.bounds ?? usualWindow
  const sizeOn = (screen: Rectangle) => ({
    width: Math.min(Math.max(wanted.width, smallestWindow.width), Math.max(screen.width, smallestWindow.width)),
    height: Math.min(Math.max(wanted.height, smallestWindow.height), Math.max(screen.height, smallestWindow.height)),
  })
  // Judged with the size that it will have, not the one that was saved.
  const home = saved && screens.find((one) => isGraspable({ ...saved.bounds, ...sizeOn(one) }, one))
  const screen = home ?? main
  const { width, height } = sizeOn(screen)
  const at =
    home && saved
      ? { x: saved.bounds.x, y: saved.bounds.y }
      : { x: Math.round(screen.x + (screen.width - width) / 2), y: Math.round(screen.y + (screen.height - height) / 2) }
  return { bounds: { ...at, width, height }, isMaximized: saved?.isMaximized ?? false }
}

function isGraspable(bounds: Rectangle, screen: Rectangle): boolean {
  const width = Math.min(bounds.x + bounds.width, screen.x + screen.width) - Math.max(bounds.x, screen.x)
  // The title bar is at the top: that edge must be on the screen, not above it.
  const isTopOn = bounds.y >= screen.y && bounds.y + graspable.height <= screen.y + screen.height
  return width >= graspable.width && isTopOn
}

/** Reads where the window was; `undefined` when that was never written or is damaged. */
export function readWindowState(path: string): WindowState | undefined {
  try {
    const parsed = windowStateSchema.safeParse(JSON.parse(readFileSync(path, 'utf8')))
    return parsed.success ? parsed.data : undefined
  } catch {
    return undefined
  }
}

/** Remembers where the window is. Never throws: a place on the screen is not worth a message. */
export function writeWindowState(path: string, state: WindowState): void {
  try {
    writeFileSync(`${path}.part`, JSON.stringify(state))
    renameSync(`${path}.part`, path)
  } catch {
    // The next start opens in the middle.
  }
}
