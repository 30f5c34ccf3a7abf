import type { CallInput, CallName, CallOutput, ImportResult } from './calls'
import type { ExportOptions } from '../domain/export'
import type { AppEvent } from './events'
import type { PreviewFrame } from './preview-frame'

/** How the connection to the owner is. On `lost` the client tries again by itself; after `open` take a new snapshot. */
export type LinkState = 'connecting' | 'open' | 'lost' | 'denied'

/** What a shell offers to its user interface, whichever way the bytes go. */
export interface AppClient {
  /** Asks the app; rejects with an AppError. */
  call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>>
  /** Hands over file contents (browser, drag and drop, paste), with the name of the folder of each; answers one result a file, in order. */
  upload(files: { name: string; data: Blob; folder?: string }[], as: 'picture' | 'style'): Promise<ImportResult[]>
  /** Where an asset can be loaded from by an <img>. `width` picks a thumbnail of at least that width. */
  fileUrl(assetId: string, options?: FileUrlOptions): string
  /**
   * The thumbnails of at least that width (CSS pixels × device ratio) that are kept ready, by asset and by as few requests as can be;
   * one that has yet to be made is not among them, and is loaded from its {@link AppClient.fileUrl}. Rejects when nothing is answered.
   */
  thumbnails(assetIds: readonly string[], width: number): Promise<ReadonlyMap<string, Blob>>
  onEvent(listener: (event: AppEvent) => void): () => void
  onPreview(listener: (frame: PreviewFrame) => void): () => void
  onLink(listener: (state: LinkState) => void): () => void
  close(): void
}

/** Forms in which the app serves a stored picture. */
export interface FileUrlOptions {
  /** Wanted width in CSS pixels × device ratio; the nearest larger of 128, 256, 512, 1024 is served. Absent: the picture itself. */
  width?: number
  /** Small draft of this asset in that style, for a style tile. */
  styleId?: string
  /** As a download in this format under this name. */
  download?: { name: string; format: ExportOptions['format'] } & {
    [K in Exclude<keyof ExportOptions, 'format'>]?: ExportOptions[K]
  }
}

// Blob is a web and Node type alike; shared/ compiles with neither's library, so it is named structurally here.
export interface Blob {
  readonly size: number
  readonly type: string
  arrayBuffer(): Promise<ArrayBuffer>
}
