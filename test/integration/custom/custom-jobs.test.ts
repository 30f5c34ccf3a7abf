import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ownGraphs } from '../../bench/graph-to-prompt/own-graphs.mjs'
import { chair, type OwnGraph } from '../../graphs/chair'
import { pngChunk, writePng } from '../../pictures/png-writer'
import { openApp, startFake, temporaryFolder, untilState, writePhoto } from '../comfyui/harness'

/** With a name that climbs, and a preview beside the result. */
function imageToImage(): OwnGraph {
  return {
    ...chair(),
    '8': { class_type: 'SaveImage', inputs: { filename_prefix: '../../climb', images: ['7', 0] } },
    '9': { class_type: 'PreviewImage', inputs: { images: ['2', 0] } },
  }
}

async function opened() {
  const fake = await startFake()
  const folder = await temporaryFolder()
  const app = await openApp(folder)
  const write = async (name: string, content: unknown): Promise<string> => {
    const path = join(folder, name)
    await writeFile(path, typeof content === 'string' || Buffer.isBuffer(content) ? content : JSON.stringify(content))
    return path
  }
  const picture = async (name: string) => {
    const { results } = await app.call('assets.import', { paths: [await writePhoto(join(folder, name))] })
    const [result] = results
    if (!result?.picture) throw new Error('no picture')
    return result.picture
  }
  return { fake, folder, app, write, picture }
}

describe("a workflow of the user's own", () => {
  it('runs on a server with a picture, values and a random number, and every picture that it gives is kept', async () => {
    const { fake, app, write, picture } = await opened()
    const { workflow } = await app.call('workflows.import', {
      path: await write('My Chair.json', imageToImage()),
      engine: fake.url,
    })
    expect(workflow).toMatchObject({
      id: 'custom-my-chair',
      name: 'My Chair',
      format: 'api',
      ready: true,
      missing: [],
      editLacks: [],
    })
    const photo = await picture('photo.png')
    const { jobs } = await app.call('jobs.submit', {
      pictures: [{ pictureId: photo.id }],
      edits: [
        {
          kind: 'custom',
          workflowId: workflow.id,
          values: { '3.text': 'a blue chair', '6.steps': 2, '6.seed': { random: true } },
        },
      ],
      engine: fake.url,
      count: 2,
    })
    const done = await Promise.all(jobs.map((job) => untilState(app, job, 'done', 'failed')))
    expect(done.map((job) => job.error)).toEqual([undefined, undefined])
    // The saved picture and the preview of the photo.
    expect(done.map((job) => job.outputs.length)).toEqual([2, 2])
    const { graphs } = fake
    expect(graphs).toHaveLength(2)
    for (const graph of graphs) {
      expect(graph['3']?.inputs['text']).toBe('a blue chair')
      expect(graph['6']?.inputs['steps']).toBe(2)
      expect(graph['2']?.inputs['image']).toMatch(/\.png$/)
      // A name of ours: the file's own would climb out of the server's folder.
      expect(graph['8']?.inputs['filename_prefix']).toMatch(/^recast_custom-my-chair_[0-9a-f-]+_8$/)
    }
    const seeds = graphs.map((graph) => graph['6']?.inputs['seed'])
    expect(new Set(seeds).size).toBe(2)
    expect(done[0]?.made).toMatchObject({ workflowId: workflow.id, values: { '3.text': 'a blue chair', '6.steps': 2 } })
    expect(fake.uploads).toHaveLength(1)
  })

  it("in the form of ComfyUI's editor with a subgraph runs, its fields named by where they stand", async () => {
    const { fake, app, write } = await opened()
    const file = await write('sub.json', ownGraphs['subgraph with its own values']?.())
    await expect(app.call('workflows.import', { path: file })).rejects.toMatchObject({ code: 'input.invalid' })
    const { workflow } = await app.call('workflows.import', { path: file, engine: fake.url })
    expect(workflow.fields.find(({ role }) => role === 'prompt')).toMatchObject({ key: '2:11.text', default: 'outer words' })
    const { jobs } = await app.call('jobs.submit', {
      pictures: [],
      edits: [{ kind: 'custom', workflowId: workflow.id, values: { '2:14.steps': 2 } }],
      engine: fake.url,
    })
    const [job] = jobs
    const done = await untilState(app, job, 'done', 'failed')
    expect(done.error).toBeUndefined()
    expect(done.outputs).toHaveLength(1)
  })

  it('survives a restart, is one when imported twice, is renamed and removed; a removed one comes back', async () => {
    const { fake, folder, app, write } = await opened()
    const path = await write('chair.json', imageToImage())
    const first = await app.call('workflows.import', { path, engine: fake.url })
    const again = await app.call('workflows.import', { path, engine: fake.url })
    expect([first.duplicate, again.duplicate]).toEqual([false, true])
    expect(again.workflow.id).toBe(first.workflow.id)
    // A picture that ComfyUI saved carries the graph that made it.
    const kept = pngChunk('tEXt', Buffer.from(`prompt\0${JSON.stringify(imageToImage())}`, 'latin1'))
    const saved = writePng({ width: 2, height: 2, colour: 'rgb', pixels: new Uint8Array(12), extra: [kept] })
    const inPicture = await app.call('workflows.import', { path: await write('made here.png', saved), engine: fake.url })
    expect(inPicture).toMatchObject({ duplicate: true, workflow: { id: first.workflow.id, ready: true } })
    const plain = writePng({ width: 2, height: 2, colour: 'rgb', pixels: new Uint8Array(12) })
    await expect(app.call('workflows.import', { path: await write('plain.png', plain) })).rejects.toThrow(/without a workflow/)
    expect(await app.call('workflows.rename', { id: first.workflow.id, name: 'Chairs' })).toMatchObject({ name: 'Chairs' })
    await app.close()
    const next = await openApp(folder)
    expect((await next.call('workflows.custom', {})).workflows).toMatchObject([
      { id: first.workflow.id, name: 'Chairs', nodes: 9 },
    ])
    await next.call('workflows.remove', { id: first.workflow.id })
    expect((await next.call('workflows.custom', {})).workflows).toEqual([])
    await expect(next.call('workflows.get', { id: first.workflow.id })).rejects.toMatchObject({ code: 'input.unknown_workflow' })
    const back = await next.call('workflows.import', { path })
    expect(back).toMatchObject({ duplicate: false, workflow: { id: first.workflow.id } })
  })

  it('is refused before it is queued where the server lacks something, a value is wrong, or a picture has no place', async () => {
    const { fake, app, write, picture } = await opened()
    const strange = imageToImage()
    strange['1'] = { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: 'gone_xl.safetensors' } }
    strange['10'] = { class_type: 'UnheardOfNode', inputs: { images: ['7', 0] } }
    strange['8'] = { class_type: 'SaveImage', inputs: { filename_prefix: 'x', images: ['10', 0] } }
    const { workflow: lacking } = await app.call('workflows.import', {
      path: await write('lacking.json', strange),
      engine: fake.url,
    })
    expect(lacking.ready).toBe(false)
    expect(lacking.missing.map(({ kind }) => kind)).toEqual(['node', 'model'])
    expect(lacking.missing[1]?.model).toMatchObject({ file: 'gone_xl.safetensors', folder: 'checkpoints' })
    const { workflow } = await app.call('workflows.import', { path: await write('chair.json', imageToImage()), engine: fake.url })
    const { id: pictureId } = await picture('photo.png')
    const submit = (
      workflowId: string,
      more: { values?: Record<string, string | number>; pictureNode?: string; pictureId?: string },
    ) => {
      const { pictureId: own = pictureId, ...rest } = more
      return app.call('jobs.submit', {
        pictures: own === '' ? [] : [{ pictureId: own }],
        edits: [{ kind: 'custom', workflowId, ...rest }],
        engine: fake.url,
      })
    }
    await expect(submit(lacking.id, {})).rejects.toMatchObject({ code: 'engine.missing_node' })
    await expect(submit('custom-chari', {})).rejects.toThrow(/Did you mean custom-chair/)
    await expect(submit(workflow.id, { values: { '6.step': 3 } })).rejects.toThrow(/Did you mean 6\.steps/)
    await expect(submit(workflow.id, { values: { '6.steps': 'many' } })).rejects.toThrow(/whole number/)
    await expect(submit(workflow.id, { values: { '6.sampler_name': 'nonsense' } })).rejects.toMatchObject({
      code: 'engine.rejected',
    })
    await expect(submit(workflow.id, { pictureNode: '3' })).rejects.toThrow(/takes no picture/)
    // Its own picture is on the server that it was saved on, not on this one.
    await expect(submit(workflow.id, { pictureId: '' })).rejects.toThrow(/needs a picture/)
    expect(fake.graphs).toHaveLength(0)
  })
})
