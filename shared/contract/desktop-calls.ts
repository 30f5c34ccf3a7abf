import { z } from 'zod'
import { idSchema } from '../domain/id'
import { call, type CallSchemas } from './call'

const noInput = z.object({})

/** The few calls that only the desktop shell has: they need a window. They travel on the same channel as the app's calls. */
export const desktopCalls = {
  /** Asks for pictures by the system's dialog; an empty list when it was closed. */
  'dialog.openPictures': call(() => ({ input: noInput, output: z.object({ paths: z.array(z.string()) }) })),
  /** Asks for a folder by the system's dialog; no path when it was closed. */
  'dialog.chooseFolder': call(() => ({ input: noInput, output: z.object({ path: z.string().optional() }) })),
  /** Shows a file in the system's file manager. */
  'shell.showFile': call(() => ({ input: z.object({ path: z.string().min(1).max(4096) }), output: z.object({}) })),
  /** Opens a web address in the default browser. Only http and https. */
  'shell.openExternal': call(() => ({
    input: z.object({ url: z.string().max(2048) }),
    output: z.object({ opened: z.boolean() }),
  })),
  /** Takes pictures into another program or onto the desktop: a drag of the system's own, while the button of the mouse is down. */
  'drag.out': call(() => ({
    input: z.object({
      items: z
        .array(z.object({ assetId: idSchema, name: z.string().min(1).max(200) }))
        .min(1)
        .max(200),
    }),
    output: z.object({ started: z.boolean() }),
  })),
} as const satisfies Record<string, CallSchemas>

export type DesktopCallName = keyof typeof desktopCalls
export type DesktopCallInput<N extends DesktopCallName> = z.input<(typeof desktopCalls)[N]['input']>
export type DesktopCallOutput<N extends DesktopCallName> = z.output<(typeof desktopCalls)[N]['output']>
/** One handler per desktop call; inputs are checked before. */
export type DesktopCallHandlers = {
  [N in DesktopCallName]: (
    input: z.output<(typeof desktopCalls)[N]['input']>,
  ) => DesktopCallOutput<N> | Promise<DesktopCallOutput<N>>
}

export const desktopCallNames = Object.keys(desktopCalls) as DesktopCallName[]

/** True for a name of {@link desktopCalls}; own keys only. */
export function isDesktopCallName(name: string): name is DesktopCallName {
  return Object.hasOwn(desktopCalls, name)
}
