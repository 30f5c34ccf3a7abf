import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { AppError } from '#shared/domain/error'
import { checkBytes, checkHead, pictureError, pictureLimits } from './picture-reader'

describe('limits before decoding', () => {
  it('are of bytes', () => {
    expect(() => checkBytes(0)).toThrow(expect.objectContaining({ code: 'input.empty_file' }))
    expect(() => checkBytes(pictureLimits.bytes + 1)).toThrow(expect.objectContaining({ code: 'input.too_large' }))
    expect(() => checkBytes(pictureLimits.bytes)).not.toThrow()
  })
  it('and of what the bytes are', () => {
    expect(checkHead(Buffer.from([0xff, 0xd8, 0xff, 0xe0]))).toBe('jpeg')
    expect(() => checkHead(Buffer.from('%PDF-1.7'))).toThrow(expect.objectContaining({ code: 'input.unsupported_format' }))
    expect(() => checkHead(Buffer.from('hello'))).toThrow(expect.objectContaining({ code: 'input.not_a_picture' }))
  })
})

describe('pictureError', () => {
  it.each([
    ['x.png: write error\nsystem error: No space left on device\nwbuffer_write: write failed', 'io.disk_full'],
    ['x.tif: write error\nsystem error: No space left on device\nvips2tiff: Maximum TIFF file size exceeded', 'io.disk_full'],
    ['x.png: unable to open for write\nsystem error: Read-only file system', 'io.permission'],
    ['x.png: unable to open for write\nsystem error: Permission denied', 'io.permission'],
    ['x.png: unable to open for write\nsystem error: Not a directory', 'io.failed'],
    ['Input file is missing: x.png', 'input.not_found'],
    ['Input image exceeds pixel limit', 'input.too_large'],
    ['Input file has corrupt header: VipsJpeg: Maximum supported image dimension is 65500 pixels', 'input.too_large'],
    ['timeout: 31% complete', 'input.too_large'],
    ['VipsJpeg: premature end of JPEG image', 'input.damaged'],
    ['vipspng: libpng read error', 'input.damaged'],
    ['VipsJpeg: premature end of JPEG image\nvips2png: unable to write to target x.png', 'input.damaged'],
    ['gifload: bad frame\nwbuffer_write: write failed\nsystem error: Unknown error -1', 'input.damaged'],
  ])('reads %j as %s', (message, code) => expect(pictureError(new Error(message)).code).toBe(code))

  it('passes what is known and calls a fault a fault', () => {
    const known = new AppError('input.conflict', 'Taken. Choose another.')
    expect(pictureError(known)).toBe(known)
    expect(pictureError(Object.assign(new Error('x'), { code: 'ENOSPC' })).code).toBe('io.disk_full')
    expect(pictureError(new TypeError('x is not a function')).code).toBe('bug')
  })
  it('reads what sharp itself says', async () => {
    const picture = sharp({ create: { width: 9, height: 9, channels: 3, background: '#fff' } })
    const failure = await picture.png().toFile('/nowhere/at/all.png').catch(pictureError)
    expect(failure).toMatchObject({ code: 'io.failed' })
  })
  it('does not read SVG, whatever the library could', async () => {
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>')
    await expect(sharp(svg).png().toBuffer()).rejects.toThrow('unsupported image format')
  })
})
