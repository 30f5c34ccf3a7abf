import { pictureName } from './picture-name'

/** A picture that an edit is asked for; `name` where its results are called otherwise than it is in the library. */
export interface EditTarget {
  pictureId: string
  name?: string
}

/** A file that holds a photo which an earlier one of those that came with it had brought. */
export interface RepeatedFile {
  file: string
  /** The earlier file. */
  of: string
  /** Both are called the same, so that there is one result for them. */
  sameName: boolean
}

/** What is edited of files that came in together: each photo under each name that a file gave it, once. */
export function targetsOf(results: readonly { file: string; picture?: { id: string; name: string } | undefined }[]): {
  targets: EditTarget[]
  repeated: RepeatedFile[]
} {
  const known = new Map<string, { file: string; names: Set<string> }>()
  const targets: EditTarget[] = []
  const repeated: RepeatedFile[] = []
  for (const { file, picture } of results) {
    if (!picture) continue
    const name = pictureName(file)
    const before = known.get(picture.id)
    const sameName = before?.names.has(name) === true
    if (before) repeated.push({ file, of: before.file, sameName })
    if (sameName) continue
    if (before) before.names.add(name)
    else known.set(picture.id, { file, names: new Set([name]) })
    targets.push(name === picture.name ? { pictureId: picture.id } : { pictureId: picture.id, name })
  }
  return { targets, repeated }
}
