import type { IncomingFile } from '../state/actions'

/** Files that systems leave in folders and nobody means. */
const clutter = /(^|\/)(\.[^/]*|Thumbs\.db|desktop\.ini)$/iu

/** What a picker chose. From a folder, hidden files and what no picture's name is are left out silently; a file chosen by hand never is. */
export function picturesOfSelection(list: FileList | null): IncomingFile[] {
  return [...(list ?? [])].flatMap((file) => {
    const fromFolder = file.webkitRelativePath !== ''
    if (fromFolder && (clutter.test(file.webkitRelativePath) || !looksLikePicture(file))) return []
    return [{ name: file.name, data: file, ...folderOf(file.webkitRelativePath) }]
  })
}

/** The name of the folder right above a file, by a path such as `photos/red/cup.png`. */
export function folderOf(path: string): { folder?: string } {
  const folder = path.split('/').at(-2)
  return folder ? { folder } : {}
}

/** Whether a file of a folder is worth trying: by its type, or by its name where the system knows no type. */
export function looksLikePicture(file: Pick<File, 'type' | 'name'>): boolean {
  return file.type.startsWith('image/') || /\.(png|jpe?g|webp|tiff?|gif|avif)$/iu.test(file.name)
}
