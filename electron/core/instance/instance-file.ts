import { randomBytes } from 'node:crypto'
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { toAppError } from '#shared/domain/error'

/** What the owner of a data folder tells the other processes of its user: where it listens and the token that opens it. */
export interface InstanceRecord {
  pid: number
  /** Loopback port of the owner's listener. */
  port: number
  /** 256-bit secret; whoever can read the file may use the owner. */
  token: string
  version: string
  /** Milliseconds since the Unix epoch; for people, nothing is decided by it. */
  startedAt: number
  /** Address of the owner's browser shell, token included, when it has one: a second `recast serve` shows this. */
  serveUrl?: string
}

/** Name of the file in the data folder. */
export const instanceFileName = 'instance.json'

const pathIn = (dataDir: string): string => join(dataDir, instanceFileName)

/** Reads a record out of a text; `undefined` for anything that is none (half a file, another format). */
export function parseInstanceRecord(text: string): InstanceRecord | undefined {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof json !== 'object' || json === null) return undefined
  const { pid, port, token, version, startedAt, serveUrl } = json as Record<string, unknown>
  if (!Number.isSafeInteger(pid) || !Number.isSafeInteger(port) || !Number.isFinite(startedAt)) return undefined
  if ((port as number) < 1 || (port as number) > 65_535) return undefined
  if (typeof version !== 'string' || typeof token !== 'string' || !/^[\w-]{43}$/.test(token)) return undefined
  return {
    pid: pid as number,
    port: port as number,
    token,
    version,
    startedAt: startedAt as number,
    ...(typeof serveUrl === 'string' ? { serveUrl } : {}),
  }
}

/** The record in a data folder; `undefined` when there is none that can be read. */
export function readInstanceFile(dataDir: string): InstanceRecord | undefined {
  try {
    return parseInstanceRecord(readFileSync(pathIn(dataDir), 'utf8'))
  } catch {
    return undefined
  }
}

/**
 * Writes the record whole or not at all, readable by the user alone. Only the holder of the owner's lock may call this.
 * @throws AppError `io.*`
 */
export function writeInstanceFile(dataDir: string, record: InstanceRecord): void {
  const temporary = `${pathIn(dataDir)}.${randomBytes(4).toString('hex')}.tmp`
  try {
    writeFileSync(temporary, `${JSON.stringify(record)}\n`, { mode: 0o600, flag: 'wx' })
    renameSync(temporary, pathIn(dataDir))
  } catch (thrown) {
    rmSync(temporary, { force: true })
    throw toAppError(thrown)
  }
}

/** Removes the record; only the holder of the owner's lock may call this. Never throws: a stale record is noticed by its readers. */
export function removeInstanceFile(dataDir: string): void {
  try {
    rmSync(pathIn(dataDir), { force: true })
  } catch {
    // The lock decides who owns the folder, not this file.
  }
}
