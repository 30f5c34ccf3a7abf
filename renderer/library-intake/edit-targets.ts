import type { ImportResult } from '#shared/contract/calls'

/** A picture that an edit is asked for; `name` where its results are called otherwise than it is in the library. */
export interface EditTarget {
  pictureId: string
  name?: string
}

/** A file's name as a picture's: without folder and extension, on one line. */
function nameOfFile(file: string): string {
  const last = file.split(/[\\/]/u).at(-1) ?? ''
  return last
    .replace(/(?<=.)\.[A-Za-z0-9]{1,5}$/u, '')
    .normalize('NFC')
    .replace(/\s+/gu, ' ')
    .trim()
    .slice(0, 200)
}

/**
 * What is edited of files that came in together: each photo under each name that a file gave it, once. `repeated` says how many files
 * held a photo that an earlier one of them had brought.
 */
export function targetsOf(results: readonly ImportResult[]): { targets: EditTarget[]; repeated: number } {
  const names = new Map<string, Set<string>>()
  const targets: EditTarget[] = []
  let repeated = 0
  for (const { file, picture } of results) {
    if (!picture) continue
    const name = nameOfFile(file) || picture.name
    const known = names.get(picture.id)
    if (known) repeated++
    if (known?.has(name)) continue
    names.set(picture.id, new Set([...(known ?? []), name]))
    targets.push(name === picture.name ? { pictureId: picture.id } : { pictureId: picture.id, name })
  }
  return { targets, repeated }
}
