import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { EngineView } from '#shared/domain/engine'
import { dataDir } from './data-dir'
import { editBase } from './edit-options'
import { photoPaths } from './photo-paths'
import { readStory } from './story-files'
import { engine, levelOfDetail, numberIn, pairOf, seed, sizeOf, textUpTo, wholeIn } from './usage'
import { parsePerspectives } from './views-option'
import { waitingWords } from './waiting-words'

const dirs: string[] = []
afterEach(() => {
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true })
})

describe('values on the command line', () => {
  it.each(['0', '1', '0.85', '.5', '1e-1'])('takes %s as a strength', (text) => {
    expect(numberIn(0, 1)(text)).toBe(Number(text))
  })
  it.each(['7', '-0.1', '', ' ', 'half', '0x1', 'NaN', 'Infinity', '0,5', '1.0001'])(
    'refuses %j as a strength, with the range',
    (text) => {
      expect(() => numberIn(0, 1)(text)).toThrow('Give a number from 0 to 1.')
    },
  )
  it.each(['-1', '1.5', '9007199254740992', 'x', '', '1e3'])('refuses %j as a seed', (text) => {
    expect(() => seed(text)).toThrow('whole number from 0 to 9007199254740991')
  })
  it('takes the largest seed exactly', () => {
    expect(seed('9007199254740991')).toBe(9007199254740991)
    expect(wholeIn(1, 64)('64')).toBe(64)
  })
  it.each(['auto', 'draft', 'local', 'http://192.168.1.20:8188', 'https://gpu.example/comfy'])(
    'takes %s as an engine',
    (text) => {
      expect(engine(text)).toBe(text)
    },
  )
  it('gives a server its one address, however it is written', () => {
    expect(engine('192.168.1.20:8188')).toBe('http://192.168.1.20:8188')
    expect(engine('HTTP://LocalHost:8188/')).toBe('http://localhost:8188')
    expect(engine('[::1]:8188/comfy/')).toBe('http://[::1]:8188/comfy')
    expect(() => engine('http://ann:secret@gpu:8188')).toThrow(/^--engine: Leave user name and password out/)
  })
  it.each(['cuda', 'ftp://x', 'http://', 'file:///etc/passwd', ''])('refuses %j as an engine', (text) => {
    expect(() => engine(text)).toThrow('auto, draft, local')
  })
})

describe('--set', () => {
  const base = (set: [string, string][], more: { seed?: number; steps?: number } = {}) =>
    editBase(['mug.png'], { engine: 'auto', out: 'out', set, ...more })

  it('gives values, and a seed that is the first of as many as there are results', () => {
    expect(
      base([
        ['guidance', '3.5'],
        ['tiled', 'true'],
      ]).sampling,
    ).toEqual({ values: { guidance: 3.5, tiled: true } })
    expect(base([['seed', '7']])).toMatchObject({ seed: 7, sampling: {} })
    expect(base([], { seed: 8 }).seed).toBe(8)
    expect(() => base([['seed', 'random']])).toThrow(/^--set seed=random: Give a whole number/)
  })
  it('does not say something else than an option of its own', () => {
    expect(base([['steps', '4']], { steps: 4 }).sampling).toEqual({ steps: 4, values: { steps: 4 } })
    expect(() => base([['steps', '5']], { steps: 4 })).toThrow('--steps 4 and --set steps=5 say different things')
    expect(() => base([['seed', '5']], { seed: 4 })).toThrow('--seed 4')
  })
})

describe('a text', () => {
  it('that is too long is not repeated as a whole', () => {
    const refused = (): unknown => textUpTo(100)(`a long\n${'word '.repeat(2_000)}`)
    expect(refused).toThrow(/^"a long word word .{0,60}…" is 10007 characters long; at most 100 fit/)
  })
})

describe('what new jobs wait for', () => {
  const server = (id: string, change: Partial<EngineView> = {}, drained = false): EngineView => ({
    id,
    kind: 'remote',
    name: id.slice('http://'.length),
    state: 'ready',
    edits: [],
    device: '',
    server: { name: '', weight: 1, tags: ['fast'], drained, headerNames: [], hasCertificate: false },
    ...change,
  })
  const draft: EngineView = { id: 'draft', kind: 'draft', name: 'Drafts', state: 'ready', edits: [], device: '' }
  const away = server('http://a:1', { state: 'offline' })

  it('is said where no server that is meant takes any', () => {
    for (const wish of ['auto', 'remote', 'tag:fast', 'http://a:1'])
      expect(waitingWords([draft, away], wish)).toMatch(/^a:1 does not answer now; the jobs wait/)
    expect(waitingWords([server('http://a:1', {}, true)], 'auto')).toContain('recast engines undrain http://a:1')
    expect(waitingWords([server('http://a:1', { circuit: 'open' })], 'auto')).toContain('rests')
    expect(waitingWords([away, server('http://b:1', {}, true)], 'auto')).toMatch(/^None of a:1, b:1 takes jobs now/)
  })
  it('is not said where one does', () => {
    expect(waitingWords([draft, away, server('http://a:1/comfy')], 'http://a:1/comfy')).toBeUndefined()
    expect(waitingWords([away, server('http://b:1')], 'tag:fast')).toBeUndefined()
    expect(waitingWords([draft], 'auto')).toBeUndefined()
    expect(waitingWords([draft, away], 'draft')).toBeUndefined()
  })
})

describe('sizes, levels and pairs', () => {
  it('are read as they are written', () => {
    expect(sizeOf('1024x640')).toEqual({ width: 1024, height: 640 })
    expect(sizeOf(' 512×512 ')).toEqual({ width: 512, height: 512 })
    expect(levelOfDetail('direct-final')).toBe('direct_final')
    expect(pairOf('prompt=a=b')).toEqual(['prompt', 'a=b'])
  })
  it.each(['1024', '1024x', 'x640', '10x10', '9000x9000', '1024x640x2', '-1x5'])('refuses %j as a size', (text) => {
    expect(() => sizeOf(text)).toThrow('1024x640')
  })
  it.each(['best', 'FINAL!', ''])('refuses %j as a level', (text) => {
    expect(() => levelOfDetail(text)).toThrow('sketch, mid, final, direct_final')
  })
  it.each(['a', '=b', 'a='])('refuses %j as a pair', (text) => {
    expect(() => pairOf(text)).toThrow('NAME=VALUE')
  })
})

describe('the files of a story', () => {
  function story(roles: string, scenes: string, pictures: { role: string; file: string }[] = []) {
    const dir = mkdtempSync(join(tmpdir(), 'recast-story-'))
    dirs.push(dir)
    writeFileSync(join(dir, 'roles.txt'), roles)
    writeFileSync(join(dir, 'scenes.txt'), scenes)
    return readStory({ roles: join(dir, 'roles.txt'), scenes: join(dir, 'scenes.txt'), pictures })
  }
  it('have a role and a scene a line', () => {
    const pictures = [{ role: 'Anna', file: '/anna.png' }]
    expect(story('\uFEFF[Anna] a woman\r\n\r\n[小明] 男孩', '[Anna] reads ;\n[NC] rain\n[小明] 跑步', pictures)).toEqual({
      roles: [
        { name: 'Anna', description: 'a woman', files: ['/anna.png'] },
        { name: '小明', description: '男孩', files: [] },
      ],
      scenes: [{ role: 'Anna', text: 'reads' }, { text: 'rain' }, { role: '小明', text: '跑步' }],
    })
  })
  it.each([
    ['', '[Anna] x', [], 'names no role'],
    ['Anna', '[Anna] x', [], 'line 1: write [Name]'],
    ['[Anna] a', '[Bo] x', [], 'line 1: there is no role [Bo]'],
    ['[Anna] a', '[Anna] x\n[Anna] ;', [], 'line 2: say what happens'],
    ['[Anna] a', '\n', [], 'has no scene'],
    ['[Anna] a', '[Anna] x', [{ role: 'Bo', file: 'b.png' }], 'no role "Bo"'],
  ])('say what is wrong, with the line: %#', (roles, scenes, pictures, words) => {
    expect(() => story(roles, scenes, pictures)).toThrow(words)
  })
  it('that are not there are named', () => {
    expect(() => readStory({ roles: '/nowhere/r.txt', scenes: '/nowhere/s.txt', pictures: [] })).toThrow('/nowhere/r.txt')
  })
})

describe('the data folder', () => {
  it('is the one given, else the environment’s, else the system’s', () => {
    expect(dataDir('x/y', { RECAST_DATA: '/env' })).toBe(resolve('x/y'))
    expect(dataDir(undefined, { RECAST_DATA: '/env' })).toBe('/env')
    expect(dataDir('~/data', {})).toBe(join(homedir(), 'data'))
    expect(dataDir(undefined, { RECAST_DATA: '' })).toMatch(/recast/)
  })
})

describe('photo paths', () => {
  function folder(...files: string[]): string {
    const dir = mkdtempSync(join(tmpdir(), 'recast-paths-'))
    dirs.push(dir)
    for (const file of files) {
      mkdirSync(join(dir, file, '..'), { recursive: true })
      writeFileSync(join(dir, file), '')
    }
    return dir
  }

  it('are absolute, in order, each once', () => {
    expect(photoPaths(['b.png', './b.png', '/x/a.png'], '/out', '/photos')).toEqual(['/photos/b.png', '/x/a.png'])
  })

  it('leave out the results of earlier runs that lie among the photos', () => {
    const dir = folder('a.png', 'b.png', 'recast-out/a_clay_1.png', 'more/c.png')
    expect(photoPaths(['.'], join(dir, 'recast-out'), dir)).toEqual([join(dir, 'a.png'), join(dir, 'b.png'), join(dir, 'more')])
  })

  it('go down to where the results lie', () => {
    const dir = folder('a.png', 'sets/one/out/r.png', 'sets/one/b.png', 'sets/two/c.png')
    expect(photoPaths(['.'], join(dir, 'sets/one/out'), dir)).toEqual([
      join(dir, 'a.png'),
      join(dir, 'sets/one/b.png'),
      join(dir, 'sets/two'),
    ])
  })

  it('keep a results’ folder that is asked for by name, and files beside it', () => {
    const dir = folder('out/a.png', 'out.png')
    expect(photoPaths(['out', 'out.png'], join(dir, 'out'), dir)).toEqual([join(dir, 'out'), join(dir, 'out.png')])
  })

  it('keep a path that does not exist, for the import to refuse', () => {
    expect(photoPaths(['nothing.png'], '/out', '/photos')).toEqual(['/photos/nothing.png'])
  })
})

describe('a perspectives file', () => {
  it('takes prompts and poses', () => {
    const text = JSON.stringify([
      { id: 'hero', name: 'Hero shot', prompt: 'low angle, dramatic' },
      { id: 'left', name: 'Left', azimuth: -90, elevation: 15, distance: 1.2 },
      { id: 'plain', azimuth: 45 },
    ])
    expect(parsePerspectives(`\uFEFF${text}`, 'x.json')).toEqual([
      { id: 'hero', name: 'Hero shot', prompt: 'low angle, dramatic' },
      { id: 'left', name: 'Left', pose: { azimuth: -90, elevation: 15, distance: 1.2 } },
      { id: 'plain', name: 'plain', pose: { azimuth: 45, elevation: 0, distance: 1 } },
    ])
  })

  it('takes numbered views, and ids, names and prompts in any script', () => {
    const text = JSON.stringify([
      { id: 1, name: '左转 45 度', prompt: 'Next Scene：将镜头向左旋转45度' },
      { id: '俯视', name: '俯视', azimuth: 0, elevation: 60 },
    ])
    expect(parsePerspectives(text, 'x.json')).toEqual([
      { id: '1', name: '左转 45 度', prompt: 'Next Scene：将镜头向左旋转45度' },
      { id: '俯视', name: '俯视', pose: { azimuth: 0, elevation: 60, distance: 1 } },
    ])
  })

  it.each([
    ['no JSON', '{', 'x.json is no JSON'],
    ['an object', '{}', 'must hold an array'],
    ['nothing', '[]', 'must hold an array'],
    ['a view without id', '[{"name":"a","azimuth":1}]', 'view 1 (id): give it an "id"'],
    ['a view without camera', '[{"id":"a","name":"a"}]', 'view 1: it has neither a "prompt" nor an "azimuth"'],
    ['a height beyond the pole', '[{"id":"a","azimuth":0},{"id":"b","azimuth":0,"elevation":120}]', 'view 2 (elevation)'],
    ['an id that is a path', '[{"id":"../a","azimuth":0}]', 'view 1 (id): use letters'],
    ['two with one id', '[{"id":"a","azimuth":0},{"id":"a","azimuth":1}]', 'two views with the id "a"'],
  ])('refuses %s in words', (_what, text, words) => {
    expect(() => parsePerspectives(text, 'x.json')).toThrow(words)
  })
})
