import type { PictureSlotId } from '../state/actions-compose'

/** A place of the panel as the key under which drag and drop knows it. */
export function keyOfSlot(slot: PictureSlotId): string {
  return JSON.stringify(slot)
}

/** The place behind a key of {@link keyOfSlot}. */
export function slotOfKey(key: string): PictureSlotId {
  return JSON.parse(key) as PictureSlotId
}
