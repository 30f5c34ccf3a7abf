// One installation in a process of its own, for tests that kill it: arguments are the data folder, the mirror's address and the stand-in's JSON.
import { readFileSync } from 'node:fs'
import { createDownloader } from '#core/download/downloader'
import { install } from '#core/runtime/install/installer'
import { Journal } from '#core/runtime/install/journal'
import { InstallationStore } from '#core/runtime/install/store'
import { runtimeLayout } from '#core/runtime/layout'
import type { RuntimeTools } from '#core/runtime/install/find-tools'
import type { Recipe } from '#core/runtime/recipe'

const [dataDir = '', url = '', facts = ''] = process.argv.slice(2)
const { recipe, tools } = JSON.parse(readFileSync(facts, 'utf8')) as { recipe: Recipe; tools: RuntimeTools }
const store = new InstallationStore(runtimeLayout(dataDir))
const downloader = createDownloader({ retryMs: 20 })
await Journal.endLeftover(store.layout)
await install({ recipe, store, tools, downloader, mirrors: { packages: `${url}/simple`, comfyui: url } })
await downloader.close()
