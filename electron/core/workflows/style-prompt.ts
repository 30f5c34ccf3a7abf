/** How strongly an edit model is told to restyle: it runs at denoise 1, so its strength lies in the words. */
export type StyleStrength = 'subtle' | 'clear' | 'strong'

/** The wording for the studio's strength slider, 0 … 1. */
export function strengthWord(strength: number): StyleStrength {
  return strength < 0.4 ? 'subtle' : strength <= 0.9 ? 'clear' : 'strong'
}

export interface StyleWords {
  /** A preset's wording, e.g. "Clay Style, lovely, 3d, cute". */
  wording?: string | undefined
  /** Words of the user's own; added to the preset's. */
  prompt?: string | undefined
  strength: StyleStrength
  keepColours?: boolean
}

const changeByWords: Record<StyleStrength, (style: string) => string> = {
  subtle: (style) => `Subtly change the image style towards ${style}, keep the same product, composition and camera angle`,
  clear: (style) => `Change the image style into ${style}, keep the same product, composition and camera angle`,
  strong: (style) => `Completely change the image style into ${style}, keep the same product, composition and camera angle`,
}

const changeByPicture: Record<StyleStrength, string> = {
  subtle: 'Subtly restyle image 1 towards the style of image 2, strictly preserve the composition and outline of image 1',
  clear: 'Restyle image 1 into the style of image 2, strictly preserve the composition and outline of image 1',
  strong: 'Completely restyle image 1 into the style of image 2, strictly preserve the composition and outline of image 1',
}

/** What an editing model is told for a style by words; undefined when there are none. */
export function styleInstruction(words: StyleWords): string | undefined {
  const style = styleTags(words)
  return style === undefined ? undefined : withColours(changeByWords[words.strength](style), words.keepColours)
}

/** What an editing model is told for a style picture (image 2); words are added at the end. */
export function pictureStyleInstruction(words: StyleWords): string {
  const extra = styleTags(words)
  return withColours(changeByPicture[words.strength], words.keepColours) + (extra === undefined ? '' : `. ${extra}`)
}

/** The style's words alone: the prompt of models that draw instead of edit (SD 1.5, SDXL). Undefined when there are none. */
export function styleTags({ wording, prompt }: Pick<StyleWords, 'wording' | 'prompt'>): string | undefined {
  const parts = [wording, prompt].map((part) => part?.trim()).filter((part): part is string => part !== undefined && part !== '')
  return parts.length === 0 ? undefined : parts.join(', ')
}

function withColours(instruction: string, keepColours: boolean | undefined): string {
  return keepColours ? `${instruction}, keep the original colours` : instruction
}
