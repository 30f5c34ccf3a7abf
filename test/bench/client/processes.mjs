import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** Starts the double in a process of its own; answers its address and what orders it. */
export async function startDouble(options = {}) {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'double.mjs'), JSON.stringify(options)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async () => JSON.parse((await lines.next()).value)
  const { url } = await next()
  return {
    url,
    /** Gives an order and answers the counts of requests and executions. */
    async order(order) {
      child.stdin.write(`${JSON.stringify(order)}\n`)
      return await next()
    },
    async close() {
      child.stdin.end()
      await once(child, 'close')
    },
  }
}
