import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'

/** The program and arguments that open an address in the default browser; `undefined` where there is no display to show one on. */
export function browserCommand(
  platform: NodeJS.Platform,
  env: Readonly<Record<string, string | undefined>>,
  url: string,
): [program: string, ...args: string[]] | undefined {
  if (platform === 'darwin') return ['open', url]
  // `start` is a word of the shell and would need one; this is what it ends up calling.
  if (platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler', url]
  return env['DISPLAY'] || env['WAYLAND_DISPLAY'] ? ['xdg-open', url] : undefined
}

/** Opens an address in the default browser, without a shell. Answers whether one could be started; never rejects. */
export async function openBrowser(url: string): Promise<boolean> {
  const command = browserCommand(process.platform, process.env, url)
  if (!command) return false
  const [program, ...args] = command
  const opener = execa(program, args, { stdio: 'ignore', detached: true, cleanup: false, reject: false })
  // The openers end at once when they fail; a browser that stays in the foreground is a success.
  const result = await Promise.race([opener, sleep(3_000, undefined, { ref: false })])
  opener.unref()
  return result === undefined || !result.failed
}
