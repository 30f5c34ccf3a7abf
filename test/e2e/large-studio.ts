import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { fillGallery, galleryOfYears } from '../large-gallery'
import { fillFolder, yearOfWork } from '../large-folder'
import { cli, startStudio, test as base } from './studio'

/** Playwright's test with a studio on a year of work (5,000 pictures, 10,000 jobs), or on a gallery of years (100,000 results). */
export const test = base.extend<{ largeUrl: string; galleryUrl: string }>({
  // oxlint-disable-next-line no-empty-pattern -- Playwright reads the fixture's needs from this pattern
  galleryUrl: async ({}, provide) => {
    const studio = await startStudio(async (dataDir) => {
      execFileSync(process.execPath, [cli, 'doctor', '--data', dataDir])
      fillGallery(dataDir, join(dataDir, 'recast.db'), galleryOfYears, true)
    })
    await provide(studio.url)
    await studio.close()
  },
  // oxlint-disable-next-line no-empty-pattern -- Playwright reads the fixture's needs from this pattern
  largeUrl: async ({}, provide) => {
    const studio = await startStudio(async (dataDir) => {
      execFileSync(process.execPath, [cli, 'doctor', '--data', dataDir])
      fillFolder(dataDir, join(dataDir, 'recast.db'), yearOfWork, true)
    })
    await provide(studio.url)
    await studio.close()
  },
})
