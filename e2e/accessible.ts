import { AxeBuilder } from '@axe-core/playwright'
import { expect, type Page } from '@playwright/test'

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

/** No violation of WCAG 2.2 A and AA in what is shown now, in either colour scheme. */
export async function expectAccessible(page: Page, screen: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    // The colours of the old scheme may still be on their way to the new one.
    await page.waitForTimeout(300)
    // In the page itself: the other way opens a second one, which Electron does not.
    const { violations, passes } = await new AxeBuilder({ page }).withTags(TAGS).setLegacyMode(true).analyze()
    expect(passes.length).toBeGreaterThan(5)
    expect(
      violations.map(
        ({ id, nodes }) => `${screen}, ${colorScheme}: ${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`,
      ),
    ).toEqual([])
  }
}
