import type { SavedServer } from '#shared/domain/engine'
import { AppError } from '#shared/domain/error'
import type { ServerRecord, ServerTable } from '../../database/tables/servers'
import { keepSecret } from '../../diagnostics/redact'
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
}

/** The servers that were added. */
export interface SavedServers {
  all(): readonly ServerRecord[]
  /** By address, in any form; undefined for one that was not added. */
  get(address: string): ServerRecord | undefined
  /** What would be saved; throws `input.*`. Writes nothing. */
  plan(address: string, values: ServerValues): { record: ServerRecord; created: boolean; accessChanged: boolean }
  put(record: ServerRecord): void
  remove(address: string): boolean
}

/** How a server is reached, as the client takes it. */
export function accessOf(record: ServerRecord | undefined): Access {
  if (!record) return {}
  return {
    ...(Object.keys(record.headers).length > 0 ? { headers: record.headers } : {}),
    ...(record.certificateAuthority === undefined ? {} : { certificateAuthority: record.certificateAuthority }),
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

/** Opens the list over its table; it is read once and kept in memory. */
export function openSavedServers(table: ServerTable): SavedServers {
  const servers = new Map(table.all().map((record) => [record.address, record]))
  for (const { headers } of servers.values()) for (const value of Object.values(headers)) keepSecret(value)

  function get(address: string): ServerRecord | undefined {
    const known = servers.get(address)
    if (known || servers.size === 0) return known
    try {
      return servers.get(readAddress(address).http)
    } catch {
      return undefined
    }
  }

  return {
    all: () => [...servers.values()],
    get,
    plan(address, values) {
      const id = readAddress(address).http
      const before = servers.get(id)
      const access = checkAccess(values)
      const base: ServerRecord = before ?? {
        address: id,
        name: '',
        weight: 1,
        tags: [],
        drained: false,
        headers: {},
        certificateAuthority: undefined,
      }
      const record: ServerRecord = {
        address: id,
        name: values.name ?? base.name,
        weight: values.weight ?? base.weight,
        tags: values.tags ? [...new Set(values.tags)] : base.tags,
        drained: values.drained ?? base.drained,
        headers: access.headers ?? base.headers,
        certificateAuthority: values.certificateAuthority === undefined ? base.certificateAuthority : access.certificateAuthority,
      }
      const twin = [...servers.values()].find((other) => other.address !== id && record.name !== '' && other.name === record.name)
      if (twin) {
        throw new AppError('input.conflict', `Another server is named "${record.name}" (${twin.address}). Choose another name.`, {
          detail: { name: record.name, address: twin.address },
        })
      }
      const accessChanged =
        JSON.stringify([record.headers, record.certificateAuthority]) !==
        JSON.stringify([base.headers, base.certificateAuthority])
      return { record, created: !before, accessChanged }
    },
    put(record) {
      table.put(record)
      servers.set(record.address, record)
    },
    remove(address) {
      const known = get(address)
      return known !== undefined && table.remove(known.address) && servers.delete(known.address)
    },
  }
}
