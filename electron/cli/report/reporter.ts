import { editName } from '#shared/domain/edit'
import type { ErrorView } from '#shared/domain/error'
import type { Job, Output } from '#shared/domain/job'

/** How a command's jobs came out. `left` are those that an interruption left for later. */
export interface Summary {
  done: number
  failed: number
  canceled: number
  left: number
  durationMs: number
}

/** What a command says while it works, in one of its forms: JSON lines, plain lines, or progress bars. */
export interface Reporter {
  /** The jobs are in the queue. */
  begin(jobs: readonly Job[]): void
  /** A job has another state or progress. */
  job(job: Job, before: Job | undefined): void
  /** A result is there; `path` is its copy in the results' folder, or undefined where that could not be made. */
  output(job: Job, output: Output): void
  /** A file or a whole command was refused. */
  problem(error: ErrorView, file?: string): void
  /** Something worth knowing that is no error. */
  note(text: string): void
  summary(summary: Summary): void
  /** In place of the summary, where jobs are left: the words say how many, and who does them. */
  interrupted(words: string, summary: Summary): void
  /** Puts the terminal in order. Safe to call twice. */
  close(): void
}

/** What a job's results are named by. */
export function editLabel(job: Job): { style: string } | { view: string } | { edit: string } {
  const { edit } = job
  if (edit.kind === 'style') return { style: editName(edit) }
  return edit.kind === 'perspective' ? { view: editName(edit) } : { edit: editName(edit) }
}

/** A job as people tell it from the others: photo, style or view, seed where there are several. */
export function jobTitle(job: Job, withSeed: boolean): string {
  const label = Object.values(editLabel(job))[0]
  return `${job.pictureName} · ${label}${withSeed ? ` · ${job.seed}` : ''}`
}

/** The server that has a job and runs it when its turn comes, as people write its address; undefined for what this process does itself. */
export function serverOf({ engineId }: Job): string | undefined {
  if (engineId === undefined || engineId === 'draft') return undefined
  return engineId === 'local' ? 'the local ComfyUI' : engineId.replace(/^https?:\/\//, '')
}

/** Which jobs of a command differ by nothing but their seed, so that it must be said. */
export function needsSeed(jobs: readonly Job[]): boolean {
  const seen = new Set<string>()
  for (const job of jobs) {
    const title = `${job.pictureId ?? ''} ${jobTitle(job, false)}`
    if (seen.has(title)) return true
    seen.add(title)
  }
  return false
}

/** An error in one line, with its file where the words don't name it already. */
export function problemText(error: ErrorView, file?: string): string {
  return file === undefined || error.message.includes(file) ? error.message : `${file}: ${error.message}`
}
