import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { openBench, writePhotos } from './support'

const bench = openBench()

describe('sheet', () => {
  it('lays results of jobs out as one picture and as a turntable, and refuses a job that there is not', async () => {
    const data = bench.dir()
    const [photo = ''] = await writePhotos(bench.dir('photos'), 1)
    const made = await bench.run(['views', photo, '--views', 'preset:4', '--out', bench.dir('out'), '--data', data, '--json'])
    expect(made.code).toBe(0)
    const list = await bench.run(['jobs', '--data', data, '--json'])
    const ids = list
      .lines()
      .filter((line) => line.event === 'job')
      .map((line) => String(line['id']))
    expect(ids).toHaveLength(4)
    const out = bench.dir('sheets')
    for (const format of ['png', 'webp']) {
      const { code, stderr } = await bench.run([
        'sheet',
        ...ids,
        '--format',
        format,
        '--size',
        '256',
        '--out',
        out,
        '--data',
        data,
      ])
      expect({ code, stderr }).toMatchObject({ code: 0 })
    }
    expect(readdirSync(out).toSorted()).toEqual(['photo-01.png', 'photo-01.webp'])
    const nobody = await bench.run(['sheet', '0000', '--out', out, '--data', data])
    expect({ code: nobody.code, stderr: nobody.stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no job 0000'),
    })
  })
})
