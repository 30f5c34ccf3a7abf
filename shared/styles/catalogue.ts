import { AppError } from '../domain/error'
import type { Style } from '../domain/style'
import { nearestNames } from './nearest'
import { networkStyles } from './network-styles'

/** A preset: wordings are those of the product's brief where it has them. */
function preset(id: string, en: string, zh: string, wording: string, draftEn: string, draftZh: string): Style {
  return { id, title: { en, zh }, wording, group: 'preset', draft: { en: draftEn, zh: draftZh } }
}

const presets: readonly Style[] = [
  preset(
    'clay',
    'Clay',
    '黏土',
    'Clay Style, lovely, 3d, cute',
    'Draft: rounded forms, soft studio light, thumb-printed surface',
    '草稿：圆润造型、柔和布光、指纹质感',
  ),
  preset(
    'anime',
    'Anime',
    '动漫',
    'Anime Style, beautiful, detailed',
    'Draft: flat bright colours, two-step shading, fine dark lines',
    '草稿：明亮平涂、两段阴影、细深色线条',
  ),
  preset(
    'realistic',
    'Realistic',
    '写实',
    'Realistic Style, high quality, detailed',
    'Draft: light, local contrast and colour of a studio photo',
    '草稿：影棚照片般的光线、层次与色彩',
  ),
  preset(
    'cartoon',
    'Cartoon',
    '卡通',
    'Cartoon Style, colorful, fun',
    'Draft: few bold colours with thick outlines',
    '草稿：少量鲜明色块与粗轮廓',
  ),
  preset(
    'oil-painting',
    'Oil painting',
    '油画',
    'Oil Painting Style, artistic, classical',
    'Draft: thick strokes along the forms, lit from above',
    '草稿：顺着形体的厚涂笔触，上方受光',
  ),
  preset(
    'watercolour',
    'Watercolour',
    '水彩',
    'Watercolour Style, soft washes, paper texture',
    'Draft: soft washes with darker rims on grainy paper',
    '草稿：柔和晕染、深色水痕、粗纹纸',
  ),
  preset(
    'pencil',
    'Pencil',
    '铅笔',
    'Pencil Sketch Style, graphite, hatching',
    'Draft: graphite outlines and hatching on paper',
    '草稿：纸上石墨轮廓与排线',
  ),
  preset(
    'pop-art',
    'Pop art',
    '波普',
    'Pop Art Style, bold colours, halftone print',
    'Draft: bold flat inks, halftone dots, heavy outlines',
    '草稿：大胆平色、网点印刷、粗轮廓',
  ),
  preset(
    'line-art',
    'Line art',
    '线稿',
    'Line Art Style, clean ink lines on white',
    'Draft: clean ink lines on white',
    '草稿：白底净墨线',
  ),
  preset(
    'pixel-art',
    'Pixel art',
    '像素',
    'Pixel Art Style, limited palette, crisp pixels',
    'Draft: large pixels in a palette of the photo',
    '草稿：取自照片的有限色大像素',
  ),
  preset(
    'paper-cut',
    'Paper cut',
    '剪纸',
    'Paper Cut Style, layered paper, soft shadows',
    'Draft: layers of paper, each with its shadow',
    '草稿：层叠纸张与投影',
  ),
]

/** Every style of Recast: presets first, then the draft network's own. */
export const styles: readonly Style[] = [...presets, ...networkStyles]

const byId = new Map(styles.map((style) => [style.id, style]))

/** Letters of an id as it is stored: lower case, hyphens for underscores and spaces. */
function normalised(id: string): string {
  return id
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_]+/gu, '-')
}

/** American spellings and other names by which people ask for a preset. */
const otherNames: Record<string, string> = {
  watercolor: 'watercolour',
  'pencil-sketch': 'pencil',
  sketch: 'pencil',
  popart: 'pop-art',
  oil: 'oil-painting',
  oilpainting: 'oil-painting',
  lineart: 'line-art',
  pixelart: 'pixel-art',
  papercut: 'paper-cut',
  realism: 'realistic',
  claymation: 'clay',
}

/** Styles by the titles that the studio shows, in both languages. */
const byTitle = new Map(styles.flatMap((style) => Object.values(style.title).map((title) => [normalised(title), style])))

/**
 * The style of that id or title; `oil_painting`, `Oil Painting`, `oil-painting` and `油画` are one.
 * Throws an AppError `input.unknown_style` whose `detail.suggestions` are the nearest ids.
 */
export function resolveStyle(id: string): Style {
  const name = normalised(id)
  const style = byId.get(name) ?? byId.get(otherNames[name] ?? '') ?? byTitle.get(name)
  if (style) return style
  const near = nearestNames(name, [...byId.keys()])
  const suggestions = near.length > 0 ? near : presets.slice(0, 3).map((item) => item.id)
  const question = near.length === 0 ? '' : ` Did you mean ${near.map((item) => `“${item}”`).join(', ')}?`
  const all = `${presets.map((item) => item.id).join(', ')}, and ${networkStyles[0]?.id} to ${networkStyles.at(-1)?.id}`
  throw new AppError('input.unknown_style', `There is no style “${id.slice(0, 64)}”.${question} The styles are ${all}.`, {
    detail: { style: id.slice(0, 64), suggestions },
  })
}

/** Words that stand for a preset in a prompt, most telling first, in English and Chinese. */
const words: readonly (readonly [id: string, patterns: RegExp])[] = [
  ['oil-painting', /\boil[\s_-]*paint(?:ing|ed)?\b|\bimpasto\b|油画|油彩/iu],
  ['watercolour', /\bwater[\s_-]*colou?rs?\b|\baquarelle\b|水彩/iu],
  ['line-art', /\bline[\s_-]*(?:art|drawing)\b|\bink lines?\b|线稿|线描|白描/iu],
  ['pixel-art', /\bpixel(?:s|ated|[\s_-]*art)?\b|像素/iu],
  ['paper-cut', /\bpaper[\s_-]*(?:cut|craft|collage)(?:out|s)?\b|剪纸|纸雕/iu],
  ['pop-art', /\bpop[\s_-]*art\b|\bhalf[\s_-]*tone\b|\bwarhol\b|波普/iu],
  ['pencil', /\bpencil\b|\bgraphite\b|\bsketch(?:ed|y)?\b|铅笔|素描|速写/iu],
  ['clay', /\bclay(?:mation)?\b|\bplasticine\b|黏土|粘土|橡皮泥/iu],
  ['anime', /\banime\b|\bmanga\b|动漫|动画风|二次元|日漫/iu],
  ['cartoon', /\bcartoon(?:s|ish)?\b|\bcomic\b|卡通|漫画/iu],
  ['realistic', /\b(?:photo[\s_-]*)?realis(?:tic|m)\b|\bphotographic\b|写实|真实|逼真/iu],
]

/** The preset that a prompt's words name, or undefined. The first one named in the prompt wins. */
export function styleFromWords(prompt: string): Style | undefined {
  let best: { at: number; id: string } | undefined
  for (const [id, pattern] of words) {
    const at = prompt.search(pattern)
    if (at >= 0 && (best === undefined || at < best.at)) best = { at, id }
  }
  return best && byId.get(best.id)
}
