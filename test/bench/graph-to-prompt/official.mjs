import { chromium } from '@playwright/test'
import { chromiumArgs, findChromium, installHint } from '../../../scripts/chromium.mjs'
import { serveFrontend } from './frontend-server.mjs'

/**
 * The official frontend in a Chromium without a window.
 * @param {{ staticDir: string, objectInfo: object }} options
 */
export async function openOfficial({ staticDir, objectInfo }) {
  const executablePath = findChromium()
  if (!executablePath) throw new Error(installHint)
  const server = await serveFrontend({ staticDir, objectInfo })
  const browser = await chromium.launch({ executablePath, args: chromiumArgs, headless: true })
  const page = await browser.newPage()
  await page.goto(server.url)
  await page.waitForFunction(
    () => globalThis.app?.graph && globalThis.LiteGraph?.registered_node_types?.KSampler !== undefined,
    undefined,
    { timeout: 120_000 },
  )
  return {
    page,
    /** What the frontend would post for a workflow file, or the error that it gives. */
    async graphToPrompt(workflow) {
      return await page.evaluate(async (json) => {
        try {
          await globalThis.app.loadGraphData(json, true, true, null)
          const { output } = await globalThis.app.graphToPrompt()
          return { output }
        } catch (error) {
          return { error: String(error?.stack ?? error) }
        }
      }, workflow)
    },
    async close() {
      await browser.close()
      await server.close()
    },
  }
}
