import { describe, expect, it } from 'vitest'
import { browserCommand } from './open-browser'

const url = 'http://127.0.0.1:4747/#ticket=a&b'

describe('browserCommand', () => {
  it.each<[NodeJS.Platform, Record<string, string>, string[] | undefined]>([
    ['darwin', {}, ['open', url]],
    ['win32', {}, ['rundll32', 'url.dll,FileProtocolHandler', url]],
    ['linux', { DISPLAY: ':0' }, ['xdg-open', url]],
    ['linux', { WAYLAND_DISPLAY: 'wayland-0' }, ['xdg-open', url]],
    ['linux', { DISPLAY: '' }, undefined],
    ['linux', {}, undefined],
  ])('%s %o', (platform, env, command) => {
    // The address is one argument of its own: nothing in it is ever read by a shell.
    expect(browserCommand(platform, env, url)).toEqual(command)
  })
})
