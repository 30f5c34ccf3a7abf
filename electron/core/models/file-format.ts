import { open, stat } from 'node:fs/promises'
import { AppError } from '#shared/domain/error'

/** Largest header of a safetensors file, bytes, by its format's own rule. */
const maxHeaderBytes = 100_000_000

/**
 * Checks that a file begins as its ending says: a safetensors header that fits into the file, or GGUF's mark. Pickles can run code when
 * they are loaded and are refused. Rejects with `input.unsupported_format` or `input.damaged`.
 */
export async function checkModelFile(path: string): Promise<void> {
  // First of all whether it is there: a mistyped path is no wrong format.
  const there = await stat(path)
  const ending = /\.[^.\\/]*$/.exec(path)?.[0].toLowerCase() ?? ''
  if (there.isDirectory() || !['.safetensors', '.sft', '.gguf'].includes(ending)) {
    throw new AppError(
      'input.unsupported_format',
      `${path} is no safetensors or GGUF file. Other formats can run code when they are loaded: get the model as safetensors.`,
      { detail: { path } },
    )
  }
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    const start = Buffer.alloc(9)
    const { bytesRead } = await file.read(start, 0, start.length, 0)
    const header = bytesRead === start.length ? start.readBigUInt64LE(0) : 0n
    const sound =
      ending === '.gguf'
        ? start.subarray(0, 4).toString('latin1') === 'GGUF'
        : header > 1n && header <= BigInt(Math.min(maxHeaderBytes, size - 8)) && start[8] === 0x7b
    if (sound) return
  } finally {
    await file.close()
  }
  throw new AppError('input.damaged', `${path} is not what its name says, or only a part of it. Get a whole copy of it.`, {
    detail: { path },
  })
}
