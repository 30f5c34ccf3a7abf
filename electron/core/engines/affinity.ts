/** What engines have in memory, as far as Recast's own jobs tell: the models of the last work, and its last photos. */
export interface Affinity {
  /** A job of this work on this photo goes there now. */
  note(engineId: string, work: string, photoId: string): void
  warmth(engineId: string, work: string, photoId: string): 'photo' | 'models' | 'cold'
  /** It was restarted, or let go of its memory. */
  forget(engineId: string): void
}

/**
 * Photos whose encoding a server is thought to keep. ComfyUI's own cache keeps what the last prompt used; the look-ahead means that two
 * photos may take turns.
 */
const photosKept = 2

/** Makes the memory; nothing of it survives a restart, because the servers' may not either. */
export function createAffinity(): Affinity {
  const engines = new Map<string, { work: string; photos: string[] }>()
  return {
    note(engineId, work, photoId) {
      const known = engines.get(engineId)
      const before = known?.work === work ? known.photos.filter((id) => id !== photoId) : []
      engines.set(engineId, { work, photos: [photoId, ...before].slice(0, photosKept) })
    },
    warmth(engineId, work, photoId) {
      const known = engines.get(engineId)
      if (known?.work !== work) return 'cold'
      return known.photos.includes(photoId) ? 'photo' : 'models'
    },
    forget: (engineId) => void engines.delete(engineId),
  }
}
