import type { Page } from '@playwright/test'

/** A page of the same browser that nothing listens to: see {@link openPlainPage}. */
export interface PlainPage {
  /** The value of an expression, awaited. Rejects when the page throws. */
  evaluate<T>(expression: string): Promise<T>
  /** Waits until an expression is true; the test's own time-out ends it. */
  until(expression: string): Promise<void>
  close(): Promise<void>
}

/**
 * Opens an address in a window that Playwright has not attached itself to: what a page costs as a user has it.
 *
 * To a page of its own Playwright listens all the while. Each request becomes several events (a jump of the gallery makes some thirty
 * requests), which the browser writes, sends and Node reads, on the processor that the page is measured on. That is all that is left out
 * here: the protocol's Network, Page, Runtime, Log and DOM events, and the scripts that Playwright puts into each page. It lies in the browser's
 * own fresh profile, Playwright's pages in a private one beside it: both begin with empty caches. The app's server, the browser's processes
 * and the page share the machine as ever; one evaluation at a time goes over the protocol, and times are taken inside of the page.
 */
export async function openPlainPage(page: Page, url: string, size: { width: number; height: number }): Promise<PlainPage> {
  const browser = page.context().browser()
  if (!browser) throw new Error('no browser')
  const session = await browser.newBrowserCDPSession()
  const { targetId } = await session.send('Target.createTarget', { url, newWindow: true })
  const { sessionId } = await session.send('Target.attachToTarget', { targetId, flatten: false })
  const waiting = new Map<number, (answer: Answer) => void>()
  session.on('Target.receivedMessageFromTarget', ({ message }) => {
    const answer = JSON.parse(message) as Answer
    waiting.get(answer.id ?? -1)?.(answer)
  })
  let last = 0
  const send = async (method: string, params: object): Promise<Answer> => {
    const id = ++last
    const answer = new Promise<Answer>((resolve) => waiting.set(id, resolve))
    await session.send('Target.sendMessageToTarget', { sessionId, message: JSON.stringify({ id, method, params }) })
    return answer
  }
  const evaluate = async <T>(expression: string): Promise<T> => {
    const { result, error } = await send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true })
    if (!result || result.exceptionDetails) throw new Error(JSON.stringify(error ?? result?.exceptionDetails))
    return result.result?.value as T
  }
  await send('Emulation.setDeviceMetricsOverride', { ...size, deviceScaleFactor: 1, mobile: false })
  return {
    evaluate,
    async until(expression) {
      while (!(await evaluate<boolean>(expression))) await new Promise((resolve) => setTimeout(resolve, 50))
    },
    async close() {
      await session.send('Target.closeTarget', { targetId })
      await session.detach()
    },
  }
}

interface Answer {
  id?: number
  result?: { result?: { value?: unknown }; exceptionDetails?: unknown }
  error?: unknown
}
