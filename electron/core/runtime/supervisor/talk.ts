import { createServer } from 'node:net'

/** A port of 127.0.0.1 that was free a moment ago. Another program may take it before the server does: then the next one is tried. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => {
        if (address === null || typeof address === 'string') reject(new Error('no port was given'))
        else resolve(address.port)
      })
    })
  })
}

const maxAnswer = 64 * 1024 * 1024

async function getJson(url: string, timeoutMs: number): Promise<unknown> {
  const { request } = await import('undici')
  const answer = await request(url, { headersTimeout: timeoutMs, bodyTimeout: timeoutMs, signal: AbortSignal.timeout(timeoutMs) })
  if (answer.statusCode !== 200 || Number(answer.headers['content-length'] ?? 0) > maxAnswer) {
    await answer.body.dump({ limit: 1024, signal: AbortSignal.timeout(timeoutMs) })
    throw new Error(`HTTP ${answer.statusCode}`)
  }
  return await answer.body.json()
}

/** Whether the server at that port answers, and is the one that was started with these arguments. */
export async function isOurs(port: number, args: readonly string[], timeoutMs: number): Promise<boolean> {
  try {
    const stats = (await getJson(`http://127.0.0.1:${port}/system_stats`, timeoutMs)) as { system?: { argv?: unknown } }
    const argv = stats.system?.argv
    // Its own program path comes first; another server on the port would have other folders.
    return Array.isArray(argv) && JSON.stringify(argv.slice(1)) === JSON.stringify(args)
  } catch {
    return false
  }
}

/** Whether it answers at all. */
export async function answers(port: number, timeoutMs: number): Promise<boolean> {
  try {
    await getJson(`http://127.0.0.1:${port}/system_stats`, timeoutMs)
    return true
  } catch {
    return false
  }
}

/** Which of these node classes the server lacks. */
export async function missingClasses(port: number, classes: readonly string[]): Promise<string[]> {
  const info = (await getJson(`http://127.0.0.1:${port}/object_info`, 120_000)) as object
  return classes.filter((name) => !Object.hasOwn(info, name))
}

/** Lets the server forget its models; it does so after the job that runs. */
export async function freeMemory(port: number): Promise<void> {
  const { request } = await import('undici')
  const answer = await request(`http://127.0.0.1:${port}/free`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ unload_models: true, free_memory: true }),
    signal: AbortSignal.timeout(30_000),
  })
  await answer.body.dump()
}
