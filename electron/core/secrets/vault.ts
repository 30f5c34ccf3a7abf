/** What became of a sealed secret. */
export interface Revealed {
  text: string
  /** The keychain wants it sealed again: its key has changed. */
  renew: boolean
}

/** Where secrets (logins of servers, access tokens) are kept from other eyes. The shell brings it: only the desktop has a keychain. */
export interface SecretVault {
  /** Seals a secret for the disk; the answer says nothing without this vault. Rejects with `secrets.unavailable`. */
  seal(text: string): Promise<string>
  /** Opens what {@link SecretVault.seal} gave; may wait for the user to unlock the keychain. Rejects with `secrets.unavailable`. */
  reveal(sealed: string): Promise<Revealed>
}
