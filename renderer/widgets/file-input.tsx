import type { ReactElement, Ref } from 'react'

/** An input of files that is not seen: a button opens it by `ref.current.click()`. The same file may be chosen twice in a row. */
export function FileInput({
  ref,
  accept,
  multiple = false,
  onFiles,
  'data-testid': testId,
}: {
  ref: Ref<HTMLInputElement>
  /** As in HTML: types and endings, by commas. */
  accept: string
  multiple?: boolean
  /** Never called with none. */
  onFiles: (files: [File, ...File[]]) => void
  'data-testid': string
}): ReactElement {
  return (
    <input
      ref={ref}
      type="file"
      accept={accept}
      multiple={multiple}
      hidden
      data-testid={testId}
      onChange={(event) => {
        const [first, ...others] = event.currentTarget.files ?? []
        // Else a browser says nothing when the same file is chosen again.
        event.currentTarget.value = ''
        if (first) onFiles([first, ...others])
      }}
    />
  )
}
