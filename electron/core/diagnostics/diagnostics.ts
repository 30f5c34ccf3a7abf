import { platform, release } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import type { DoctorReport, QueueView } from '#shared/contract/calls'
import type { EngineView } from '#shared/domain/engine'
import { toAppError } from '#shared/domain/error'
import type { RuntimeReport } from '#shared/domain/runtime'
import type { Settings } from '#shared/domain/settings'
import type { Database } from '../database/database'
import { lastLogLines } from './log-tail'
import { textRedactor } from './redact'
import { hardwareLines, runtimeLines } from './runtime-lines'

/** What the diagnostics tell about. */
export interface DiagnosticsContext {
  dataDir: string
  version: string
  db: Database
  settings: Settings
  engines: readonly EngineView[]
  queue: QueueView
  /** What the doctor found when it looked last; undefined when it did not since the start. */
  checks: DoctorReport['checks'] | undefined
  /** The machine and the managed ComfyUI, looked at now. */
  runtime: () => Promise<RuntimeReport>
  /** The last lines that the managed ComfyUI wrote. */
  serverLog: readonly string[]
  environment: Readonly<Record<string, string | undefined>>
}

/** Lines that are shown of each log. */
const logLines = 200

/** What of the environment changes how Recast works; told by name alone. */
const heededVariables = [
  'HTTPS_PROXY',
  'HTTP_PROXY',
  'NO_PROXY',
  'HF_ENDPOINT',
  'HF_TOKEN',
  'NODE_EXTRA_CA_CERTS',
  'UV_INDEX_URL',
  'UV_THREADPOOL_SIZE',
  'CUDA_VISIBLE_DEVICES',
]

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

/** A part of the report, or why it could not be had: half a report is better than none. */
async function orWhy(part: () => Promise<string[]>): Promise<string[]> {
  try {
    return await part()
  } catch (thrown) {
    return [`not to be had: ${toAppError(thrown).message}`]
  }
}

/** The settings in one line; what names places and servers only as its number, or whether it is set. */
function settingsLine(settings: Settings): string {
  const { viewSets, modelFolders, modelMirrors, modelsFolder, modelEndpoint, runtimeMirrors, engine, ...plain } = settings
  return JSON.stringify({
    ...plain,
    viewSets: viewSets.length,
    modelFolders: modelFolders.length,
    modelMirrors: modelMirrors.length,
    ownModelsFolder: modelsFolder !== '',
    runtimeMirrors: Object.keys(runtimeMirrors),
    ownModelEndpoint: modelEndpoint !== '',
    engine: place(engine),
  })
}

/**
 * The report as text: what the studio copies and what `recast doctor --report` writes. Nothing that is a secret, a place on this disk or a
 * server's name is in it: the data folder and the home folder are words, addresses lose their host, and everything passes the log's
 * redaction once more.
 */
export async function diagnosticsText(context: DiagnosticsContext): Promise<string> {
  const { dataDir, version, db, settings, engines, queue, checks, runtime, serverLog, environment } = context
  const sqlite = db.prepare<[], string>('SELECT sqlite_version()').pluck().get() ?? ''
  const log = await lastLogLines(join(dataDir, 'logs'), 'recast', logLines)
  const server = serverLog.filter((line) => line !== '').slice(-logLines)
  const machine = await orWhy(async () => {
    const report = await runtime()
    return [...hardwareLines(report.hardware), '', 'Local runtime', ...runtimeLines(report)]
  })
  const lines = [
    `Recast ${version}`,
    new Date().toISOString(),
    `Node ${process.versions.node}${process.versions['electron'] ? `, Electron ${process.versions['electron']}` : ''}, V8 ${process.versions.v8}`,
    `SQLite ${sqlite}, sharp ${sharp.versions.sharp ?? ''}, libvips ${sharp.versions.vips}`,
    `Queue: ${Object.entries(queue)
      .map(([key, value]) => `${key} ${String(value)}`)
      .join(', ')}`,
    '',
    'Machine',
    `${platform()} ${release()}`,
    ...machine,
    '',
    'Engines',
    ...engines.map(
      (each) =>
        `- ${each.kind} ${place(each.id)}: ${each.state}${each.error ? ` (${each.error.code}: ${each.error.message})` : ''}`,
    ),
    '',
    'Settings',
    settingsLine(settings),
    `Set in the environment: ${heededVariables.filter((name) => environment[name] || environment[name.toLowerCase()]).join(', ') || 'nothing'}`,
    '',
    'Checks',
    ...(checks?.map(
      ({ name, ok, found, repaired, note }) =>
        `${ok ? '✓' : '✗'} ${name}: ${found > 0 ? `${found} found, ${repaired} repaired. ` : ''}${note}`,
    ) ?? ['not run since the start']),
    '',
    `Last lines of the local ComfyUI`,
    ...(server.length === 0 ? ['none'] : server),
    '',
    `Last log lines`,
    ...log,
  ]
  const clean = cleaner(dataDir, engines)
  return `${lines.map(clean).join('\n')}\n`
}

/** Takes secrets, folders, user names and servers' names out of a line. */
function cleaner(dataDir: string, engines: readonly EngineView[]): (line: string) => string {
  const redact = textRedactor()
  // A server's name may be in a message or a log line too.
  const hosts = [...new Set(engines.flatMap(({ id }) => hostOf(id)))]
  const words: readonly (readonly [string, string])[] = [
    // Within JSON a backslash is two.
    ...[...new Set([dataDir, dataDir.replaceAll('\\', '\\\\')])].map((path) => [path, '<data>'] as const),
    ...hosts.map((host) => [host, '<server>'] as const),
  ]
  return (line) => withoutUsers(redact(words.reduce((text, [private_, word]) => text.replaceAll(private_, word), line)))
}

/** Takes the user's name out of home folders that are not this one's: a server's on another machine, or one that was moved. */
function withoutUsers(line: string): string {
  return line.replace(/((?:^|[^\w.])(?:[A-Za-z]:)?(?:\/home\/|[\\/]+Users[\\/]+))[^\\/\s"':,)]+/g, '$1<user>')
}

function hostOf(id: string): string[] {
  try {
    const { hostname } = new URL(id)
    return ['', 'localhost', '127.0.0.1', '[::1]'].includes(hostname) ? [] : [hostname]
  } catch {
    return []
  }
}
