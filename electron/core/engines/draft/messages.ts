import type { ErrorView } from '#shared/domain/error'
import type { Pose } from '#shared/domain/view'

/** A style edit as the draft process gets it: everything resolved, nothing to ask back. */
export interface StyleWork {
  kind: 'style'
  inputPath: string
  /** Where the PNG goes. */
  outputPath: string
  /** Id of a style of the catalogue, or the path of a style picture. */
  style: { id: string } | { picturePath: string }
  strength: number
  structure: number
  keepColours: boolean
  seed: number
}

/** A perspective draft: the picture as a card, seen from this pose. */
export interface CardWork {
  kind: 'card'
  inputPath: string
  outputPath: string
  pose: Pose
}

/** A small draft for a style tile: WebP, longer side `side`. */
export interface TileWork {
  kind: 'tile'
  inputPath: string
  styleId: string
  side: number
}

export type Work = StyleWork | CardWork | TileWork

/** What a piece of work gives: a file of this size, or a small picture in memory. */
export interface WorkResult {
  width: number
  height: number
  hasAlpha: boolean
  image: Uint8Array | undefined
}

/** What the result looks like so far. */
export interface Preview {
  mime: 'image/jpeg' | 'image/png'
  width: number
  height: number
  image: Uint8Array
}

/** From Recast to the draft process. One piece of work at a time. */
export interface WorkRequest {
  type: 'work'
  id: number
  work: Work
}

/** From the draft process to Recast. */
export type ProcessMessage =
  | { type: 'progress'; id: number; progress: number }
  | ({ type: 'preview'; id: number } & Preview)
  | { type: 'done'; id: number; result: WorkResult }
  | { type: 'failed'; id: number; error: ErrorView }
