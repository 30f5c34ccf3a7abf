import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { PartFile, partPath, readPart } from './part-file'

// More than the ring holds, and no whole number of a disk's blocks.
const file = randomBytes(30_000_003)
const sha256 = createHash('sha256').update(file).digest('hex')
const origin = { url: 'https://models.example.org/a', total: file.length }

let target: string
let part: PartFile
beforeEach(async () => {
  target = join(await mkdtemp(join(tmpdir(), 'recast-part-')), 'a.safetensors')
  part = await PartFile.open(target)
})
afterEach(async () => {
  await part.close().catch(() => undefined)
  await rm(join(target, '..'), { recursive: true, force: true })
})

/** Puts bytes as a connection does, as fast as they are taken. */
async function feed(from: number, to: number, most?: number): Promise<void> {
  for (let at = from; at < to;) {
    const count = file.copy(part.place(most), 0, at, to)
    at += count
    await part.took(count)
  }
}

async function expectWhole(): Promise<void> {
  const [digest] = await Promise.all([part.digest(), part.flush()])
  expect(digest).toBe(sha256)
  await part.close()
  expect(
    createHash('sha256')
      .update(await readFile(partPath(target)))
      .digest('hex'),
  ).toBe(sha256)
}

it('keeps what comes in large pieces, and in small ones', async () => {
  await part.restart(origin)
  await feed(0, 20_000_001)
  await feed(20_000_001, 20_100_000, 777)
  await feed(20_100_000, file.length)
  expect(part.bytes).toBe(file.length)
  await expectWhole()
})

it('goes on with what is there, wherever that ends, with the hash of it all', async () => {
  await part.restart(origin)
  await feed(0, 20_000_001)
  await part.sync()
  await part.close()
  expect(await readPart(target)).toEqual({ origin, bytes: 20_000_001 })
  part = await PartFile.open(target)
  await part.keep(20_000_001, origin)
  await feed(20_000_001, file.length)
  await expectWhole()
})

it.runIf(process.platform !== 'win32')('takes the memory of a file that is closed, never of one that is open', async () => {
  const place = (one: PartFile): ArrayBufferLike => one.place().buffer
  const open = (name: string): Promise<PartFile> => PartFile.open(`${target}-${name}`)
  const former = place(part)
  const beside = await open('beside')
  expect(place(beside)).not.toBe(former)
  await part.close()
  await part.close()
  const [next, another] = [await open('next'), await open('another')]
  expect(place(next)).toBe(former)
  expect(new Set([place(next), place(another), place(beside)]).size).toBe(3)
  await Promise.all([beside, next, another].map((one) => one.close()))
})

it('begins again in the midst, with nothing of before', async () => {
  await writeFile(partPath(target), randomBytes(9_000_000))
  await part.keep(9_000_000, { url: 'https://elsewhere.example.org/a' })
  await feed(9_000_000, 15_000_000)
  await part.restart(origin)
  await feed(0, file.length)
  await expectWhole()
})
