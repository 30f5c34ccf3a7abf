import { statfsSync } from 'node:fs'

/** Bytes that are left on a folder's disk for this user; undefined where the file system does not tell. */
export function freeBytes(folder: string): number | undefined {
  try {
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize
  } catch {
    return undefined
  }
}

/** A number of bytes for people, rounded up: what is needed must not look like less. */
export const megabytesOf = (bytes: number): string => `${Math.ceil(bytes / 1e6)} MB`
