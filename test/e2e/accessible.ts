import { join } from 'node:path'
import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { expect, screenshots } from './studio'

export type Scheme = 'dark' | 'light'

/** Waits until nothing moves but what moves for ever: axe measures colours as they are at that moment. */
async function still(page: Page): Promise<void> {
  await page.waitForFunction(() =>
    document
      .getAnimations()
      .every(({ playState, effect }) => playState !== 'running' || effect?.getTiming().iterations === Infinity),
  )
}

/** What axe finds in the page as it is, or in a part of it: the rule and the element, one a line. `rules` absent: all. */
export async function violationsOf(page: Page, { within, rules }: { within?: string; rules?: string[] } = {}): Promise<string[]> {
  await still(page)
  const axe = new AxeBuilder({ page })
  if (within !== undefined) axe.include(within)
  if (rules) axe.withRules(rules)
  const { violations } = await axe.analyze()
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 300)}`))
}

/**
 * That axe finds nothing in this state of the page: all of its rules in the first theme; in the others, which have the same elements, those
 * of colour. `shot` names a screenshot of each.
 */
export async function expectAccessible(
  page: Page,
  name: string,
  { schemes = ['dark', 'light'], shot }: { schemes?: readonly Scheme[]; shot?: string } = {},
): Promise<void> {
  for (const scheme of schemes) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
    await expect(page.locator('html')).toHaveAttribute('data-theme', scheme)
    const found = await violationsOf(page, scheme === schemes[0] ? {} : { rules: ['color-contrast', 'link-in-text-block'] })
    expect.soft(found, `${name}, ${scheme}`).toEqual([])
    if (shot !== undefined) await page.screenshot({ path: join(screenshots, `${shot}-${scheme}.png`) })
  }
}
