import { open, readdir } from 'node:fs/promises'
import { arch, availableParallelism, freemem, platform, release, totalmem } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import type { QueueView } from '#shared/contract/calls'
import type { EngineView } from '#shared/domain/engine'
import type { Settings } from '#shared/domain/settings'
import type { Database } from '../database/database'
import { textRedactor } from './redact'

/** What the diagnostics tell about. */
export interface DiagnosticsContext {
  dataDir: string
  version: string
  db: Database
  settings: Settings
  engines: readonly EngineView[]
  queue: QueueView
}

/** Bytes at the end of the newest log file that are read, and lines of them that are shown. */
const tailBytes = 128 * 1024
const tailLines = 120

async function lastLines(dataDir: string): Promise<string[]> {
  const folder = join(dataDir, 'logs')
  try {
    const files = (await readdir(folder)).filter((name) => /^recast\.\d+\.log$/.test(name))
    const numberOf = (name: string): number => Number(/\d+/.exec(name)?.[0])
    const newest = files.sort((a, b) => numberOf(b) - numberOf(a))[0]
    if (newest === undefined) return []
    const file = await open(join(folder, newest), 'r')
    try {
      const { size } = await file.stat()
      const from = Math.max(0, size - tailBytes)
      const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.min(size, tailBytes)), 0, Math.min(size, tailBytes), from)
      const lines = buffer.toString('utf8', 0, bytesRead).split('\n')
      // The first one is cut where reading began.
      return (from > 0 ? lines.slice(1) : lines).filter((line) => line !== '').slice(-tailLines)
    } finally {
      await file.close()
    }
  } catch {
    // A report without a log is better than none.
    return []
  }
}

/** An address without what could be a login, and with a name in place of a host that is not this machine. */
function place(id: string): string {
  try {
    const { protocol, hostname, port } = new URL(id)
    const own = ['localhost', '127.0.0.1', '[::1]'].includes(hostname)
    return `${protocol}//${own ? hostname : '<server>'}${port === '' ? '' : `:${port}`}`
  } catch {
    return id
  }
}

const gib = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`

/**
 * The report as text. Nothing that is a secret, a place on this disk or a server's name is in it: the data folder and the home folder are
 * words, addresses lose their host, and everything passes the log's redaction once more.
 */
export async function diagnosticsText(context: DiagnosticsContext): Promise<string> {
  const { dataDir, version, db, settings, engines, queue } = context
  const redact = textRedactor()
  const clean = (line: string): string => redact(line.replaceAll(dataDir, '<data>'))
  const { viewSets, modelFolders, modelMirrors, modelsFolder, modelEndpoint, runtimeMirrors, engine, ...plain } = settings
  const counts = {
    viewSets: viewSets.length,
    modelFolders: modelFolders.length,
    modelMirrors: modelMirrors.length,
    ownModelsFolder: modelsFolder !== '',
    runtimeMirrors: Object.keys(runtimeMirrors).length,
    ownModelEndpoint: modelEndpoint !== '',
    engine: place(engine),
  }
  const sqlite = db.prepare<[], string>('SELECT sqlite_version()').pluck().get() ?? ''
  const lines = [
    `Recast ${version}`,
    `Node ${process.versions.node}${process.versions['electron'] ? `, Electron ${process.versions['electron']}` : ''}, V8 ${process.versions.v8}`,
    `SQLite ${sqlite}, sharp ${sharp.versions.sharp ?? ''}, libvips ${sharp.versions.vips}`,
    `${platform()} ${release()} ${arch()}, ${availableParallelism()} cores, memory ${gib(freemem())} free of ${gib(totalmem())}`,
    `Queue: ${Object.entries(queue)
      .map(([key, value]) => `${key} ${String(value)}`)
      .join(', ')}`,
    '',
    'Engines',
    ...engines.map(
      (each) =>
        `- ${each.kind} ${place(each.id)}: ${each.state}${each.error ? ` (${each.error.code}: ${each.error.message})` : ''}`,
    ),
    '',
    'Settings',
    JSON.stringify({ ...plain, ...counts }),
    '',
    `Last log lines`,
    ...(await lastLines(dataDir)),
  ]
  // A server's name may be in a message or a log line too.
  const hosts = [...new Set(engines.flatMap(({ id }) => hostOf(id)))]
  return lines.map((line) => hosts.reduce((text, host) => text.replaceAll(host, '<server>'), clean(line))).join('\n')
}

function hostOf(id: string): string[] {
  try {
    const { hostname } = new URL(id)
    return ['', 'localhost', '127.0.0.1', '[::1]'].includes(hostname) ? [] : [hostname]
  } catch {
    return []
  }
}
