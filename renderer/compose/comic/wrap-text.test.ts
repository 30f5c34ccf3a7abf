import { describe, expect, it } from 'vitest'
import { wrapText } from './wrap-text'

/** Wide signs take two, others one. */
const measure = (text: string): number =>
  [...text].reduce((sum, sign) => sum + (/[\u3000-\u9fff\uff00-\uffef]/u.test(sign) ? 2 : 1), 0)
const wrap = (text: string, width: number, most?: number): string[] => wrapText(text, width, measure, most)

describe('lines of a caption', () => {
  it('break at spaces, and keep words whole', () => {
    expect(wrap('The rain stops at noon', 10)).toEqual(['The rain', 'stops at', 'noon'])
  })

  it('break between Chinese signs, with no space to help', () => {
    expect(wrap('小杯在清晨的厨房里醒来', 10)).toEqual(['小杯在清晨', '的厨房里醒', '来'])
  })

  it('never begin with a closing sign and never end with an opening one', () => {
    const lines = wrap('它说：“早安。”然后（慢慢地）走了，谁也没看见！', 8)
    for (const line of lines) {
      expect(line).not.toMatch(/^[，。：”）！]/u)
      expect(line).not.toMatch(/[“（]$/u)
    }
    expect(lines.join('')).toBe('它说：“早安。”然后（慢慢地）走了，谁也没看见！')
  })

  it('keep a Latin word whole inside Chinese', () => {
    expect(wrap('用ComfyUI画的图', 9)).toEqual(['用ComfyUI', '画的图'])
  })

  it('cut a word that is wider than a line, and nothing else', () => {
    expect(wrap('a supercalifragilistic day', 8)).toEqual(['a', 'supercal', 'ifragili', 'stic day'])
  })

  it('keep the breaks of the text, and no empty lines at the end', () => {
    expect(wrap('one\ntwo\r\n\n', 20)).toEqual(['one', 'two'])
  })

  it('end in an ellipsis where there is no more room', () => {
    const lines = wrap('小杯在清晨的厨房里醒来，窗外下着雨', 10, 2)
    expect(lines).toHaveLength(2)
    expect(lines[1]).toMatch(/…$/u)
    expect(measure(lines[1] ?? '')).toBeLessThanOrEqual(11)
  })

  it('never split what is one sign to the eye', () => {
    const family = '👨‍👩‍👧'
    expect(wrap(`${family}猫${family}`, 3).join('')).toBe(`${family}猫${family}`)
  })

  it('are never wider than asked for, whatever the text', () => {
    const text = '混排 mixed 文字 with（parentheses）和 long-hyphenated-words，以及标点……结束。'
    // A closing sign may hang where the sign before it just fits: it stays with that sign.
    for (const width of [8, 12, 20, 33]) for (const line of wrap(text, width)) expect(measure(line)).toBeLessThanOrEqual(width)
  })
})
