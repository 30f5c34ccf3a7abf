import type { Language } from './i18n'

/** Notes that pictures and results carry, as ids, in the words of both languages. */
const notes: Record<string, Record<Language, string>> = {
  first_frame: { en: 'First frame of an animation', zh: '动画的第一帧' },
  converted_from_cmyk: { en: 'Converted from CMYK to sRGB', zh: '已从 CMYK 转换为 sRGB' },
  converted_profile: { en: 'Colours converted to sRGB', zh: '色彩已转换为 sRGB' },
  reduced_16_bit: { en: '16 bits reduced to 8', zh: '16 位已降为 8 位' },
  rotated: { en: 'Turned upright', zh: '已转正' },
  draft: { en: 'Draft', zh: '草稿' },
  draft_seed_no_effect: { en: 'This style gives the same picture with every seed', zh: '此风格在任何种子下结果相同' },
  draft_prompt_ignored: { en: 'Drafts do not read words', zh: '草稿不读取描述' },
  back_is_invented: { en: 'The back is not in the photo: it is the mirrored front', zh: '照片中没有背面：以镜像正面代替' },
  relative_pose: { en: 'Camera relative to the photo', zh: '镜头相对于照片' },
  black_result: { en: 'All black: the model overflowed on the server', zh: '全黑：模型在服务器上数值溢出' },
  flat_result: { en: 'A single colour: check the workflow and its models', zh: '单一颜色：请检查工作流及其模型' },
  negative_ignored: { en: 'The negative prompt has no effect here (cfg 1)', zh: '此处负面提示词无效（cfg 1）' },
  strength_by_words_only: { en: 'Strength by words only: the picture moved', zh: '强度仅通过文字表达：画面有位移' },
  layout_draft: { en: 'Layout draft: the photo as a card in space', zh: '构图草稿：照片作为空间中的卡片' },
}

/** The words for a note; a note that this build doesn't know is shown as it is, not hidden. */
export function noteWords(note: string, language: Language): string {
  return notes[note]?.[language] ?? note.replaceAll('_', ' ')
}

export const knownNotes: readonly string[] = Object.keys(notes)
