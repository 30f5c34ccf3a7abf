import type { SafeStorage } from 'electron'
import type { SecretVault } from '#core/secrets/vault'
import { AppError } from '#shared/domain/error'

/** The part of Electron's safeStorage that is used (https://www.electronjs.org/docs/latest/api/safe-storage). */
export type Keychain = Pick<
  SafeStorage,
  'isAsyncEncryptionAvailable' | 'encryptStringAsync' | 'decryptStringAsync' | 'getSelectedStorageBackend'
>

/**
 * Whether a Linux backend of safeStorage keeps secrets: `basic_text` only looks so (its password is in Electron's source), and `unknown` is
 * what it says before the app is ready.
 */
export function keepsSecrets(platform: NodeJS.Platform, backend: () => string): boolean {
  return platform !== 'linux' || !['basic_text', 'unknown'].includes(backend())
}

/** The system's keychain as a vault: macOS Keychain, Windows DPAPI, GNOME Keyring or KWallet. For use after the app is ready. */
export function createKeychainVault(keychain: Keychain, platform: NodeJS.Platform = process.platform): SecretVault {
  async function need(): Promise<void> {
    if (
      keepsSecrets(platform, () => keychain.getSelectedStorageBackend()) &&
      (await keychain.isAsyncEncryptionAvailable().catch(refuse))
    )
      return
    throw new AppError(
      'secrets.unavailable',
      platform === 'linux'
        ? 'This system has no keychain that keeps secrets. Install GNOME Keyring or KWallet, unlock it, and start Recast again.'
        : "The system's keychain is not available. Unlock it, and start Recast again.",
    )
  }
  return {
    async seal(text) {
      await need()
      return (await keychain.encryptStringAsync(text).catch(refuse)).toString('base64')
    },
    async reveal(sealed) {
      await need()
      const { result, shouldReEncrypt } = await keychain.decryptStringAsync(Buffer.from(sealed, 'base64')).catch(refuse)
      return { text: result, renew: shouldReEncrypt }
    },
  }
}

function refuse(cause: unknown): never {
  throw new AppError(
    'secrets.unavailable',
    "The system's keychain refused. Unlock it and try again, or enter the login or token once more.",
    { cause },
  )
}
