import { describe, expect, test } from 'vitest'
import { nextScenePrompts, parseStory, storyTexts } from './story-prompt'

const roles = '[Anna] a woman img, wearing a white T-shirt.\n[Bo] a man img, in a suit'
const scenes = '[Anna] wakes up in bed ;\n[Bo] drives a car;\n\n[NC] a panda;\n[Anna] reads'

describe('stories', () => {
  test('are read, and written as the nodes read them', () => {
    const story = parseStory(roles, scenes, 2)
    expect(story.scenes.map((scene) => scene.role)).toEqual(['Anna', 'Bo', undefined, 'Anna'])
    expect(storyTexts(story)).toEqual({
      roles: '[Anna] a woman img, wearing a white T-shirt.\n[Bo] a man img, in a suit',
      scenes: '[Anna] wakes up in bed;\n[Bo] drives a car;\n[NC] a panda;\n[Anna] reads;',
    })
    expect(parseStory(storyTexts(story).roles, storyTexts(story).scenes)).toEqual(story)
  })

  test('become one Next-Scene prompt a scene for the fallback', () => {
    expect(nextScenePrompts(parseStory(roles, scenes))).toEqual([
      'Next Scene: a woman, wearing a white T-shirt wakes up in bed',
      'Next Scene: a man, in a suit drives a car',
      'Next Scene: a panda',
      'Next Scene: a woman, wearing a white T-shirt reads',
    ])
  })

  test.each([
    ['', scenes, 0, /needs a role/],
    ['Anna a woman img', scenes, 0, /Role line 1 must begin/],
    ['[NC] nobody img', scenes, 0, /means nobody/],
    ['[Anna] a woman', scenes, 0, /word "img"/],
    [`${roles}\n[Cy] a man img`, scenes, 0, /at most two roles, not 3/],
    ['[Ann] a woman img\n[Anna] a woman img', '[Ann] a\n[Anna] b', 0, /part of each other/],
    [roles, scenes, 1, /picture for each role/],
    [roles, 'Anna wakes up', 0, /Scene line 1 must begin/],
    [roles, '[Anna] meets [Bo]', 0, /two roles/],
    [roles, '[Cy] sleeps', 0, /no role \[Cy\]/],
    [roles, '[Anna] ;\n[Bo] drives', 0, /says nothing/],
    [roles, '[Anna] a # b\n[Bo] drives', 0, /"#"/],
    [roles, '[Anna] a\n[Anna] b', 0, /No scene has the role \[Bo\]/],
    [roles, '[Anna] a\n[NC] b\n[Bo] c', 0, /first two scenes/],
    ['[Anna] a woman img', '[NC] b\n[Anna] c', 0, /first scene can't/],
  ])('refuse what the nodes would fail on: %j %j', (roleText, sceneText, pictures, message) => {
    expect(() => parseStory(roleText, sceneText, pictures)).toThrow(message)
  })
})
