// A snapshot in a process of its own that kills itself half-way: the argument is the data folder.
import { takeSnapshot } from '#core/runtime/install/snapshot'
import { InstallationStore } from '#core/runtime/install/store'
import { runtimeLayout } from '#core/runtime/layout'

const store = new InstallationStore(runtimeLayout(process.argv[2] ?? ''))
const installation = (await store.current())?.installation
if (!installation) throw new Error('nothing is installed')
await takeSnapshot(store, installation, {
  signal: new AbortController().signal,
  onProgress: ({ progress }) => (progress > 0.3 ? process.kill(process.pid, 'SIGKILL') : undefined),
})
