import type { FileUrlOptions } from '#shared/contract/client'
import type { PreviewSource } from './preview-hub'

/** Where a stored picture can be loaded from: the client's `fileUrl`. */
export type FileUrl = (assetId: string, options?: FileUrlOptions) => string

/** A stored version as the canvas shows it. */
export interface CanvasImage {
  readonly assetId: string
  readonly width: number
  readonly height: number
  readonly hasAlpha: boolean
  /** What its label says: "Original", "Oil painting". */
  readonly label: string
}

/** What is compared with the picture: a running job, its result, or another version. */
export interface CanvasAfter {
  /** The same from the first preview to the result (the job's id), so that nothing flickers between them. */
  readonly key: string
  readonly label: string
  /** Live previews, while the job runs; no progress while it stands in a server's queue. */
  readonly live?: { readonly source: PreviewSource; readonly progress: number | undefined } | undefined
  /** The finished picture. */
  readonly image?: CanvasImage | undefined
}

/** How the two are shown: only the newer one, both with a divider, or beside each other. */
export type CompareMode = 'off' | 'slider' | 'side'
