import { findChromium, softwareWebGlArgs } from '../../scripts/chromium.mjs'
import { bringPhoto, expect, middleOf, test } from './studio'

const executablePath = findChromium()
// A trace takes pictures of the page all the while: it would be measured too.
test.use({ trace: 'off', launchOptions: { args: softwareWebGlArgs, ...(executablePath ? { executablePath } : {}) } })

/** Milliseconds that the hand keeps moving. */
const turningMs = 3_000

for (const gizmo of ['webgl', 'svg'] as const) {
  test(`the camera turns smoothly by ${gizmo}, drawn by the processor`, async ({ page, studio }) => {
    if (gizmo === 'svg')
      await page.addInitScript(() => {
        const real = HTMLCanvasElement.prototype.getContext
        HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement, kind: string, ...rest: never[]) {
          return /webgl/u.test(kind) ? null : real.call(this, kind as '2d', ...rest)
        } as typeof real
      })
    await page.goto(studio.url)
    await bringPhoto(page)
    await page.getByTestId('mode-view').click()
    const drawing = page.getByTestId(gizmo === 'webgl' ? 'camera-canvas' : 'camera-svg')
    await expect(drawing).toBeVisible()
    await page.waitForTimeout(1_500)
    const from = await middleOf(page.getByTestId('camera-gizmo'))
    await page.mouse.move(from.x, from.y + 90)
    await page.mouse.down()
    // The hand is moved from within the page, at every frame: from outside it comes half as often, and that would be measured.
    const rates = await page.evaluate(
      ({ ms, x, y }) =>
        new Promise<{ page: number; card: number; scene: number }>((done) => {
          const gizmo = document.querySelector<HTMLElement>('[data-testid=camera-gizmo]')
          const canvas = document.querySelector<HTMLElement>('[data-testid=camera-canvas]')
          const card = document.querySelector<HTMLElement>('[data-testid=draft-card] > div')
          const sceneAt = (): number => Number(canvas?.dataset['frames'] ?? 0)
          const [began, scene] = [performance.now(), sceneAt()]
          let frames = 0
          let turns = 0
          let last = ''
          const step = (now: number): void => {
            frames++
            const place = { clientX: x + 90 * Math.sin(now / 400), clientY: y + 60 * Math.cos(now / 620) }
            gizmo?.dispatchEvent(new PointerEvent('pointermove', { bubbles: true, pointerId: 1, ...place }))
            if (card && card.style.transform !== last) turns++
            last = card?.style.transform ?? ''
            const rate = (count: number): number => (count * 1000) / (now - began)
            if (now - began < ms) requestAnimationFrame(step)
            else done({ page: rate(frames), card: rate(turns), scene: rate(sceneAt() - scene) })
          }
          requestAnimationFrame(step)
        }),
      { ms: turningMs, ...from },
    )
    await page.mouse.up()
    const words = Object.entries(rates)
      .map(([what, rate]) => `${what} ${rate.toFixed(1)}`)
      .join(', ')
    test.info().annotations.push({ type: 'frames a second', description: words })
    console.log(`${gizmo}: ${words}`)
    if (gizmo === 'webgl') expect(rates.scene).toBeGreaterThanOrEqual(30)
    else expect(rates.card).toBeGreaterThanOrEqual(50)
  })
}
