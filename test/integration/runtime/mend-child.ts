// One mending in a process of its own, for the test that kills it: arguments are the data folder, the mirror's address and the stand-in's JSON.
import { readFileSync } from 'node:fs'
import type { RuntimeTools } from '#core/runtime/install/find-tools'
import { mendNodes } from '#core/runtime/install/mend-nodes'
import { InstallationStore } from '#core/runtime/install/store'
import { runtimeLayout } from '#core/runtime/layout'
import type { Recipe } from '#core/runtime/recipe'

const [dataDir = '', url = '', facts = ''] = process.argv.slice(2)
const { recipe, tools } = JSON.parse(readFileSync(facts, 'utf8')) as { recipe: Recipe; tools: RuntimeTools }
const store = new InstallationStore(runtimeLayout(dataDir))
const installation = (await store.current())?.installation
if (!installation) throw new Error('nothing is installed')
const failures = [{ node: 'Story', module: 'omegaconf', reason: "No module named 'omegaconf'" }]
const { signal } = new AbortController()
const logger = { debug() {}, info() {}, warn() {}, error() {} }
const mirrors = { packages: `${url}/simple`, comfyui: url }
await mendNodes(failures, { store, installation, recipe, tools, mirrors, signal }, logger)
