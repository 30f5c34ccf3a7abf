import { describe, expect, it } from 'vitest'
import { existing, openApp, temporaryFolder, writePicture } from './harness'

describe('the pose that a photo was taken from', () => {
  it('is kept with the picture, told to everyone, answered with the one before, and can be taken away', async () => {
    const { app, events, dataDir } = await openApp()
    const path = await writePicture(await temporaryFolder(), 'mug')
    const { results } = await app.call('assets.import', { paths: [path] })
    const { id } = existing(results[0]?.picture)
    const pose = { azimuth: 45, elevation: 30, distance: 1 }
    expect(await app.call('pictures.setPose', { id, pose })).toMatchObject({ picture: { id, pose } })
    expect(events.at(-1)?.body).toMatchObject({ type: 'picture', picture: { id, pose } })
    const moved = { ...pose, azimuth: 90 }
    expect((await app.call('pictures.setPose', { id, pose: moved })).previous).toEqual(pose)
    await app.close()

    const again = await openApp({ dataDir })
    expect((await again.app.call('pictures.list', {})).items[0]?.pose).toEqual(moved)
    const { picture, previous } = await again.app.call('pictures.setPose', { id })
    expect([picture.pose, previous]).toEqual([undefined, moved])
    await expect(again.app.call('pictures.setPose', { id: '00000000-0000-4000-8000-000000000009', pose })).rejects.toMatchObject({
      code: 'input.not_found',
    })
  })
})

describe('the user’s own sets of views', () => {
  it('are kept in order, and a damaged one is refused as a whole', async () => {
    const { app, dataDir } = await openApp()
    const view = { id: 'front', name: 'Front', pose: { azimuth: 0, elevation: 0, distance: 1 } }
    const viewSets = [
      { id: 'b', name: 'Shop', views: [view] },
      { id: 'a', name: '主图', views: [view, { id: 'words', name: 'words', prompt: 'Next Scene：将镜头向左旋转45度' }] },
    ]
    expect((await app.call('settings.set', { viewSets })).viewSets).toEqual(viewSets)
    await expect(app.call('settings.set', { viewSets: [{ id: 'a', name: ' ', views: [view] }] })).rejects.toMatchObject({
      code: 'input.invalid',
    })
    await app.close()
    const again = await openApp({ dataDir })
    expect((await again.app.call('app.snapshot', {})).settings.viewSets).toEqual(viewSets)
  })
})
