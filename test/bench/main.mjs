/**
 * `npm run bench -- NAME [options]`: measurements against references, one JSON object a line.
 * Each bench is a module of this folder with `run(args)`.
 */
const benches = {
  download: () => import('./download.mjs'),
  client: () => import('./client.mjs'),
  core: () => import('./core.mjs'),
  draft: () => import('./draft.mjs'),
  'graph-to-prompt': () => import('./graph-to-prompt.mjs'),
  pool: () => import('./pool.mjs'),
  real: () => import('./real.mjs'),
  studio: () => import('./studio.mjs'),
}

const [name, ...args] = process.argv.slice(2)
const load = Object.hasOwn(benches, name ?? '') ? benches[name] : undefined
if (!load) {
  console.error(`Say which bench: npm run bench -- ${Object.keys(benches).join('|')} [--photo FILE] [--engine URL] [--json]`)
  process.exit(2)
}
const { run } = await load()
process.exitCode = await run(args)
