import { describe, expect, it } from 'vitest'
import { viewOfPose } from '#shared/views/presets'
import { cameraLabel, moveOfPrompt, poseLabel, promptOf, viewLabel, viewOfCamera } from './camera-labels'

const front = { azimuth: 0, elevation: 0, distance: 1 }
const frontRight = { azimuth: 45, elevation: 30, distance: 1 }
const absolute = { frame: 'absolute', photo: undefined } as const
const relative = { frame: 'relative', photo: undefined } as const

describe('around the subject', () => {
  it('a pose is one of the 96, and sent in their words', () => {
    const view = viewOfCamera(frontRight, absolute)
    expect(view).toEqual(viewOfPose(frontRight))
    expect(view && promptOf(view, absolute)).toBe('<sks> front-right quarter view elevated shot medium shot')
    expect(cameraLabel(frontRight, absolute, 'zh')).toBe('右前方 · 高角度')
    expect(poseLabel({ azimuth: -50, elevation: 25, distance: 1.5 }, 'en')).toBe('Front left, elevated, wide')
  })
})

describe('relative to the photo', () => {
  const left = { ...front, azimuth: 315, elevation: 60 }

  it('a move is sent as its command, and never passes for a pose around the subject', () => {
    const view = viewOfCamera(left, relative)
    expect(view?.pose).toBeUndefined()
    expect(view?.prompt).toBe(
      '将镜头向左旋转45度 Rotate the camera 45 degrees to the left. 将镜头转为俯视 Turn the camera to a top-down view.',
    )
    expect(view && promptOf(view, relative)).toBe(view?.prompt)
    expect(view && viewLabel(view, 'en')).toBe('45° to the left, high angle')
    expect(view && viewLabel(view, 'zh')).toBe('向左 45° · 俯拍')
    expect(moveOfPrompt(view?.prompt ?? '')).toEqual(left)
  })

  it('has no words for staying, for the back, or for a little higher', () => {
    for (const pose of [front, { ...front, azimuth: 180 }, { ...front, elevation: 30 }])
      expect(viewOfCamera(pose, relative)).toBeUndefined()
    expect(promptOf({ pose: { ...front, azimuth: 180 } }, relative)).toBeUndefined()
  })

  it('of a photo of which it was said where it was taken, is a pose again', () => {
    const setting = { frame: 'relative', photo: frontRight } as const
    const view = viewOfCamera({ ...frontRight, azimuth: 90 }, setting)
    expect(view?.pose).toEqual({ ...frontRight, azimuth: 90 })
    expect(view && promptOf(view, setting)).toContain('将镜头向右旋转45度')
  })
})

describe('own words', () => {
  it('are sent as they are', () => {
    const view = { id: 'own-words', name: 'x', prompt: 'Next Scene：将镜头向左旋转45度' }
    expect(promptOf(view, absolute)).toBe(view.prompt)
    expect(promptOf(view, relative)).toBe(view.prompt)
    expect(viewLabel(view, 'en')).toBe(view.prompt)
  })
})
