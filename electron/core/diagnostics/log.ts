import { join } from 'node:path'
import type { Logger } from 'pino'
import type { AppLogger } from '../app'
import { textRedactor, valueRedactor } from './redact'
import { openRollingFile } from './rolling-file'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** Options of {@link openLog}. */
export interface LogOptions {
  /** The data folder; files go to `<dataDir>/logs/recast.<N>.log`. */
  dataDir: string
  /** In every line, so that lines of different builds can be told apart. */
  version: string
  /** Lines below this are not written. Default `info`. */
  level?: LogLevel
  /** Bytes of one file; default 5 MB. */
  maxBytes?: number
  /** Files kept; default 5. */
  maxFiles?: number
  /** The home folder to shorten; default the user's. */
  home?: string
  /** Told about a failing disk, once per failure. The log itself goes on without. */
  onError?: (error: unknown) => void
}

/** A log with an end. */
export interface LogFile extends AppLogger {
  /** Writes what is waiting, then closes the file. Never rejects. */
  close(): Promise<void>
}

/** Lines wait this long for pino to be loaded, so that loading it doesn't stand in the way of a command's first job. */
const loadDelayMs = 400
/** Lines kept while pino isn't there yet. */
const maxEarly = 2_000

interface EarlyLine {
  level: LogLevel
  time: number
  fields: unknown
  message: string | undefined
}

/**
 * Opens the log: JSON lines with time, level, pid, version and whatever fields are given (`jobId`, `attemptId` …), without secrets and with
 * the home folder as `~`. Cheap: pino is loaded a moment after the first line, files are written in the background.
 * Nothing here blocks or throws, whatever the disk does; lines that can't be written are counted and lost.
 */
export function openLog(options: LogOptions): LogFile {
  const file = openRollingFile({
    dir: join(options.dataDir, 'logs'),
    name: 'recast',
    maxBytes: options.maxBytes ?? 5 * 1024 * 1024,
    maxFiles: options.maxFiles ?? 5,
    ...(options.onError ? { onError: options.onError } : {}),
  })
  const cleanValue = valueRedactor(options.home)
  const cleanText = textRedactor(options.home)
  const levels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error']
  const lowest = levels.indexOf(options.level ?? 'info')
  let logger: Logger | undefined
  let loading: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined
  let early: EarlyLine[] = []
  let closed = false

  async function load(): Promise<void> {
    const { pino } = await import('pino')
    logger = pino(
      {
        level: 'debug',
        base: { pid: process.pid, version: options.version },
        // The time of the line, not of its writing: early lines bring their own.
        timestamp: false,
        // Errors are plain fields by now; pino's own serializer would call them objects.
        serializers: { err: (value: unknown) => value },
      },
      { write: (line: string) => file.write(line) },
    )
    const lines = early
    early = []
    for (const line of lines) put(line)
  }

  function put({ level, time, fields, message }: EarlyLine): void {
    logger?.[level]({ time, ...(fields as object) }, message)
  }

  function write(level: LogLevel, fields: object, message: string | undefined): void {
    if (closed || levels.indexOf(level) < lowest) return
    // Cleaned at once: the caller may go on and change its object. A lone Error becomes a field, as with pino.
    const clean = cleanValue(fields instanceof Error ? { err: fields } : fields)
    const line: EarlyLine = {
      level,
      time: Date.now(),
      fields: typeof clean === 'object' && clean !== null && !Array.isArray(clean) ? clean : { value: clean },
      message: message === undefined ? undefined : cleanText(message),
    }
    if (logger) return put(line)
    if (early.length < maxEarly) early.push(line)
    timer ??= setTimeout(() => void (loading ??= load().catch(() => {})), loadDelayMs).unref()
  }

  return {
    debug: (fields, message) => write('debug', fields, message),
    info: (fields, message) => write('info', fields, message),
    warn: (fields, message) => write('warn', fields, message),
    error: (fields, message) => write('error', fields, message),
    async close() {
      if (closed) return
      closed = true
      clearTimeout(timer)
      if (early.length > 0) loading ??= load().catch(() => {})
      await loading
      await file.close()
    },
  }
}
