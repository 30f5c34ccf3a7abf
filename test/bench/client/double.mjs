// The double of ComfyUI in a process of its own, so that it takes no time from whom it serves.
// Arguments: JSON of its options. Says {url}; each line on its input is {faults}, {restart: ms} or {report: true}, answered by a line.
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { runnerImport } from 'vite'

const root = resolve(import.meta.dirname, '../../..')
const { module } = await runnerImport(join(root, 'test/fakes/comfyui/fake-comfyui.ts'), { root, logLevel: 'error' })
const fake = await module.startFakeComfyUi(JSON.parse(process.argv[2] ?? '{}'))
const say = (line) => void process.stdout.write(`${JSON.stringify(line)}\n`)
say({ url: fake.url })
for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line)
  if (order.faults) Object.assign(fake.faults, order.faults)
  if (order.restart !== undefined) await fake.restart(order.restart)
  say({ requests: fake.requests.length, byRoute: countBy(fake.requests), executions: [...fake.executions.values()] })
}
await fake.close()

function countBy(requests) {
  const counts = {}
  for (const request of requests) {
    const route = request.split('/').slice(0, 2).join('/')
    counts[route] = (counts[route] ?? 0) + 1
  }
  return counts
}
