import type { EngineView } from '#shared/domain/engine'

/** How an engine's state looks as a dot; words always stand beside it. */
export const engineDots: Record<EngineView['state'], string> = {
  ready: 'bg-good',
  starting: 'bg-muted',
  waking: 'bg-accent motion-safe:animate-pulse',
  offline: 'border border-bad',
  failed: 'bg-bad',
}
