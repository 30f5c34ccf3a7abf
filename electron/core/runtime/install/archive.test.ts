import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { create } from 'tar'
import { afterAll, describe, expect, it } from 'vitest'
import { toAppError } from '#shared/domain/error'
import { changedFiles, unpackArchive, unpackFault } from './archive'
import { blobHash, treeId } from './git-tree'

const folder = mkdtempSync(join(tmpdir(), 'recast-archive-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const blob = (text: string): string => blobHash(Buffer.byteLength(text)).update(text).digest('hex')

function gitTree(repository: string): string {
  const git = (...args: string[]): string => execFileSync('git', ['-C', repository, ...args], { encoding: 'utf8' }).trim()
  git('init', '-q')
  git('add', '-A')
  return git('write-tree')
}

describe('tree id', () => {
  it("is git's own for the empty tree and for one file", () => {
    expect(treeId([])).toBe('4b825dc642cb6eb9a060e54bf8d69288fbee4904')
    expect(blob('')).toBe('e69de29bb2d1d6434b8b29ae775ad8c2e48c5391')
  })

  it('is what git computes, with modes, links, folders beside files of the same beginning, and foreign names', async () => {
    const source = join(folder, 'top')
    mkdirSync(join(source, 'a', 'b'), { recursive: true })
    mkdirSync(join(source, '节点'))
    writeFileSync(join(source, 'a.txt'), 'beside the folder a')
    writeFileSync(join(source, 'a', 'b', 'deep.py'), 'x = 1\n')
    writeFileSync(join(source, 'a-'), 'sorts before the folder')
    writeFileSync(join(source, '节点', 'ñ.bin'), Buffer.alloc(300_000, 7))
    writeFileSync(join(source, 'empty'), '')
    writeFileSync(join(source, 'run.sh'), '#!/bin/sh\n')
    chmodSync(join(source, 'run.sh'), 0o755)
    symlinkSync('a/b/deep.py', join(source, 'link'))
    const archive = join(folder, 'whole.tar.gz')
    await create({ gzip: true, file: archive, cwd: folder, portable: true }, ['top'])
    const wanted = gitTree(source)

    const unpacked = await unpackArchive(archive, join(folder, 'out'))
    expect(unpacked.tree).toBe(wanted)
    expect(readFileSync(join(folder, 'out', '节点', 'ñ.bin')).length).toBe(300_000)
    expect(await changedFiles(join(folder, 'out'), unpacked.entries)).toEqual([])
    writeFileSync(join(folder, 'out', 'a', 'b', 'deep.py'), 'x = 2\n')
    rmSync(join(folder, 'out', 'empty'))
    expect((await changedFiles(join(folder, 'out'), unpacked.entries)).sort()).toEqual(['a/b/deep.py', 'empty'])
  })
})

describe('hostile archives', () => {
  /** One ustar header and body, by hand: the tar library refuses to write such things. */
  function tarOf(entries: { name: string; type?: string; link?: string; body?: string }[]): Buffer {
    const blocks = entries.map(({ name, type = '0', link = '', body = '' }) => {
      const head = Buffer.alloc(512)
      head.write(name, 0)
      head.write('0000644\0', 100)
      head.write('0000000\0', 108)
      head.write('0000000\0', 116)
      head.write(`${body.length.toString(8).padStart(11, '0')}\0`, 124)
      head.write('00000000000\0', 136)
      head.write('        ', 148)
      head.write(type, 156)
      head.write(link, 157)
      head.write('ustar\u000000', 257)
      const sum = head.reduce((total, byte) => total + byte, 0)
      head.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
      const content = Buffer.alloc(Math.ceil(body.length / 512) * 512)
      content.write(body)
      return Buffer.concat([head, content])
    })
    return Buffer.concat([...blocks, Buffer.alloc(1024)])
  }

  it.each([
    ['a way up', [{ name: 'top/../../escape.txt', body: 'x' }]],
    ['a link out', [{ name: 'top/link', type: '2', link: '../../outside' }]],
    ['an absolute link', [{ name: 'top/link', type: '2', link: '/etc/passwd' }]],
    [
      'a hard link',
      [
        { name: 'top/a', body: 'x' },
        { name: 'top/hard', type: '1', link: 'top/a' },
      ],
    ],
    ['a device', [{ name: 'top/dev', type: '3' }]],
    ['a drive', [{ name: 'top/C:/x', body: 'x' }]],
    [
      'two tops',
      [
        { name: 'a/x', body: 'x' },
        { name: 'b/x', body: 'x' },
      ],
    ],
    [
      'a file twice',
      [
        { name: 'top/x', body: 'x' },
        { name: 'top/x', body: 'y' },
      ],
    ],
    ['nothing', []],
  ] as const)('refuses %s', async (name, entries) => {
    const archive = join(folder, `${name.replaceAll(' ', '-')}.tar`)
    writeFileSync(archive, tarOf([...entries]))
    await expect(unpackArchive(archive, join(folder, `out-${name}`))).rejects.toThrow(/cannot be used|EEXIST|TAR_/)
    expect(() => readFileSync(join(folder, 'escape.txt'))).toThrow(/ENOENT/)
  })

  // As the parser hands them on when it is stopped by them (seen on a full disk).
  it.each([
    ['ENOSPC', 'io.disk_full'],
    ['EACCES', 'io.permission'],
    ['EEXIST', 'input.damaged'],
    ['TAR_BAD_ARCHIVE', 'input.damaged'],
  ])('tells a fault of the disk from one of the archive: %s', (code, told) => {
    const thrown = Object.assign(new Error(`${code}: while writing`), { code, tarCode: 'TAR_ABORT' })
    expect(toAppError(unpackFault('a.tar.gz', thrown)).code).toBe(told)
  })

  it('refuses a cut and a spoilt one', async () => {
    const whole = readFileSync(join(folder, 'whole.tar.gz'))
    writeFileSync(join(folder, 'cut.tar.gz'), whole.subarray(0, whole.length - 200))
    await expect(unpackArchive(join(folder, 'cut.tar.gz'), join(folder, 'out-cut'))).rejects.toMatchObject({
      code: 'input.damaged',
    })
    writeFileSync(join(folder, 'text.tar.gz'), '<html>Not found</html>')
    await expect(unpackArchive(join(folder, 'text.tar.gz'), join(folder, 'out-text'))).rejects.toMatchObject({
      code: 'input.damaged',
    })
  })
})
