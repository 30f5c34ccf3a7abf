import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { namedPoses } from '#shared/views/presets'
import { poseFromPrompt } from './pose-from-prompt'

interface Vocabulary {
  fal_2511_multiple_angles: { all_96: string[] }
  dx8152_2509_multiple_angles: {
    pairs: [string, string][]
    derived_by_spaces: [string, string][]
    official_template_prompts: string[]
  }
  presets_next_scene_prefix: Record<string, string>
}
const vocabulary = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../../../resources/camera/camera-vocabulary.json'), 'utf8'),
) as Vocabulary

/** An angle within −180 … 180, with 180 for both ends. */
const wrapped = (angle: number) => ((((angle + 180) % 360) + 360) % 360) - 180 || 0
const same = (a: number, b: number) => Math.abs(wrapped(a - b)) < 1e-9 || Math.abs(Math.abs(wrapped(a - b)) - 360) < 1e-9

describe('a pose from words', () => {
  it('knows all 96 prompts of the camera model', () => {
    expect(vocabulary.fal_2511_multiple_angles.all_96).toHaveLength(96)
    for (const [index, prompt] of vocabulary.fal_2511_multiple_angles.all_96.entries()) {
      const wanted = namedPoses[index]?.pose
      const found = poseFromPrompt(prompt)
      expect([prompt, found?.relative]).toEqual([prompt, false])
      expect([prompt, found?.pose.elevation, found?.pose.distance]).toEqual([prompt, wanted?.elevation, wanted?.distance])
      expect([prompt, same(found?.pose.azimuth ?? NaN, wanted?.azimuth ?? NaN)]).toEqual([prompt, true])
    }
  })

  it('reads the other model’s commands alike in Chinese and in English', () => {
    const { pairs, derived_by_spaces: derived } = vocabulary.dx8152_2509_multiple_angles
    // 俯视 is “top-down” to this model and “high-angle” to the other: the one pair whose languages may differ.
    const alike = [...pairs, ...derived].filter(([chinese]) => !chinese.includes('俯视'))
    for (const [chinese, english] of alike) expect([english, poseFromPrompt(english)]).toEqual([english, poseFromPrompt(chinese)])
    for (const [chinese] of [...pairs, ...derived]) {
      const found = poseFromPrompt(chinese)
      expect([chinese, found]).not.toEqual([chinese, undefined])
    }
    for (const prompt of vocabulary.dx8152_2509_multiple_angles.official_template_prompts)
      expect([prompt, poseFromPrompt(prompt)]).not.toEqual([prompt, undefined])
    for (const prompt of Object.values(vocabulary.presets_next_scene_prefix))
      expect([prompt, poseFromPrompt(prompt)]).not.toEqual([prompt, undefined])
  })

  it.each([
    ['将镜头向左旋转45度', { azimuth: -45 }, true],
    ['Next Scene：将镜头向右旋转九十度', { azimuth: 90 }, true],
    ['将镜头向左旋转一百二十度', { azimuth: -120 }, true],
    ['rotate 30° right', { azimuth: 30 }, true],
    ['Rotate the camera to the left by 60 degrees', { azimuth: -60 }, true],
    ['orbit 20 degrees up', { elevation: 20 }, true],
    ['将镜头拉近', { distance: 0.6 }, false],
    ['拉远', { distance: 1.8 }, false],
    ['俯视', { elevation: 60 }, false],
    ['仰视', { elevation: -30 }, false],
    ['右前方视角 高角度 特写', { azimuth: 45, elevation: 30, distance: 0.6 }, false],
    ['Rotate the camera 45 degrees to the left, high-angle shot', { azimuth: -45, elevation: 60 }, true],
  ])('reads “%s”', (prompt, pose, relative) => {
    expect(poseFromPrompt(prompt)).toEqual({ pose: { azimuth: 0, elevation: 0, distance: 1, ...pose }, relative })
  })

  it.each(['make it pop', '', 'left', 'a red cup on a table', '好看一点'])('finds none in “%s”', (prompt) => {
    expect(poseFromPrompt(prompt)).toBeUndefined()
  })

  it('turns by any number that is said, and stays within bounds whatever is typed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 360 }), (angle) => {
        const left = poseFromPrompt(`将镜头向左旋转${angle}度`)?.pose.azimuth ?? NaN
        const right = poseFromPrompt(`Rotate the camera ${angle} degrees to the right.`)?.pose.azimuth ?? NaN
        expect(same(left, -angle)).toBe(true)
        expect(same(right, angle)).toBe(true)
      }),
    )
    fc.assert(
      fc.property(fc.string({ maxLength: 3000 }), (text) => {
        const found = poseFromPrompt(text)
        if (!found) return
        expect(Math.abs(found.pose.azimuth)).toBeLessThanOrEqual(180)
        expect(Math.abs(found.pose.elevation)).toBeLessThanOrEqual(90)
      }),
    )
  })
})
