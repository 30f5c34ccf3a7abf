import { describe, expect, test } from 'vitest'
import { storyEditSchema } from '#shared/domain/edit'
import { scenePictures, scenePrompt, storyRun } from './story-edit'

const id = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
const story = (more: object = {}) =>
  storyEditSchema.parse({
    kind: 'story',
    roles: [
      { name: 'Anna', description: 'a woman, in a red coat' },
      { name: 'Bo', description: 'an old man' },
    ],
    scenes: [
      { role: 'Anna', text: 'wakes\nup' },
      { role: 'Bo', text: 'drives' },
      { text: 'rain' },
      { role: 'Bo', text: 'meets Anna' },
    ],
    ...more,
  })

describe('a story on StoryDiffusion', () => {
  test('says "img" after what a role is, and each text in one line', () => {
    expect(storyRun(story())).toEqual({
      roles: '[Anna] a woman img, in a red coat\n[Bo] an old man img',
      scenes: '[Anna] wakes up;\n[Bo] drives;\n[NC] rain;\n[Bo] meets Anna;',
      pick: undefined,
    })
  })

  test.each([
    [0, '[Anna] wakes up;\n[Bo] drives;', 0],
    [1, '[Anna] wakes up;\n[Bo] drives;', 1],
    [2, '[Anna] wakes up;\n[Bo] drives;\n[NC] rain;', 2],
    [3, '[Anna] wakes up;\n[Bo] drives;\n[Bo] meets Anna;', 2],
  ])('draws scene %i by itself after those that introduce the roles', (scene, scenes, pick) => {
    expect(storyRun(story({ scene }))).toMatchObject({ scenes, pick })
  })

  test.each([
    [{ scenes: [{ role: 'Cleo', text: 'sings' }] }, /Scene 1: there is no role "Cleo"/],
    [{ roles: [{ name: 'Anna' }], scenes: [{ role: 'Anna', text: 'sings' }] }, /needs a description/],
    [
      {
        roles: [
          { name: 'A', description: 'x' },
          { name: 'B', description: 'x' },
          { name: 'C', description: 'x' },
        ],
      },
      /no role "Anna"/,
    ],
    [{ scenes: [{ text: 'rain' }, { role: 'Anna', text: 'a' }, { role: 'Bo', text: 'b' }] }, /can't be \[NC\]/],
    [
      {
        roles: [
          { name: 'Anna', description: 'x', assetIds: [id(1)] },
          { name: 'Bo', description: 'y' },
        ],
      },
      /picture for each role/,
    ],
  ])('refuses what the nodes would fail on: %#', (more, message) => {
    expect(() => storyRun(story(more))).toThrow(message)
  })
})

describe('a scene on the fallback', () => {
  const roles = [
    { name: 'Anna', description: 'a woman', assetIds: [id(1), id(2)] },
    { name: 'Bo', description: 'a man img, old', assetIds: [id(3)] },
  ]
  test('is told in words, with the style', () => {
    expect(scenePrompt(story({ scene: 3, style: 'ink' }))).toBe('Next Scene: an old man meets Anna, ink')
    expect(scenePrompt(story({ scene: 2 }))).toBe('Next Scene: rain')
  })
  test.each([
    [0, [id(1), id(2)]],
    [1, [id(3)]],
    [2, [id(1), id(2)]],
    [3, [id(3), id(1)]],
  ])('scene %i sees its role first, then who else is in it', (scene, pictures) => {
    expect(scenePictures(story({ roles, scene }))).toEqual(pictures)
  })
})
