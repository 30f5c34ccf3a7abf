import type { WordKey } from '../i18n/words'

/** What a share of denoising does to a picture, in words. */
export function denoiseWord(denoise: number): WordKey {
  if (denoise < 0.25) return 'compose.denoise.touch'
  if (denoise < 0.45) return 'compose.denoise.surface'
  if (denoise < 0.65) return 'compose.denoise.forms'
  return denoise < 0.85 ? 'compose.denoise.layout' : 'compose.denoise.all'
}
