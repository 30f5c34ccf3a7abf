import type { Pose } from '#shared/domain/view'

/** A pose that words name. `relative` says that they move the camera from where the photo was taken rather than around the subject. */
export interface PromptPose {
  pose: Pose
  relative: boolean
}

/** How far a move without a number goes. */
const sideStep = 20
const heightStep = 20
const nearer = 0.6
const wider = 1.8

/** Named azimuths, those of two words first: “front-right” is not “front”. Vocabulary of the camera models, in both languages. */
const azimuthWords: readonly (readonly [RegExp, number])[] = [
  [/\bfront[\s-]*right\b|\bright[\s-]*front\b|右前方?|前右/iu, 45],
  [/\bback[\s-]*right\b|\bright[\s-]*(?:back|rear)\b|\brear[\s-]*right\b|右后方?|后右/iu, 135],
  [/\bback[\s-]*left\b|\bleft[\s-]*(?:back|rear)\b|\brear[\s-]*left\b|左后方?|后左/iu, 225],
  [/\bfront[\s-]*left\b|\bleft[\s-]*front\b|左前方?|前左/iu, 315],
  [/\b(?:back|rear)\s+(?:view|side|shot|angle)\b|\bfrom (?:the )?(?:back|behind|rear)\b|背面|后方视角|后视/iu, 180],
  [/\bright[\s-]*(?:side|hand)?[\s-]*(?:view|side|profile|shot)\b|\bfrom (?:the )?right\b|右侧|右视/iu, 90],
  [/\bleft[\s-]*(?:side|hand)?[\s-]*(?:view|side|profile|shot)\b|\bfrom (?:the )?left\b|左侧|左视/iu, 270],
  [/\bfront(?:al)?\s*(?:view|side|shot|angle|on)?\b|正面|正视|前视/iu, 0],
]

const elevationWords: readonly (readonly [RegExp, number])[] = [
  [/\b(?:slight(?:ly)?)\b.*\blow[\s-]*angle\b|微微?仰/iu, -15],
  [/\b(?:slight(?:ly)?)\b.*\bhigh[\s-]*angle\b|微微?俯/iu, 15],
  [/\btop[\s-]*down\b|\bbird['’]?s?[\s-]*eye\b|\baerial\b|\boverhead\b|鸟瞰|顶视|航拍|俯瞰/iu, 75],
  [/\bhigh[\s-]*angle\b|\bfrom above\b|俯视|俯拍/iu, 60],
  [/\belevated\b|高角度/iu, 30],
  [/\blow[\s-]*angle\b|\bworm['’]?s?[\s-]*eye\b|\bfrom below\b|仰视|仰拍|低角度/iu, -30],
  [/\beye[\s-]*level\b|平视/iu, 0],
]

const distanceWords: readonly (readonly [RegExp, number])[] = [
  [/\bclose[\s-]*up\b|\bzoom(?:ed)?[\s-]*in\b|特写|近景|拉近|推近/iu, nearer],
  [/\bwide[\s-]*(?:shot|angle|lens)?\b|\bzoom(?:ed)?[\s-]*out\b|\blong shot\b|远景|广角|拉远/iu, wider],
  [/\bmedium(?:\s+shot)?\b|中景/iu, 1],
]

const degrees = String.raw`(\d+(?:\.\d+)?|[一二三四五六七八九十百]+)\s*(?:°|degrees?|deg|度)`

/** Commands that move the camera from where it is: what each adds. */
const turnLeft = new RegExp(
  `(?:rotate|turn|orbit|spin|pan|move)[^.;,。；，]*?${degrees}[^.;,。；，]*?\\b(left|right|up|down)\\b`,
  'iu',
)
const turnLeftWordFirst = new RegExp(
  `(?:rotate|turn|orbit|spin|pan|move)[^.;,。；，]*?\\b(left|right|up|down)\\b[^.;,。；，]*?${degrees}`,
  'iu',
)
const turnChinese = new RegExp(
  `[向往朝]?(左|右|上|下)(?:侧|边|方)?[^。；，]{0,4}?(?:旋转|转动|转|环绕|移动|绕)\\s*${degrees}`,
  'u',
)

const moves: readonly (readonly [RegExp, Partial<Pose>])[] = [
  [/\bmove\b[^.;,]*\bforward\b|\bdolly in\b|向前(?:移动|推进)|前移/iu, { distance: nearer }],
  [/\bmove\b[^.;,]*\bback(?:ward)?\b|\bdolly out\b|向后(?:移动|退)|后移/iu, { distance: wider }],
  [/\b(?:move|rotate|turn|orbit)\b[^.;,]*\bleft\b|[向往朝]左(?:移动|旋转|转)|左移/iu, { azimuth: -sideStep }],
  [/\b(?:move|rotate|turn|orbit)\b[^.;,]*\bright\b|[向往朝]右(?:移动|旋转|转)|右移/iu, { azimuth: sideStep }],
  [/\b(?:move|tilt)\b[^.;,]*\bup(?:ward)?\b|[向往朝]上(?:移动|升)|上移/iu, { elevation: heightStep }],
  [/\b(?:move|tilt)\b[^.;,]*\bdown(?:ward)?\b|[向往朝]下(?:移动|降)|下移/iu, { elevation: -heightStep }],
]

/**
 * The pose that a free camera prompt names, or undefined when it names none. Understands the camera models' own vocabulary in English and
 * Chinese, and commands relative to the photo (`Rotate the camera 45 degrees to the left`, `将镜头向左旋转45度`): to the left is a smaller azimuth.
 */
export function poseFromPrompt(prompt: string): PromptPose | undefined {
  const text = prompt.normalize('NFKC').slice(0, 2000)
  const turn = turnOf(text)
  const move = turn ? undefined : moves.find(([pattern]) => pattern.test(text))?.[1]
  // A command's own “left” and “right” are no named sides.
  const azimuth = turn || move ? undefined : valueOf(azimuthWords, text)
  const elevation = valueOf(elevationWords, text)
  const distance = valueOf(distanceWords, text)
  if (!turn && !move && azimuth === undefined && elevation === undefined && distance === undefined) return undefined
  return {
    pose: {
      azimuth: wrapped(turn?.azimuth ?? move?.azimuth ?? azimuth ?? 0),
      elevation: Math.max(-90, Math.min(90, turn?.elevation ?? move?.elevation ?? elevation ?? 0)),
      distance: move?.distance ?? distance ?? 1,
    },
    relative: turn !== undefined || move !== undefined,
  }
}

function valueOf(words: readonly (readonly [RegExp, number])[], text: string): number | undefined {
  return words.find(([pattern]) => pattern.test(text))?.[1]
}

function turnOf(text: string): Partial<Pose> | undefined {
  const english = turnLeft.exec(text)
  const chinese = english ? null : turnChinese.exec(text)
  const wordFirst = (english ?? chinese) ? null : turnLeftWordFirst.exec(text)
  const [number, side] = english
    ? [english[1], english[2]]
    : chinese
      ? [chinese[2], chinese[1]]
      : wordFirst
        ? [wordFirst[2], wordFirst[1]]
        : []
  const angle = number === undefined ? undefined : numberOf(number)
  if (angle === undefined || side === undefined) return undefined
  switch (side.toLowerCase()) {
    case 'left':
    case '左':
      return { azimuth: -angle }
    case 'right':
    case '右':
      return { azimuth: angle }
    case 'up':
    case '上':
      return { elevation: angle }
    default:
      return { elevation: -angle }
  }
}

const chineseDigits = '零一二三四五六七八九'

/** 45, 四十五 or 一百八十 as a number. */
function numberOf(text: string): number | undefined {
  if (/^\d/u.test(text)) return Math.min(360, Number(text))
  let total = 0
  let digit = 0
  for (const letter of text) {
    if (letter === '百') {
      total += (digit || 1) * 100
      digit = 0
    } else if (letter === '十') {
      total += (digit || 1) * 10
      digit = 0
    } else digit = chineseDigits.indexOf(letter)
  }
  const value = total + digit
  return value >= 0 && value <= 360 ? value : undefined
}

/** An angle within −180 … 180. */
function wrapped(angle: number): number {
  const turned = ((((angle + 180) % 360) + 360) % 360) - 180
  return turned === -180 && angle > 0 ? 180 : turned
}
