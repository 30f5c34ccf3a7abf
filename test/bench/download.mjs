import { execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
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
  return { path, bytes, sha256: hash.digest('hex') }
}

/** Serves a file from a process of its own, by the kernel; `rate` in bytes a second, 0 for no limit; `certificate` for TLS. */
async function serve({ path }, rate = 0, certificate = '') {
  const server = spawn('python3', [join(import.meta.dirname, 'file-server.py'), path, String(rate), certificate], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const port = await new Promise((done, failed) => {
    server.once('error', failed)
    server.once('exit', () => failed(new Error('The file server ended before it said its port.')))
    server.stdout.once('data', (said) => done(String(said).trim()))
  })
  return { url: `${certificate ? 'https' : 'http'}://127.0.0.1:${port}/file`, close: () => server.kill() }
}

/** Serves a file from this process: the server takes most of a core, and both clients have what is left. */
async function serveFromNode({ path }) {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-length': statSync(path).size, etag: '"bench"' })
    createReadStream(path, { highWaterMark: 1 << 20 }).pipe(response)
  })
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  return { url: `http://127.0.0.1:${server.address().port}/file`, close: () => server.close() }
}

/** A certificate for this machine with its key, in one file. */
async function certificateIn(folder) {
  const [key, certificate, both] = ['key.pem', 'certificate.pem', 'both.pem'].map((name) => join(folder, name))
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1']
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  await run('openssl', ['req', '-x509', ...kind, '-keyout', key, '-out', certificate, ...subject])
  writeFileSync(both, readFileSync(key, 'utf8') + readFileSync(certificate, 'utf8'))
  return both
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]

/**
 * Measures downloads with hashing against curl on the same server, in turns, and memory over a 4 GB file; exit code 1 when a target is missed.
 * The file of the first pairs has a gigabyte, which few models are smaller than; of the others half of it.
 *
 * The server is a process of its own that sends by sendfile, as mirrors do: both cores are the clients'. The same pair is told, without a
 * target, from a server in Node, over TLS, and at the speeds of a line of 10 and of 1 Gbit/s, which is what there is outside of loopback.
 * curl neither checks nor flushes what it writes, so that it is measured a second time with sha256sum and sync behind it: the same work.
 */
async function bench(args) {
  const { values } = parseArgs({
    args,
    options: {
      megabytes: { type: 'string', default: '1024' },
      pairs: { type: 'string', default: '7' },
      large: { type: 'string', default: '4096' },
      json: { type: 'boolean', default: false },
    },
  })
  const built = await loadBundled({}, { run: 'test/bench/download-run.ts' })
  const folder = mkdtempSync(join(tmpdir(), 'recast-bench-'))
  const target = join(folder, 'target')
  let missed = 0
  const tell = (line) => {
    if (line.ok === false) missed += 1
    console.log(JSON.stringify(line))
  }

  async function ours(url, { bytes, sha256 }, certificate = '') {
    const args = [join(built.outDir, 'run.js'), url, target, String(bytes), sha256]
    const { stdout } = await run(process.execPath, args, { env: { ...process.env, NODE_EXTRA_CA_CERTS: certificate } })
    rmSync(target)
    return JSON.parse(stdout)
  }

  /** Milliseconds of curl alone, and, where asked for, with the rest of the work behind it. */
  async function curl(url, certificate = '', all = false) {
    const line = all ? 'curl -sS -o "$1" "$2" && sha256sum "$1" && sync -d "$1"' : 'curl -sS -o "$1" -w "%{time_total}" "$2"'
    const began = performance.now()
    const { stdout } = await run('sh', ['-c', line, 'sh', target, url], { env: { ...process.env, CURL_CA_BUNDLE: certificate } })
    const ms = all ? performance.now() - began : Number(stdout) * 1000
    rmSync(target)
    return ms
  }

  /** Both in turns; the first pair warms the caches. */
  async function pairs(count, served, source, certificate) {
    const server = await served
    const done = []
    try {
      for (let pair = 0; pair <= count; pair++) {
        const curlMs = await curl(server.url, certificate)
        const { ms } = await ours(server.url, source, certificate)
        if (pair > 0) done.push({ ratio: curlMs / ms, curl: source.bytes / 1e3 / curlMs, ours: source.bytes / 1e3 / ms })
      }
    } finally {
      server.close()
    }
    const middle = (name) => Number(median(done.map((one) => one[name])).toPrecision(3))
    return { ratio: middle('ratio'), curlMBs: middle('curl'), oursMBs: middle('ours'), pairs: count }
  }

  try {
    const count = Number(values.pairs)
    if (count > 0) {
      const source = await sparse(join(folder, 'source'), Number(values.megabytes) * 1e6)
      const speed = await pairs(count, serve(source), source)
      tell({ name: 'speed with hashing, of curl', ...speed, target: 0.9, ok: speed.ratio >= 0.9 })

      const half = await sparse(join(folder, 'half'), Number(values.megabytes) * 0.5e6)
      const server = await serve(half)
      const same = []
      for (let pair = 0; pair < 3; pair++) same.push((await curl(server.url, '', true)) / (await ours(server.url, half)).ms)
      server.close()
      const ratio = Number(median(same).toPrecision(3))
      tell({ name: 'speed, of curl with sha256sum and a flush', ratio, pairs: same.length, target: 0.9, ok: ratio >= 0.9 })

      const few = Math.min(count, 3)
      tell({ name: 'speed from a server in Node, of curl', ...(await pairs(few, serveFromNode(half), half)) })
      const certificate = await certificateIn(folder)
      tell({ name: 'speed over TLS, of curl', ...(await pairs(few, serve(half, 0, certificate), half, certificate)) })
      tell({ name: 'speed at 10 Gbit/s, of curl', ...(await pairs(few, serve(half, 1.25e9), half)) })
      const short = await sparse(join(folder, 'short'), Number(values.megabytes) * 0.125e6)
      tell({ name: 'speed at 1 Gbit/s, of curl', ...(await pairs(few, serve(short, 125e6), short)) })
    }
    if (Number(values.large) > 0) {
      const source = await sparse(join(folder, 'source'), Number(values.large) * 1e6)
      const server = await serve(source)
      const { grownMb, ms } = await ours(server.url, source)
      server.close()
      tell({
        name: 'memory over a large file',
        bytes: source.bytes,
        grownMb,
        MBs: source.bytes / 1e3 / ms,
        target: 100,
        ok: grownMb <= 100,
      })
    }
    return missed > 0 ? 1 : 0
  } finally {
    built.remove()
    rmSync(folder, { recursive: true, force: true })
  }
}
export { bench as run }
