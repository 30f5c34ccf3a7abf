import { writeFileSync } from 'node:fs'
import type { BrowserWindow } from 'electron'
import type { App } from '#core/app'
import type { AppEvent } from '#shared/contract/events'
import { AppError, toAppError } from '#shared/domain/error'
import { finalStates, type Job, type JobState } from '#shared/domain/job'

/** What `npm run desktop:selftest` asks of the app that it starts. */
export interface SelftestRequest {
  /** Where the report goes, as JSON. */
  reportPath: string
  /** Where a picture of the window goes. */
  screenshotPath: string
}

/** What a self-test found. */
export interface SelftestReport {
  ok: boolean
  electron: string
  chrome: string
  node: string
  windowShownMs?: number
  job?: { state: JobState; durationMs?: number; error?: string }
  /** Previews that the page said it had handled. */
  previewsSeen: number
  pageErrors: string[]
  /** Processes of the app while it ran; none may be left afterwards. */
  pids: number[]
  error?: string
}

/** Reads the request from the environment; `undefined` for a normal start. */
export function selftestRequest(environment: Readonly<Record<string, string | undefined>>): SelftestRequest | undefined {
  const reportPath = environment['RECAST_SELFTEST_REPORT']
  const screenshotPath = environment['RECAST_SELFTEST_SCREENSHOT']
  return reportPath && screenshotPath ? { reportPath, screenshotPath } : undefined
}

/** What a self-test looks at. */
export interface SelftestParts {
  app: App
  window: BrowserWindow
  previewsSeen(): number
  pids(): number[]
}

const timeoutMs = 120_000

/** Styles the sample photo in the running app, as a user would see it, and writes the report. Never rejects. */
export async function runSelftest(request: SelftestRequest, parts: SelftestParts): Promise<void> {
  const { app, window } = parts
  const startedAt = performance.now()
  const report: SelftestReport = {
    ok: false,
    electron: process.versions['electron'] ?? '',
    chrome: process.versions['chrome'] ?? '',
    node: process.versions.node,
    previewsSeen: 0,
    pageErrors: [],
    pids: [],
  }
  window.webContents.on('console-message', (event) => {
    if (event.level === 'error') report.pageErrors.push(event.message)
  })
  try {
    await whenShown(window)
    report.windowShownMs = Math.round(performance.now() - startedAt)
    const { results } = await app.call('assets.importSample', {})
    const pictureId = results[0]?.picture?.id
    if (pictureId === undefined)
      throw new AppError('input.not_found', 'The sample photo could not be added. Install Recast again.')
    const { styles } = await app.call('app.snapshot', {})
    const styleId = styles[0]?.id
    if (styleId === undefined) throw new AppError('input.unknown_style', 'There are no styles. Install Recast again.')
    const { batchId, jobs } = await app.call('jobs.submit', {
      pictures: [{ pictureId }],
      edits: [{ kind: 'style', styleId }],
    })
    const job = await whenFinal(app, batchId, jobs[0])
    report.job = {
      state: job.state,
      ...(job.durationMs === undefined ? {} : { durationMs: job.durationMs }),
      ...(job.error ? { error: job.error.message } : {}),
    }
    report.previewsSeen = parts.previewsSeen()
    report.pids = parts.pids()
    writeFileSync(request.screenshotPath, (await window.webContents.capturePage()).toPNG())
    report.ok = job.state === 'done' && report.previewsSeen > 0 && report.pageErrors.length === 0
  } catch (thrown) {
    report.error = toAppError(thrown).message
  }
  if (!report.ok) process.exitCode = 1
  writeFileSync(request.reportPath, `${JSON.stringify(report, undefined, 2)}\n`)
}

async function whenShown(window: BrowserWindow): Promise<void> {
  if (window.isVisible()) return
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new AppError('bug', 'The window did not show within its time. Look at the log.')),
      timeoutMs,
    )
    window.once('show', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}

async function whenFinal(app: App, batchId: string, first: Job | undefined): Promise<Job> {
  const isFinal = (job: Job): boolean => (finalStates as readonly JobState[]).includes(job.state)
  if (first && isFinal(first)) return first
  return await new Promise<Job>((resolve, reject) => {
    const timer = setTimeout(() => {
      stop()
      reject(new AppError('engine.timeout', 'The job did not end within its time. Look at the log.'))
    }, timeoutMs)
    const stop = app.events.onEvent((event: AppEvent) => {
      if (event.body.type !== 'job' || event.body.job.batchId !== batchId || !isFinal(event.body.job)) return
      clearTimeout(timer)
      stop()
      resolve(event.body.job)
    })
  })
}
