import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'

/** The clients of npm that Recast is compared with. */
export const npmClients = ['@saintno/comfyui-sdk', '@stable-canvas/comfyui-client', 'comfy-ui-client']
const versions = { '@saintno/comfyui-sdk': '0.3.1', '@stable-canvas/comfyui-client': '1.5.9', 'comfy-ui-client': '0.1.2' }

/** Installs them into a folder; nothing of theirs runs at that. */
export async function installNpmClients(folder) {
  const wanted = npmClients.map((name) => `${name}@${versions[name]}`)
  const args = ['install', '--prefix', folder, '--no-audit', '--no-fund', '--ignore-scripts', ...wanted, 'ws@8']
  await promisify(execFile)('npm', args)
}

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

/**
 * A client of npm in a process of its own, because it may hang or fall: one that does is ended, and a fresh one takes its place.
 * `job` answers {ms, sha256}, {error} or {hung: true}.
 */
export function npmClient(folder, name, url) {
  let child
  let lines
  async function open() {
    child = spawn(process.execPath, [join(import.meta.dirname, 'npm-client.mjs'), folder, name, url], {
      stdio: ['pipe', 'ignore', 'ignore', 'pipe'],
    })
    child.stdin.on('error', () => {})
    lines = createInterface({ input: child.stdio[3] })[Symbol.asyncIterator]()
    await within(lines.next(), 10_000)
  }
  function end() {
    child?.kill('SIGKILL')
    child = undefined
  }
  return {
    async job(graph, limitMs) {
      if (!child) await open()
      child.stdin.write(`${JSON.stringify({ graph })}\n`)
      const line = await within(lines.next(), limitMs)
      const answer = line === undefined ? { hung: true } : line.done ? { error: 'its process ended' } : JSON.parse(line.value)
      if (answer.hung || answer.error) end()
      return answer
    },
    end,
  }
}

async function within(promise, ms) {
  let timer
  const late = new Promise((resolve) => (timer = setTimeout(resolve, ms)))
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
