import { useEffect, useSyncExternalStore } from 'react'
import type { Settings } from '#shared/domain/settings'
import { useStudio } from '../state/context'

export type Theme = 'dark' | 'light'

/** The theme to show: what is set, or the system's. */
export function chooseTheme(setting: Settings['theme'], systemIsLight: boolean): Theme {
  return setting === 'system' ? (systemIsLight ? 'light' : 'dark') : setting
}

const light = (): MediaQueryList => window.matchMedia('(prefers-color-scheme: light)')
const watch = (changed: () => void): (() => void) => {
  const query = light()
  query.addEventListener('change', changed)
  return () => query.removeEventListener('change', changed)
}

/** The theme that is on. */
export function useTheme(): Theme {
  const setting = useStudio((state) => state.settings.theme)
  const systemIsLight = useSyncExternalStore(watch, () => light().matches)
  return chooseTheme(setting, systemIsLight)
}

/** Whether nothing shall glide: the system's wish, or the one in the settings. */
export function wantsNoMotion(): boolean {
  return window.matchMedia('(prefers-reduced-motion: reduce)').matches || document.documentElement.dataset['motion'] === 'reduce'
}

/** Puts the theme, and whether things may move, on the document, where tokens.css looks for it. */
export function useThemeOnDocument(): void {
  const theme = useTheme()
  const motion = useStudio((state) => state.settings.motion)
  useEffect(() => {
    document.documentElement.dataset['motion'] = motion
  }, [motion])
  useEffect(() => {
    document.documentElement.dataset['theme'] = theme
  }, [theme])
}
