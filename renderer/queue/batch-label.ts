import type { Job } from '#shared/domain/job'
import type { Style } from '#shared/domain/style'
import { editLabel } from '../i18n/labels'
import type { Say } from '../i18n/words'

/** What a batch is called: its edit, how many views, or the first of its edits and how many more. */
export function batchLabel(
  jobs: readonly Pick<Job, 'edit'>[],
  styles: readonly Style[],
  say: Say,
  language: 'en' | 'zh',
): string {
  const [first = '', ...more] = new Set(jobs.map((job) => editLabel(job.edit, styles, say, language)))
  if (more.length > 0 && jobs.every(({ edit }) => edit.kind === 'perspective'))
    return say('batch.views', { count: more.length + 1 })
  return more.length > 0 ? say('batch.mixed', { label: first, count: more.length }) : first
}
