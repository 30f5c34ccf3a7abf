import type { Language } from './i18n'

/** Notes that pictures and results carry, as ids, in the words of both languages. */
const notes: Record<string, Record<Language, string>> = {
  first_frame: { en: 'First frame of an animation', zh: '动画的第一帧' },
  converted_from_cmyk: { en: 'Converted from CMYK to sRGB', zh: '已从 CMYK 转换为 sRGB' },
  converted_profile: { en: 'Colours converted to sRGB', zh: '色彩已转换为 sRGB' },
  reduced_16_bit: { en: '16 bits reduced to 8', zh: '16 位已降为 8 位' },
  rotated: { en: 'Turned upright', zh: '已转正' },
  draft: { en: 'Draft', zh: '草稿' },
  layout_draft: { en: 'Layout draft: the photo as a card in space', zh: '构图草稿：照片作为空间中的卡片' },
}

/** The words for a note; a note that this build doesn't know is shown as it is, not hidden. */
export function noteWords(note: string, language: Language): string {
  return notes[note]?.[language] ?? note.replaceAll('_', ' ')
}

export const knownNotes: readonly string[] = Object.keys(notes)
