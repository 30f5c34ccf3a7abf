import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { contentSecurityPolicy, securityHeaders } from '#core/wire/content-security'
import { externalAddress, mayAttachWebview, onWindowOpen } from './external'
import { fuses } from './fuses'
import { isOwnAddress, mayNavigate } from './origin'
import { isPermissionGranted } from './permission'
import { isTrustedSender } from './sender'
import { schemePrivileges, webPreferencesFor } from './web-preferences'

const foreign = [
  'https://recast/',
  'http://recast/index.html',
  'app://evil/index.html',
  'app://recast.evil/index.html',
  'app://evil@recast/index.html',
  'app://user:pass@recast/',
  'app://recast:81/index.html',
  'app:recast/index.html',
  'app:///index.html',
  'apps://recast/',
  'file:///etc/passwd',
  'file://recast/index.html',
  'data:text/html,<script>1</script>',
  'blob:https://evil.example/1',
  'javascript:alert(1)',
  'about:blank',
  'chrome://gpu',
  'devtools://devtools/bundled/inspector.html',
  'view-source:app://recast/index.html',
  '',
  'recast',
]

describe('our own address', () => {
  it.each(['app://recast/', 'app://recast/index.html', 'app://recast/files/x?w=1', 'app://recast'])('is %s', (address) => {
    expect(isOwnAddress(address)).toBe(true)
  })
  it.each(foreign)('is not %j', (address) => {
    expect(isOwnAddress(address)).toBe(false)
  })
})

describe('navigation and redirects', () => {
  it.each(['app://recast/', 'app://recast/index.html', 'app://recast/index.html#queue'])('may go to %s', (address) => {
    expect(mayNavigate(address)).toBe(true)
  })
  it.each([
    ...foreign,
    'app://recast/files/00000000-0000-4000-8000-00000000000a',
    'app://recast/assets/x.js',
    'app://recast/index.html?x=1',
  ])('may not go to %j', (address) => {
    expect(mayNavigate(address)).toBe(false)
  })
})

describe('new windows', () => {
  it.each([...foreign, 'app://recast/index.html', 'https://example.com/'])('are never opened for %j', (address) => {
    expect(onWindowOpen(address).action).toBe('deny')
  })
  it('hand web addresses to the default browser, and nothing else', () => {
    expect(onWindowOpen('https://example.com/a?b#c')).toEqual({ action: 'deny', external: 'https://example.com/a?b#c' })
    expect(onWindowOpen('app://recast/index.html')).toEqual({ action: 'deny' })
  })
})

describe('addresses for the default browser', () => {
  it.each([
    ['https://example.com', 'https://example.com/'],
    ['http://127.0.0.1:8188/', 'http://127.0.0.1:8188/'],
    ['HTTPS://EXAMPLE.COM/A', 'https://example.com/A'],
  ])('%s', (given, cleaned) => {
    expect(externalAddress(given)).toBe(cleaned)
  })
  it.each([
    'file:///etc/passwd',
    'javascript:alert(1)',
    'ms-msdt:/id PCWDiagnostic',
    'smb://evil.example/share',
    'vscode://file/etc/passwd',
    'mailto:a@b.c',
    'ftp://example.com/',
    'app://recast/',
    'data:text/html,x',
    'https://user:password@example.com/',
    'https://recast@evil.example/',
    'https://',
    '//evil.example',
    '-a Calculator',
    '',
  ])('not %j', (given) => {
    expect(externalAddress(given)).toBeUndefined()
  })
})

describe('permissions', () => {
  it('are copying and notifying, for our page', () => {
    expect(isPermissionGranted('notifications', 'app://recast/index.html')).toBe(true)
    expect(isPermissionGranted('notifications', 'https://example.com')).toBe(false)
    expect(isPermissionGranted('clipboard-sanitized-write', 'app://recast/index.html')).toBe(true)
  })
  it.each([
    'media',
    'geolocation',
    'midi',
    'midiSysex',
    'pointerLock',
    'fullscreen',
    'openExternal',
    'clipboard-read',
    'display-capture',
    'hid',
    'serial',
    'usb',
    'idle-detection',
    'fileSystem',
    'window-management',
    'unknown',
  ])('are not %s', (permission) => {
    expect(isPermissionGranted(permission, 'app://recast/index.html')).toBe(false)
  })
  it.each([...foreign, undefined])('are nothing for %j', (address) => {
    expect(isPermissionGranted('clipboard-sanitized-write', address)).toBe(false)
  })
})

describe('senders', () => {
  const windows = new Set([7])
  const own = { senderFrame: { url: 'app://recast/index.html', parent: null }, sender: { id: 7 } }
  it('are the top frame of our page in our window', () => {
    expect(isTrustedSender(own, windows)).toBe(true)
  })
  it.each([
    ['a frame that is gone', { ...own, senderFrame: null }],
    ['a frame within', { ...own, senderFrame: { url: 'app://recast/index.html', parent: {} } }],
    ['another page', { ...own, senderFrame: { url: 'https://evil.example/', parent: null } }],
    ['a blank page', { ...own, senderFrame: { url: 'about:blank', parent: null } }],
    ['a page that is not loaded yet', { ...own, senderFrame: { url: '', parent: null } }],
    ['contents of no window of ours', { ...own, sender: { id: 8 } }],
  ])('are not %s', (_, event) => {
    expect(isTrustedSender(event, windows)).toBe(false)
  })
})

describe('webviews', () => {
  it('are never attached', () => {
    expect(mayAttachWebview()).toBe(false)
  })
})

describe('windows', () => {
  it.each([
    ['contextIsolation', true],
    ['sandbox', true],
    ['webSecurity', true],
    ['nodeIntegration', false],
    ['nodeIntegrationInWorker', false],
    ['nodeIntegrationInSubFrames', false],
    ['allowRunningInsecureContent', false],
    ['experimentalFeatures', false],
    ['webviewTag', false],
    ['navigateOnDragDrop', false],
  ] as const)('%s: %s', (name, value) => {
    expect(webPreferencesFor('/preload.cjs')[name]).toBe(value)
  })
  it('come from a scheme that is a secure origin and goes around nothing', () => {
    expect(schemePrivileges).toEqual({
      standard: true,
      secure: true,
      supportFetchAPI: true,
      stream: true,
      corsEnabled: false,
      bypassCSP: false,
      allowServiceWorkers: false,
    })
  })
})

describe('the policy of the page', () => {
  const directives = new Map(contentSecurityPolicy.split('; ').map((part) => [part.split(' ')[0], part.split(' ').slice(1)]))
  it.each([
    ['default-src', ["'none'"]],
    ['script-src', ["'self'"]],
    ['style-src', ["'self'"]],
    ['img-src', ["'self'", 'blob:']],
    ['connect-src', ["'self'"]],
    ['font-src', ["'self'"]],
    ['base-uri', ["'none'"]],
    ['form-action', ["'none'"]],
    ['frame-ancestors', ["'none'"]],
  ])('%s %j', (name, sources) => {
    expect(directives.get(name)).toEqual(sources)
  })
  it('allows nothing else, nothing unsafe, and is on every page', () => {
    expect(directives.size).toBe(9)
    expect(contentSecurityPolicy).not.toMatch(/unsafe|\*|data:|http/)
    expect(securityHeaders('page')['content-security-policy']).toBe(contentSecurityPolicy)
    expect(securityHeaders('data')['content-security-policy']).toContain("default-src 'none'; sandbox")
  })
})

describe('fuses', () => {
  it.each(Object.entries(fuses))('%s: %s, as electron-builder.yml says', (name, value) => {
    const config = readFileSync(new URL('../../../electron-builder.yml', import.meta.url), 'utf8')
    expect(config).toMatch(new RegExp(`^  ${name}: ${value}$`, 'm'))
  })
})
