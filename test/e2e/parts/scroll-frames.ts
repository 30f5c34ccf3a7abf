import type { Locator } from '@playwright/test'

/** Frames a second while a list is scrolled for one and a half seconds at 2,400 px a second, as by a quick hand on the wheel. */
export function scrollFrames(scroller: Locator): Promise<number> {
  return scroller.evaluate(
    (element) =>
      new Promise<number>((done) => {
        const began = performance.now()
        let count = 0
        const step = (now: number): void => {
          count++
          // By time, so that a slow one has no less to show.
          element.scrollTop = ((now - began) * 2.4) % (element.scrollHeight - element.clientHeight)
          if (now - began < 1500) requestAnimationFrame(step)
          else done((count * 1000) / (now - began))
        }
        requestAnimationFrame(step)
      }),
  )
}

/**
 * What the frames of a list and of its yardstick say, measured turn and turn about. What else the machine does can only take frames away,
 * so the best window of each is compared; the medians are said beside it.
 */
export function compareFrames(name: string, list: readonly number[], bare: readonly number[]): { ratio: number; words: string } {
  const median = (values: readonly number[]): string =>
    (values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0).toFixed(1)
  const ratio = Math.max(...list) / Math.max(...bare)
  const best = `best: list ${Math.max(...list).toFixed(1)}, bare ${Math.max(...bare).toFixed(1)}, ratio ${ratio.toFixed(3)}`
  return { ratio, words: `${name}: ${best}; medians: ${median(list)}, ${median(bare)}` }
}
