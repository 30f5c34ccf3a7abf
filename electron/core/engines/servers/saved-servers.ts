import type { SavedServer } from '#shared/domain/engine'
import { AppError } from '#shared/domain/error'
import type { ServerRecord, ServerTable } from '../../database/tables/servers'
import { keepSecret } from '../../diagnostics/redact'
import type { SecretVault } from '../../secrets/vault'
import { readAddress } from '../comfyui/address'
import { checkCertificate, checkHeaders } from './headers'

/** Values to save of a server; what is left out stays as it is, or is the default of a new one. */
export interface ServerValues {
  name?: string | undefined
  weight?: number | undefined
  tags?: readonly string[] | undefined
  drained?: boolean | undefined
  headers?: Readonly<Record<string, string>> | undefined
  /** PEM; empty takes it away. */
  certificateAuthority?: string | undefined
}

/** How a server is reached beside its address. */
export interface Access {
  headers?: Record<string, string>
  certificateAuthority?: string
  /** Why the headers cannot be sent: then nothing is asked of the server, which without them may be another one. */
  locked?: AppError | undefined
}

/** A server as this process knows it. */
interface KnownServer extends ServerRecord {
  /** Why the values of its headers are not known here. */
  locked?: AppError | undefined
}

/** The servers that were added. */
export interface SavedServers {
  /**
   * Has the keychain open the headers that it sealed, and seal those that a Recast without one has left open. It may ask the user first, so
   * nothing waits for it: `onOpened` is told the address of each server that can be reached now, or is known to be out of reach.
   */
  unlock(onOpened: (address: string) => void): void
  all(): readonly KnownServer[]
  /** By address, in any form; undefined for one that was not added. */
  get(address: string): KnownServer | undefined
  /** What would be saved; throws `input.*`. Writes nothing. */
  plan(address: string, values: ServerValues): { record: KnownServer; created: boolean; accessChanged: boolean }
  /** Rejects with `secrets.unavailable` where its headers could not be sealed; then nothing is saved. */
  put(record: KnownServer): Promise<void>
  remove(address: string): boolean
}

/** How a server is reached, as the client takes it. */
export function accessOf(record: KnownServer | undefined): Access {
  if (!record) return {}
  const { headers, certificateAuthority, locked } = record
  return {
    ...(locked ? { locked } : Object.keys(headers).length > 0 ? { headers } : {}),
    ...(certificateAuthority === undefined ? {} : { certificateAuthority }),
  }
}

/** What may be told of a server: no header value, no certificate. */
export function viewOfServer(record: ServerRecord): SavedServer {
  const { name, weight, tags, drained, headers, certificateAuthority } = record
  return {
    name,
    weight,
    tags,
    drained,
    headerNames: Object.keys(headers),
    hasCertificate: certificateAuthority !== undefined,
  }
}

/** Checks headers and a certificate as they are typed. Throws `input.invalid`. From here on no log shows their values. */
export function checkAccess(values: Pick<ServerValues, 'headers' | 'certificateAuthority'>): Access {
  const headers = values.headers && checkHeaders(values.headers)
  for (const value of Object.values(headers ?? {})) keepSecret(value)
  const pem = values.certificateAuthority?.trim()
  return {
    ...(headers === undefined ? {} : { headers }),
    ...(pem === undefined || pem === '' ? {} : { certificateAuthority: checkCertificate(pem) }),
  }
}

/**
 * Opens the list over its table; it is read once and kept in memory.
 * @param vault seals header values; absent: they stay as they are, in a database that is the user's alone.
 */
export function openSavedServers(table: ServerTable, vault: SecretVault | undefined): SavedServers {
  const servers = new Map<string, KnownServer>()
  for (const record of table.all()) {
    servers.set(record.address, record.sealed === undefined ? record : { ...record, locked: locked(record) })
    for (const value of Object.values(record.headers)) keepSecret(value)
  }

  /** Opens what is sealed, and seals what a Recast without a keychain has left open. */
  async function unlock(record: ServerRecord, onOpened: (address: string) => void): Promise<void> {
    const { address, sealed } = record
    if (!vault || (sealed === undefined && Object.keys(record.headers).length === 0)) return
    /** As it is now, if nobody gave it another login meanwhile. */
    const current = (): KnownServer | undefined => {
      const now = servers.get(address)
      return now?.sealed === sealed ? now : undefined
    }
    if (sealed === undefined) {
      const seal = await vault.seal(JSON.stringify(record.headers))
      const now = current()
      if (now) keep({ ...now, sealed: seal })
      return
    }
    try {
      const { text, renew } = await vault.reveal(sealed)
      const headers = openedHeaders(text, Object.keys(record.headers))
      for (const value of Object.values(headers)) keepSecret(value)
      const seal = renew ? await vault.seal(text).catch(() => sealed) : sealed
      const now = current()
      if (!now) return
      const opened: KnownServer = { ...now, headers, locked: undefined }
      servers.set(address, opened)
      if (seal !== sealed) keepLater({ ...opened, sealed: seal })
    } catch (thrown) {
      const now = current()
      if (!now) return
      servers.set(address, { ...now, locked: locked(record, thrown) })
    }
    onOpened(address)
  }

  /** A migration's copy may be of a time before the keychain. */
  function clearBackups(): void {
    const secrets = [...servers.values()].filter(({ headers }) => Object.keys(headers).length > 0)
    if (vault && secrets.length > 0 && secrets.every(({ sealed }) => sealed !== undefined)) table.clearBackups()
  }

  /** Writes what was sealed anew; a disk that refuses leaves it sealed as it was, for the next start. */
  function keepLater(record: KnownServer): void {
    try {
      keep(record)
    } catch {
      // It is known and in use.
    }
  }

  /** Writes a server; of sealed headers only the names. */
  function keep(record: KnownServer): void {
    const { locked: _locked, ...row } = record
    const before = servers.get(record.address)
    const wasOpen = before !== undefined && before.sealed === undefined
    const names = Object.fromEntries(Object.keys(row.headers).map((name) => [name, '']))
    if (row.sealed === undefined) table.put(row)
    else (wasOpen ? table.putOver : table.put)({ ...row, headers: names })
    servers.set(record.address, record)
  }

  function get(address: string): KnownServer | undefined {
    const known = servers.get(address)
    if (known || servers.size === 0) return known
    try {
      return servers.get(readAddress(address).http)
    } catch {
      return undefined
    }
  }

  return {
    unlock(onOpened) {
      const all = table.all().map((record) => unlock(record, onOpened).catch(() => undefined))
      // A copy that cannot be written stays for the next start.
      Promise.all(all)
        .then(clearBackups)
        .catch(() => undefined)
    },
    all: () => [...servers.values()],
    get,
    plan(address, values) {
      const id = readAddress(address).http
      const before = servers.get(id)
      const access = checkAccess(values)
      const base: KnownServer = before ?? {
        address: id,
        name: '',
        weight: 1,
        tags: [],
        drained: false,
        headers: {},
        sealed: undefined,
        certificateAuthority: undefined,
      }
      const record: KnownServer = {
        address: id,
        name: values.name ?? base.name,
        weight: values.weight ?? base.weight,
        tags: values.tags ? [...new Set(values.tags)] : base.tags,
        drained: values.drained ?? base.drained,
        headers: access.headers ?? base.headers,
        ...(access.headers ? { sealed: undefined } : { sealed: base.sealed, locked: base.locked }),
        certificateAuthority: values.certificateAuthority === undefined ? base.certificateAuthority : access.certificateAuthority,
      }
      const twin = [...servers.values()].find((other) => other.address !== id && record.name !== '' && other.name === record.name)
      if (twin) {
        throw new AppError('input.conflict', `Another server is named "${record.name}" (${twin.address}). Choose another name.`, {
          detail: { name: record.name, address: twin.address },
        })
      }
      const same = before ? undefined : sameComputer(id, [...servers.keys()])
      if (same !== undefined) {
        throw new AppError(
          'input.conflict',
          `That is the server that was added as ${same}. Change that one, or remove it first.`,
          { detail: { address: same } },
        )
      }
      const accessChanged =
        record.locked !== base.locked ||
        JSON.stringify([record.headers, record.certificateAuthority]) !==
          JSON.stringify([base.headers, base.certificateAuthority])
      return { record, created: !before, accessChanged }
    },
    async put(record) {
      // What was left open before and is the same stays so where the keychain refuses: a name can be changed all the same.
      const before = servers.get(record.address)
      const isOpen = before?.sealed === undefined && JSON.stringify(before?.headers) === JSON.stringify(record.headers)
      const fresh = record.sealed === undefined && Object.keys(record.headers).length > 0 && !isOpen
      keep(fresh && vault ? { ...record, sealed: await vault.seal(JSON.stringify(record.headers)) } : record)
    },
    remove(address) {
      const known = get(address)
      return known !== undefined && table.remove(known.address) && servers.delete(known.address)
    },
  }
}

/** The names that this computer has for itself. */
const ownNames = ['127.0.0.1', 'localhost', '[::1]']

/** Of these addresses the one that is the same server of this computer under another name; as two it would get twice its jobs. */
export function sameComputer(address: string, others: readonly string[]): string | undefined {
  const plain = (text: string): string | undefined => {
    const url = new URL(text)
    return ownNames.includes(url.hostname) ? `${url.protocol}//:${url.port}${url.pathname}` : undefined
  }
  const own = plain(address)
  return own === undefined ? undefined : others.find((other) => plain(other) === own)
}

/**
 * The headers that the keychain gave. Throws where they are not those that were sealed: what another program or a damaged keychain gives
 * must not go to a server as a login.
 */
function openedHeaders(text: string, names: readonly string[]): Record<string, string> {
  const headers = checkHeaders(JSON.parse(text) as Record<string, string>)
  if (JSON.stringify(Object.keys(headers)) === JSON.stringify(names)) return headers
  throw new AppError('secrets.unavailable', 'The keychain gave something else than what it was given. Enter the login once more.')
}

function locked({ address }: ServerRecord, cause?: unknown): AppError {
  return new AppError(
    'secrets.unavailable',
    `The login of ${address} is in the system's keychain, which does not give it to this Recast. Unlock it and use the desktop app, or give the header once more: recast engines add ${address} --header "Name: value".`,
    { detail: { server: address }, cause },
  )
}
