import { useEffect, useRef } from 'react'
import { useSetupWords } from '../i18n/setup'
import { useStudio } from '../state/context'
import { workStep, type Work } from './long-batch'
import { notify } from './notify'

/** Tells by the system that a long batch has ended, when that is wanted and nobody is looking at the window. */
export function BatchNotice(): null {
  const setup = useSetupWords()
  const ready = useStudio((state) => state.ready)
  const queue = useStudio((state) => state.queue)
  const wanted = useStudio((state) => state.settings.notify)
  const work = useRef<Work | undefined>(undefined)
  useEffect(() => {
    if (!ready) return
    const step = workStep(work.current, queue, performance.now())
    work.current = step.work
    if (!step.ended || !wanted || (document.hasFocus() && !document.hidden)) return
    const { done, failed } = step.ended
    notify(
      setup('notify.title'),
      failed > 0 ? setup('notify.failed', { done, count: failed }) : setup('notify.done', { count: done }),
    )
  }, [ready, queue, wanted, setup])
  return null
}
