import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream, mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { loadBundled } from './client/build.mjs'

const run = promisify(execFile)

/** A file of so many bytes that takes no room, and its sha256. */
async function sparse(path, bytes) {
  writeFileSync(path, '')
  truncateSync(path, bytes)
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk)
  return hash.digest('hex')
}

/** Serves one file on loopback. */
function serve(path) {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-length': statSync(path).size, etag: '"bench"' })
    createReadStream(path, { highWaterMark: 1 << 20 }).pipe(response)
  })
  return new Promise((done) => server.listen(0, '127.0.0.1', () => done(server)))
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]

/** Milliseconds of a command line. */
async function timed(line, ...words) {
  const began = performance.now()
  await run('sh', ['-c', line, 'sh', ...words])
  return performance.now() - began
}

/**
 * Measures downloads with hashing against curl on the same server, in turns, and memory over a 4 GB file; exit code 1 when a target is missed.
 * curl neither checks nor flushes what it writes, so that it is measured a second time with sha256sum and sync behind it: the same work.
 */
async function bench(args) {
  const { values } = parseArgs({
    args,
    options: {
      megabytes: { type: 'string', default: '512' },
      pairs: { type: 'string', default: '7' },
      large: { type: 'string', default: '4096' },
      json: { type: 'boolean', default: false },
    },
  })
  const built = await loadBundled({}, { run: 'test/bench/download-run.ts' })
  const folder = mkdtempSync(join(tmpdir(), 'recast-bench-'))
  try {
    const source = join(folder, 'source')
    const target = join(folder, 'target')
    const ours = async (url, bytes, sha256) => {
      const { stdout } = await run(process.execPath, [join(built.outDir, 'run.js'), url, target, String(bytes), sha256])
      rmSync(target)
      return JSON.parse(stdout)
    }
    let missed = 0
    const tell = (line) => {
      if (!line.ok) missed += 1
      console.log(JSON.stringify(line))
    }
    if (Number(values.pairs) > 0) {
      const bytes = Number(values.megabytes) * 1e6
      const sha256 = await sparse(source, bytes)
      const server = await serve(source)
      const url = `http://127.0.0.1:${server.address().port}/file`
      const ratios = []
      const same = []
      const speeds = []
      for (let pair = 0; pair <= Number(values.pairs); pair++) {
        const { stdout } = await run('curl', ['-sS', '-o', target, '-w', '%{time_total}', url])
        rmSync(target)
        const sameMs = await timed('curl -sS -o "$1" "$2" && sha256sum "$1" && sync -d "$1"', target, url)
        rmSync(target)
        const { ms } = await ours(url, bytes, sha256)
        // The first pair warms the caches.
        if (pair === 0) continue
        ratios.push((Number(stdout) * 1000) / ms)
        same.push(sameMs / ms)
        speeds.push({ curl: bytes / 1e6 / Number(stdout), ours: bytes / 1e3 / ms })
      }
      server.close()
      tell({
        name: 'speed with hashing, of curl',
        ratio: median(ratios),
        curlMBs: median(speeds.map((one) => one.curl)),
        oursMBs: median(speeds.map((one) => one.ours)),
        pairs: ratios.length,
        target: 0.9,
        ok: median(ratios) >= 0.9,
      })
      const ratio = median(same)
      tell({ name: 'speed, of curl with sha256sum and a flush', ratio, pairs: same.length, target: 0.9, ok: ratio >= 0.9 })
    }
    if (Number(values.large) > 0) {
      const bytes = Number(values.large) * 1e6
      const sha256 = await sparse(source, bytes)
      const server = await serve(source)
      const { grownMb, ms } = await ours(`http://127.0.0.1:${server.address().port}/file`, bytes, sha256)
      server.close()
      tell({ name: 'memory over a large file', bytes, grownMb, MBs: bytes / 1e3 / ms, target: 100, ok: grownMb <= 100 })
    }
    return missed > 0 ? 1 : 0
  } finally {
    built.remove()
    rmSync(folder, { recursive: true, force: true })
  }
}
export { bench as run }
