import { randomUUID } from 'node:crypto'
import { WebSocket } from 'ws'
import { Agent, request } from 'undici'

/**
 * The least that a client can do: post, one socket, one fetch; nothing is kept and nothing is checked.
 * It knows the file's name from the socket, and hangs as soon as one message is lost.
 */
export async function openBare(url) {
  const clientId = randomUUID()
  const dispatcher = new Agent()
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws?clientId=${clientId}`, { perMessageDeflate: false })
  const waiting = new Map()
  socket.on('message', (data, binary) => {
    if (binary) return
    const { type, data: said } = JSON.parse(data.toString())
    const job = waiting.get(said.prompt_id)
    if (type === 'executed') job.image = said.output.images[0]
    if (type === 'execution_success') job.done(job.image)
  })
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  return {
    async job(graph) {
      const id = randomUUID()
      const ended = new Promise((done) => waiting.set(id, { done }))
      const posted = await request(`${url}/prompt`, {
        dispatcher,
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ prompt: graph, client_id: clientId, prompt_id: id }),
      })
      await posted.body.dump()
      const image = await ended
      waiting.delete(id)
      const file = await request(`${url}/view?${new URLSearchParams(image)}`, { dispatcher })
      return Buffer.from(await file.body.arrayBuffer())
    },
    async close() {
      socket.close()
      await dispatcher.close()
    },
  }
}
