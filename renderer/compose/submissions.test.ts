/* oxlint-disable vitest/no-conditional-expect -- expect.fail() narrows a type; it is no expectation */
import { describe, expect, it } from 'vitest'
import { submissionSchema } from '#shared/domain/job'
import { exampleJob, id } from '../state/examples.test-data'
import { composeSchema, type ComposeValues, type StoryValues } from './compose-values'
import { customForm, customWanted, emptyPictures, fieldValue } from './custom-form'
import { recalledCompose } from './recall-compose'
import { moved, sceneView, withTakes } from './story-takes'
import { referenceWanted, refineWanted, remixWanted, sizeOfLevel, storyLack, storyWanted, wordsWanted } from './submissions'

const values: ComposeValues = composeSchema.parse(undefined)
const taken = (wanted: object): ReturnType<typeof submissionSchema.parse> => submissionSchema.parse(wanted)

describe('what the panel asks for', () => {
  it('is a small picture in the wished shape for a sketch, and the wished size for what is final', () => {
    const words = { ...values.words, prompt: ' a mug ', size: { width: 1344, height: 768 } }
    const [sketch] = taken(wordsWanted(words)).edits
    expect(sketch).toMatchObject({ kind: 'generate', prompt: 'a mug', level: 'sketch', size: { width: 832, height: 448 } })
    const [final] = taken(wordsWanted({ ...words, start: 'direct_final' })).edits
    expect(final).toMatchObject({ level: 'direct_final', size: { width: 1344, height: 768 } })
    expect(sizeOfLevel({ width: 512, height: 512 }, 'sketch')).toEqual({ width: 512, height: 512 })
    expect(sizeOfLevel(undefined, 'sketch')).toBeUndefined()
  })

  it('goes on from a sketch with its words, not with those that were typed since, and without naming a seed', () => {
    const job = exampleJob(1, 'done', { edit: { kind: 'generate', prompt: 'a mug', negative: 'text', level: 'sketch' } })
    const submission = taken(refineWanted({ ...values.words, prompt: 'a chair', seed: 5 }, job, 'final'))
    expect(submission.edits[0]).toMatchObject({ prompt: 'a mug', negative: 'text', level: 'final', from: { jobId: job.id } })
    expect(submission.seed).toBeUndefined()
    expect(submission.count).toBe(1)
  })

  it('leaves empty words to the workflow, and names seed and workflow only where they were chosen', () => {
    const wanted = remixWanted({ ...values.remix, prompt: 'glass', negative: '  ' }, [{ pictureId: id(1) }])
    expect(taken(wanted).edits[0]).not.toHaveProperty('negative')
    expect(wanted).not.toHaveProperty('seed')
    expect(remixWanted({ ...values.remix, prompt: 'glass', seed: 9, workflowId: 'sdxl' }, [])).toMatchObject({
      seed: 9,
      workflowId: 'sdxl',
    })
  })

  it('names the pictures of a reference edit in their order', () => {
    const wanted = referenceWanted({ ...values.reference, prompt: 'put it there', assetIds: [id(2), id(1)], count: 4 })
    expect(taken(wanted)).toMatchObject({ count: 4, edits: [{ kind: 'reference', assetIds: [id(2), id(1)] }], pictures: [] })
  })
})

const story: StoryValues = {
  ...values.story,
  roles: [{ id: 'r', name: ' Anna ', description: '', assetIds: [] }],
  scenes: [
    { id: 'one', roleId: 'r', text: 'wakes up', takes: [] },
    { id: 'two', text: 'an empty street', takes: [] },
  ],
  seed: 3,
}

describe('a story', () => {
  it('names roles as they are called now; a single scene gets another seed', () => {
    expect(taken(storyWanted(story))).toMatchObject({
      seed: 3,
      edits: [{ roles: [{ name: 'Anna' }], scenes: [{ role: 'Anna', text: 'wakes up' }, { text: 'an empty street' }] }],
    })
    const one = taken(storyWanted(story, 1))
    expect(one.edits[0]).toMatchObject({ scene: 1 })
    expect(one.seed).toBeUndefined()
  })

  it('says what it lacks, one thing at a time', () => {
    expect(storyLack(story)).toBeUndefined()
    expect(storyLack({ roles: [], scenes: story.scenes })).toBe('role')
    expect(storyLack({ ...story, roles: [...story.roles, { id: 's', name: 'Anna', description: '', assetIds: [] }] })).toBe(
      'sameName',
    )
    expect(storyLack({ ...story, scenes: [] })).toBe('scene')
    expect(storyLack({ ...story, scenes: [{ id: 'x', text: ' ', takes: [] }] })).toBe('sceneText')
  })

  it('gives each scene its own job, or the picture of its place where one job draws all', () => {
    const edit = taken(storyWanted(story)).edits[0] ?? expect.fail()
    if (edit.kind !== 'story') return expect.fail()
    const each = [0, 1].map((scene) => exampleJob(scene + 1, 'done', { edit: { ...edit, scene } }))
    expect(withTakes(story.scenes, each).map(({ takes }) => takes)).toEqual([
      [{ jobId: each[0]?.id, output: 0 }],
      [{ jobId: each[1]?.id, output: 0 }],
    ])
    const whole = exampleJob(9, 'done', { edit })
    expect(withTakes(story.scenes, [whole]).map(({ takes }) => takes[0]?.output)).toEqual([0, 1])
  })

  it('shows the newest take that is done, or the chosen one, and what is under way beside it', () => {
    const [first, second] = [exampleJob(1, 'done'), exampleJob(2, 'running')]
    const byId = { [first.id]: first, [second.id]: second }
    const scene = { id: 'one', text: '', takes: [first, second].map(({ id: jobId }) => ({ jobId, output: 0 })) }
    expect(sceneView(scene, byId)).toMatchObject({ shown: { job: { id: first.id } }, open: { id: second.id } })
    const done = { ...byId, [second.id]: exampleJob(2, 'done') }
    expect(sceneView(scene, done)).toMatchObject({ shown: { job: { id: second.id } }, open: undefined })
    expect(sceneView({ ...scene, chosen: first.id }, done).shown?.job.id).toBe(first.id)
  })

  it('moves scenes within the ends', () => {
    expect(moved(['a', 'b', 'c'], 0, 1)).toEqual(['b', 'a', 'c'])
    expect(moved(['a', 'b', 'c'], 2, 5)).toEqual(['a', 'b', 'c'])
    expect(moved(['a', 'b', 'c'], 2, -2)).toEqual(['c', 'a', 'b'])
  })

  it('comes back from a job with its roles, scenes and the take itself', () => {
    const edit = taken(storyWanted(story, 1)).edits[0] ?? expect.fail()
    const job = exampleJob(4, 'done', { edit, seed: 11 })
    const back = recalledCompose(values, job)
    expect(back).toMatchObject({ tab: 'story', story: { seed: 11, roles: [{ name: 'Anna' }] } })
    expect(back?.story.scenes.map(({ takes }) => takes.length)).toEqual([0, 1])
    expect(taken(storyWanted(back?.story ?? story, 1)).edits).toEqual([edit])
  })
})

const field = (node: string, patch: object = {}) =>
  ({
    key: `${node}.x`,
    node,
    input: 'x',
    label: 'x',
    group: `Node ${node}`,
    kind: 'integer',
    default: 1,
    multiline: false,
    choices: false,
    ...patch,
  }) as const
const workflow = {
  id: 'chair',
  fields: [
    field('1', { kind: 'seed', role: 'seed', default: 7 }),
    field('2', { kind: 'picture', default: 'there.png' }),
    field('3', { kind: 'text', role: 'prompt', default: 'a chair' }),
    field('4', { kind: 'picture', default: 'mask.png' }),
  ] as never[],
}

describe("the form of a user's own workflow", () => {
  it('asks for words, then pictures, then numbers; many fields that mean nothing to us are folded by their node', () => {
    expect(customForm(workflow.fields).main.map((each: { node: string }) => each.node)).toEqual(['3', '2', '4', '1'])
    const many = [...workflow.fields, ...Array.from({ length: 8 }, (_, n) => field(`m${n}`, { group: n < 4 ? 'A' : 'B' }))]
    const form = customForm(many as never[])
    expect(form.main).toHaveLength(4)
    expect(form.more.map(({ group, fields }) => [group, fields.length])).toEqual([
      ['A', 4],
      ['B', 4],
    ])
  })

  it('sends what was changed, a new seed unless it is kept, and the open picture for the first place that is empty', () => {
    const own = { ...values.own, values: { chair: { '3.x': 'a stool' } } }
    expect(customWanted(workflow, own, { pictureId: id(1) })).toMatchObject({
      pictures: [{ pictureId: id(1) }],
      edits: [{ values: { '3.x': 'a stool', '1.x': { random: true } }, assetIds: {}, pictureNode: '2' }],
    })
    const filled = { ...own, pictures: { chair: { '2': id(5), gone: id(6) } } }
    expect(customWanted(workflow, filled, { pictureId: id(1) }).edits[0]).toMatchObject({
      assetIds: { '2': id(5) },
      pictureNode: '4',
    })
    expect(customWanted(workflow, filled, { pictureId: id(1) }).edits[0]).not.toHaveProperty('assetIds.gone')
    expect(emptyPictures(workflow, own, true)).toHaveLength(1)
    expect(emptyPictures(workflow, filled, true)).toHaveLength(0)
    expect(emptyPictures(workflow, filled, false)).toHaveLength(1)
    const seed = workflow.fields[0] ?? expect.fail()
    expect(fieldValue(seed, undefined)).toEqual({ random: true })
    expect(fieldValue(seed, { '1.x': 5 })).toBe(5)
  })
})

describe('what the window remembers of the panel', () => {
  it('falls back part by part: a damaged story leaves the words be', () => {
    const stored = { ...values, words: { ...values.words, prompt: 'a mug' }, story: { roles: 'nobody' } }
    const read = composeSchema.parse(stored)
    expect(read.words.prompt).toBe('a mug')
    expect(read.story).toEqual(values.story)
    expect(composeSchema.parse('nonsense')).toEqual(values)
  })
})
