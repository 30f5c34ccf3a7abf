import { describe, expect, it } from 'vitest'
import { AppError, toAppError } from './error'

const failing = (code: string, more: object = {}): Error =>
  Object.assign(new Error(`${code}: it failed, open '/a/b'`), { code, ...more })

describe('a file-system error', () => {
  it.each([
    ['ENOSPC', { path: '/a/b' }, 'io.disk_full', 'The disk of /a/b is full. Free some space on it, then retry.'],
    ['ENOSPC', {}, 'io.disk_full', 'The disk is full. Free some space on it, then retry.'],
    [
      'ENOSPC',
      { path: '/data/x', dest: '/out/y' },
      'io.disk_full',
      'The disk of /out/y is full. Free some space on it, then retry.',
    ],
    ['EDQUOT', { path: '/a/b' }, 'io.disk_full', 'The disk of /a/b is full. Free some space on it, then retry.'],
    ['EACCES', { path: '/a/b' }, 'io.permission', 'No access to /a/b. Allow it, or choose another one, then retry.'],
    ['EROFS', { path: '/a/b' }, 'io.permission', 'The disk of /a/b can only be read. Choose another folder, then retry.'],
    ['ENOENT', { path: '/data/x', dest: '/out/y' }, 'input.not_found', 'There is no /data/x. Check the path and try again.'],
    ['ENOTDIR', { path: '/a/b' }, 'io.failed', 'A file is in the place of the folder /a/b. Choose another folder.'],
    ['EISDIR', { path: '/a/b' }, 'io.failed', '/a/b is a folder. Choose a file.'],
    ['ENAMETOOLONG', { path: '/a/b' }, 'io.failed', 'The name /a/b is too long for its disk. Shorten it and try again.'],
    ['EIO', { path: '/a/b' }, 'io.failed', 'Reading or writing /a/b failed (EIO). Check the disk and retry.'],
    ['EIO', {}, 'io.failed', 'Reading or writing a file or folder failed (EIO). Check the disk and retry.'],
  ])('%s %j says what to do', (errno, more, code, message) => {
    expect(toAppError(failing(errno, more))).toMatchObject({ code, message, detail: { errno } })
  })
})

describe('what is no file-system error', () => {
  it('passes, when it is ours', () => {
    const error = new AppError('canceled', 'Canceled. Retry to run it again.')
    expect(toAppError(error)).toBe(error)
  })

  it('is a fault that is to be reported, with its cause', () => {
    const cause = new TypeError('x is not a function')
    expect(toAppError(cause)).toMatchObject({ code: 'bug', cause, message: expect.stringContaining('report it') as string })
    expect(toAppError('odd').code).toBe('bug')
  })
})
