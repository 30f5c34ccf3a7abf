import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { allPoses, cameraRequest, isNextScene, relativeCameraPrompt, snapPose } from '#shared/views/camera-prompt'

const vocabulary = JSON.parse(
  readFileSync(new URL('../../../resources/camera/camera-vocabulary.json', import.meta.url), 'utf8'),
) as {
  fal_2511_multiple_angles: { all_96: string[] }
  dx8152_2509_multiple_angles: { pairs: [string, string][]; derived_by_spaces: [string, string][] }
  presets_next_scene_prefix: Record<string, string>
}
const front = { azimuth: 0, elevation: 0, distance: 1 }

describe('absolute poses', () => {
  test('the 96 prompts are the vocabulary, word for word and in its order', () => {
    expect(allPoses().map((pose) => pose.prompt)).toEqual(vocabulary.fal_2511_multiple_angles.all_96)
    expect(new Set(allPoses().map((pose) => pose.prompt)).size).toBe(96)
  })

  test('a pose between the known ones takes the words of its sector', () => {
    expect(snapPose({ azimuth: 22.5, elevation: 15, distance: 1.35 })).toEqual({
      azimuth: 45,
      elevation: 30,
      distance: 1.8,
      prompt: '<sks> front-right quarter view elevated shot wide shot',
    })
  })

  test('every pose gets one of the 96', () => {
    const known = new Set(vocabulary.fal_2511_multiple_angles.all_96)
    const poses = fc.record({
      azimuth: fc.double({ min: -360, max: 360, noNaN: true }),
      elevation: fc.double({ min: -90, max: 90, noNaN: true }),
      distance: fc.double({ min: 0.2, max: 5, noNaN: true }),
    })
    fc.assert(fc.property(poses, (pose) => known.has(snapPose(pose).prompt)))
  })
})

describe('relative commands', () => {
  test('use only the commands of the vocabulary, Chinese first', () => {
    const pairs = [...vocabulary.dx8152_2509_multiple_angles.pairs, ...vocabulary.dx8152_2509_multiple_angles.derived_by_spaces]
    const known = new Set(pairs.map(([zh, en]) => `${zh} ${en}`))
    const targets = [
      { azimuth: 45 },
      { azimuth: 90 },
      { azimuth: -45 },
      { azimuth: 270 },
      { elevation: 60 },
      { elevation: -30 },
      { distance: 0.6 },
      { distance: 1.8 },
    ]
    for (const target of targets) expect(known).toContain(relativeCameraPrompt({ ...front, ...target }, front))
  })

  test('positive azimuth moves the camera to the right, counted from the photo and over the back', () => {
    expect(relativeCameraPrompt({ ...front, azimuth: 45 }, front)).toContain('将镜头向右旋转45度')
    expect(relativeCameraPrompt({ ...front, azimuth: 0 }, { ...front, azimuth: 45 })).toContain('将镜头向左旋转45度')
    expect(relativeCameraPrompt({ ...front, azimuth: 315 }, { ...front, azimuth: 45 })).toContain('将镜头向左旋转90度')
    expect(relativeCameraPrompt({ ...front, azimuth: 45 }, { ...front, azimuth: 315 })).toContain('将镜头向右旋转90度')
  })

  test('several moves are joined', () => {
    expect(relativeCameraPrompt({ azimuth: 90, elevation: 60, distance: 0.6 }, front)).toBe(
      '将镜头向右旋转90度 Rotate the camera 90 degrees to the right. 将镜头转为俯视 Turn the camera to a top-down view. 将镜头转为特写镜头 Turn the camera to a close-up.',
    )
  })

  test.each([{ azimuth: 180 }, { azimuth: 135 }, { azimuth: 225 }, { elevation: 30 }, {}])(
    'what has no words is refused: %o',
    (target) => {
      expect(() => relativeCameraPrompt({ ...front, ...target }, front)).toThrow(/no words for/)
    },
  )
})

describe('camera request', () => {
  test('free prompts are sent as given, with the LoRA that their words belong to', () => {
    const brief = 'Next Scene：将镜头向左旋转45度'
    expect(cameraRequest('2509', { prompt: brief })).toEqual({ prompt: brief, choices: { camera: 'next-scene' }, frame: 'free' })
    for (const prompt of Object.values(vocabulary.presets_next_scene_prefix)) expect(isNextScene(prompt)).toBe(true)
    expect(cameraRequest('2509', { prompt: '将镜头向左旋转45度' })).toMatchObject({
      choices: { camera: 'angles' },
      frame: 'relative',
    })
    expect(cameraRequest('2509', { prompt: 'Turn the camera to a close-up.' })).toMatchObject({ choices: { camera: 'angles' } })
    expect(cameraRequest('2509', { prompt: 'seen through a window' })).toMatchObject({ choices: { camera: 'free' } })
    expect(cameraRequest('2511', { prompt: ' from   above ' })).toEqual({
      prompt: ' from   above ',
      choices: { camera: 'free' },
      frame: 'free',
    })
    expect(cameraRequest('2511', { prompt: '<sks> back view eye-level shot wide shot' })).toMatchObject({
      choices: { camera: 'poses' },
    })
  })

  test('a pose is absolute on 2511 and never becomes a relative command without the photo’s own pose', () => {
    const pose = { ...front, azimuth: 45 }
    expect(cameraRequest('2511', { pose })).toEqual({
      prompt: '<sks> front-right quarter view eye-level shot medium shot',
      choices: { camera: 'poses' },
      frame: 'absolute',
    })
    expect(() => cameraRequest('2509', { pose })).toThrow(/Mark the pose/)
    expect(cameraRequest('2509', { pose }, front)).toMatchObject({ frame: 'relative', choices: { camera: 'angles' } })
  })
})
