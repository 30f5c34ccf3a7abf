/**
 * Makes the thumbnails of the style tiles, resources/styles/<id>.webp, from resources/samples/coffee.png with the draft engine.
 * Run `npm run build` before it: `node scripts/draft-tiles.mjs`. Then commit what changed.
 */
import { createHash } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { runnerImport } from 'vite'

const root = resolve(import.meta.dirname, '..')
const side = 320
const photo = join(root, 'resources/samples/coffee.png')
const out = join(root, 'resources/styles')

const load = async (path) => (await runnerImport(join(root, path), { root, logLevel: 'error' })).module
const { styles } = await load('shared/styles/catalogue.ts')
const { createDraftEngine } = await load('electron/core/engines/draft/draft-engine.ts')
const engine = createDraftEngine({
  processPath: process.env.RECAST_DRAFT_PROCESS ?? join(root, 'out/main/draft-process.cjs'),
  modelsDir: join(root, 'resources/models'),
})
const sums = []
try {
  await mkdir(out, { recursive: true })
  for (const { id } of styles) {
    const image = await engine.thumbnail(photo, id, side)
    await writeFile(join(out, `${id}.webp`), image)
    sums.push(`${createHash('sha256').update(image).digest('hex')}  ${id}.webp`)
  }
} finally {
  await engine.close()
}
const photoSum = createHash('sha256')
  .update(await readFile(photo))
  .digest('hex')
await writeFile(
  join(out, 'NOTICE.md'),
  `# Style tiles

Made by \`scripts/draft-tiles.mjs\` with Recast's own draft engine from \`resources/samples/coffee.png\` (CC0, photograph by Rachel Michetti,
courtesy of Pikolo Espresso Bar; sha256 \`${photoSum}\`). Their licence is that of Recast.

\`\`\`
${sums.join('\n')}
\`\`\`
`,
)
console.log(`${sums.length} tiles in ${out}`)
