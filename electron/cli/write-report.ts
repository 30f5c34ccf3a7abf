import { readdir, readFile, writeFile } from 'node:fs/promises'
import { arch, release } from 'node:os'
import { join } from 'node:path'
import { textRedactor, valueRedactor } from '#core/diagnostics/redact'
import type { InstanceClient } from '#core/instance/clients'
import type { DoctorReport } from '#shared/contract/calls'
import { toAppError } from '#shared/domain/error'

const keptLines = 400

/** The last lines of the newest log file. */
async function lastLog(dataDir: string): Promise<string[]> {
  const folder = join(dataDir, 'logs')
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.includes('.log')).sort()
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8').catch(() => '')))
  return texts.join('').split('\n').slice(-keptLines)
}

/** A part of the report, or why it could not be had: half a report is better than none. */
async function orWhy<T>(part: Promise<T>): Promise<T | { unavailable: string }> {
  return await part.catch((thrown: unknown) => ({ unavailable: toAppError(thrown).message }))
}

/**
 * Writes the diagnostics as JSON: versions, machine, engines, runtime, settings, checks, the last lines of both logs. Secrets and the home
 * folder are taken out of every text. Rejects with `io.*` when the file cannot be written; a file that is there is replaced.
 */
export async function writeReport(
  path: string,
  checks: DoctorReport,
  client: Pick<InstanceClient, 'call'>,
  dataDir: string,
): Promise<void> {
  const [snapshot, runtime, status, log] = await Promise.all([
    orWhy(client.call('app.snapshot', {})),
    orWhy(client.call('runtime.doctor', {})),
    orWhy(client.call('runtime.status', {})),
    lastLog(dataDir),
  ])
  const clean = valueRedactor()
  const cleanText = textRedactor()
  const app =
    'version' in snapshot
      ? { version: snapshot.version, settings: snapshot.settings, engines: snapshot.engines, queue: snapshot.queue }
      : snapshot
  const report = {
    ...(clean({
      at: new Date().toISOString(),
      system: { platform: process.platform, release: release(), arch: arch(), node: process.versions.node },
      app,
      checks: checks.checks,
      runtime,
    }) as object),
    serverLog: 'log' in status ? status.log.map(cleanText) : status,
    log: log.map(cleanText),
  }
  await writeFile(path, `${JSON.stringify(report, undefined, 2)}\n`, { mode: 0o600 })
}
