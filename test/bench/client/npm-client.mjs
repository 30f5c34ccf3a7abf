// One of the ComfyUI clients of npm in a process of its own: node npm-client.mjs FOLDER NAME URL
// Each line on its input is {graph}; the answer is {ms, sha256} of the picture that came, or {error}.
import { createHash, randomUUID } from 'node:crypto'
import { writeSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const [folder, name, url] = process.argv.slice(2)
const require = createRequire(join(folder, 'package.json'))
const load = (module) => import(pathToFileURL(require.resolve(module)).href).then((found) => ({ ...found.default, ...found }))
const host = new URL(url).host

const opened = {
  async '@saintno/comfyui-sdk'() {
    const { ComfyApi, CallWrapper, PromptBuilder } = await load('@saintno/comfyui-sdk')
    const api = new ComfyApi(url)
    await api.init().waitForReady()
    return (graph) =>
      new Promise((resolve, reject) => {
        const builder = new PromptBuilder(graph, [], ['images']).setOutputNode('images', '43')
        void new CallWrapper(api, builder)
          .onFinished((data) => resolve(api.getImage(data.images.images[0]).then((blob) => blob.arrayBuffer())))
          .onFailed(reject)
          .run()
      })
  },
  async '@stable-canvas/comfyui-client'() {
    const { Client } = await load('@stable-canvas/comfyui-client')
    const { WebSocket } = await load('ws')
    const client = new Client({ api_host: host, WebSocket, fetch })
    await client.connect()
    return async (graph) => {
      const { images } = await client.enqueue(graph)
      const [image] = images
      return image.type === 'buff' ? image.data : await (await fetch(image.data)).arrayBuffer()
    }
  },
  async 'comfy-ui-client'() {
    const { ComfyUIClient } = await load('comfy-ui-client')
    const client = new ComfyUIClient(host, randomUUID())
    await client.connect()
    return async (graph) => (await client.getImages(graph))['43'][0].blob.arrayBuffer()
  },
}

// They talk on standard output: answers go out by a pipe of their own.
const say = (line) => void writeSync(3, `${JSON.stringify(line)}\n`)
process.on('uncaughtException', (error) => say({ error: `uncaught: ${error.message}` }))
process.on('unhandledRejection', (error) => say({ error: `unhandled: ${error?.message}` }))
const job = await opened[name]()
say({ ready: true })
for await (const line of createInterface({ input: process.stdin })) {
  const began = performance.now()
  try {
    const bytes = Buffer.from(await job(JSON.parse(line).graph))
    say({ ms: performance.now() - began, sha256: createHash('sha256').update(bytes).digest('hex') })
  } catch (error) {
    say({ error: String(error?.message ?? error) })
  }
}
process.exit(0)
