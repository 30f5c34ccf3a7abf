import { describe, expect, it } from 'vitest'
import { createKeychainVault, keepsSecrets, type Keychain } from './keychain'

/** A keychain that answers as Electron's: what it seals is the text turned round. */
function keychain(more: Partial<Keychain> = {}): Keychain {
  const turned = (text: string): string => [...text].toReversed().join('')
  return {
    getSelectedStorageBackend: () => 'gnome_libsecret',
    isAsyncEncryptionAvailable: () => Promise.resolve(true),
    encryptStringAsync: (text) => Promise.resolve(Buffer.from(turned(text))),
    decryptStringAsync: (sealed) => Promise.resolve({ result: turned(sealed.toString()), shouldReEncrypt: false }),
    ...more,
  }
}

describe('the keychain', () => {
  it.each([
    ['linux', 'gnome_libsecret', true],
    ['linux', 'kwallet6', true],
    ['linux', 'basic_text', false],
    ['linux', 'unknown', false],
    ['darwin', 'never asked', true],
    ['win32', 'never asked', true],
  ] as const)('on %s with %s keeps secrets: %s', (platform, backend, kept) => {
    expect(keepsSecrets(platform, () => backend)).toBe(kept)
  })

  it('seals into text and opens that again, in any language', async () => {
    const vault = createKeychainVault(keychain(), 'linux')
    const sealed = await vault.seal('Bearer 密钥 é')
    expect(sealed).toMatch(/^[A-Za-z0-9+/=]+$/)
    expect(await vault.reveal(sealed)).toEqual({ text: 'Bearer 密钥 é', renew: false })
  })

  it.each<[string, Partial<Keychain>]>([
    ['its plain-text backend', { getSelectedStorageBackend: () => 'basic_text' }],
    ['no keychain', { isAsyncEncryptionAvailable: () => Promise.resolve(false) }],
    [
      'a keychain that stays locked',
      {
        encryptStringAsync: () => Promise.reject(new Error('locked')),
        decryptStringAsync: () => Promise.reject(new Error('locked')),
      },
    ],
  ])('refuses to keep a secret with %s, and says what to do', async (_, more) => {
    const vault = createKeychainVault(keychain(more), 'linux')
    for (const attempt of [vault.seal('secret'), vault.reveal('c2VjcmV0')])
      await expect(attempt).rejects.toMatchObject({
        code: 'secrets.unavailable',
        message: expect.stringMatching(/nlock it/) as string,
      })
  })
})
