/** Advance of a character of the 11-px caption, CSS pixels, rounded up by its class: measuring each of thousands would cost more. */
function advance(character: string): number {
  if (/[ijlI.,:;'|!ft()[\]\s]/u.test(character)) return 4.2
  if (/[WMmw@%]/u.test(character)) return 10.5
  if (/[A-Z0-9_&#]/u.test(character)) return 7.8
  if (/[\u0020-\u024F]/u.test(character)) return 6.8
  return 11.5
}

/**
 * The name cut in its middle so that it fits `width` CSS pixels, because names of photos differ at their end (`IMG_20…0042`).
 * Done here and not by CSS: a clip for each caption costs a twentieth of the frames when a library is scrolled.
 */
export function shortenName(name: string, width: number): string {
  const characters = [...name]
  const advances = characters.map(advance)
  const whole = advances.reduce((sum, each) => sum + each, 0)
  if (whole <= width) return name
  let room = width - advance('W')
  let head = 0
  let tail = characters.length
  // From both ends inwards, so that either keeps its half.
  for (let fromHead = true; head < tail; fromHead = !fromHead) {
    const next = (fromHead ? advances[head] : advances[tail - 1]) ?? 0
    if (next > room) break
    room -= next
    if (fromHead) head++
    else tail--
  }
  return `${characters.slice(0, head).join('').trimEnd()}…${characters.slice(tail).join('').trimStart()}`
}
