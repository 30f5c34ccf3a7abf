import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { SecretVault } from '#core/secrets/vault'

/** A vault as a keychain is one: what it seals, only it opens. */
export function cipherVault(key = randomBytes(32)): SecretVault & { renew: boolean } {
  return {
    renew: false,
    seal(text) {
      const cipher = createCipheriv('aes-256-gcm', key, Buffer.alloc(12))
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
      return Promise.resolve(sealed.toString('base64'))
    },
    reveal(sealed) {
      const bytes = Buffer.from(sealed, 'base64')
      const cipher = createDecipheriv('aes-256-gcm', key, Buffer.alloc(12)).setAuthTag(bytes.subarray(-16))
      const text = Buffer.concat([cipher.update(bytes.subarray(0, -16)), cipher.final()]).toString('utf8')
      return Promise.resolve({ text, renew: this.renew })
    },
  }
}
