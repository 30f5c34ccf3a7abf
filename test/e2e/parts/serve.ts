import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import react from '@vitejs/plugin-react'
import tailwindcss from '@tailwindcss/vite'
import sharp from 'sharp'
import { createServer, type Plugin, type ViteDevServer } from 'vite'

const repository = resolve(import.meta.dirname, '../../..')

/** The samples as pictures of an app: `/files/NAME-VARIANT?w=WIDTH`, the variant turning the colours, so that tiles differ. */
function samplePictures(): Plugin {
  const made = new Map<string, Promise<Buffer>>()
  const make = async (name: string, variant: number, width: number): Promise<Buffer> => {
    if (name !== 'coffee' && name !== 'chelsea') throw new Error('no such sample')
    const picture = sharp(await readFile(resolve(repository, `resources/samples/${name}.png`)))
    const turned = variant === 0 ? picture : picture.modulate({ hue: variant * 31, saturation: 1.2 })
    return (width > 0 ? turned.resize({ width, withoutEnlargement: true }) : turned).jpeg({ quality: 82 }).toBuffer()
  }
  return {
    name: 'sample-pictures',
    configureServer(server) {
      server.middlewares.use('/files/', (request, response) => {
        const url = new URL(request.url ?? '/', 'http://localhost')
        const [, name = '', variant = '0'] = /^\/([a-z]+)-(\d+)/u.exec(url.pathname) ?? []
        const key = `${name}-${Number(variant) % 24}-${url.searchParams.get('w') ?? ''}`
        const bytes = made.get(key) ?? make(name, Number(variant) % 24, Number(url.searchParams.get('w') ?? 0))
        made.set(key, bytes)
        bytes.then(
          (body) => response.writeHead(200, { 'content-type': 'image/jpeg', 'cache-control': 'max-age=3600' }).end(body),
          () => response.writeHead(404).end(),
        )
      })
    },
  }
}

/** The page itself, at `/parts`: the renderer's own root serves it, so that styles are built as the studio's are. */
function partsPage(): Plugin {
  return {
    name: 'parts-page',
    configureServer(server) {
      server.middlewares.use('/parts', (_request, response, next) => {
        readFile(resolve(import.meta.dirname, 'parts.html'), 'utf8')
          .then((html) => server.transformIndexHtml('/parts.html', html.replace('%MAIN%', `/@fs${resolve(import.meta.dirname, 'parts.tsx')}`)))
          .then((html) => response.setHeader('content-type', 'text/html').end(html), next)
      })
    },
  }
}

/** Serves the studio's parts on a page of their own, with sample pictures, on a free port of loopback. */
export async function serveParts(cacheDir: string): Promise<{ url: string; server: ViteDevServer }> {
  const server = await createServer({
    configFile: false,
    root: resolve(repository, 'renderer'),
    cacheDir,
    logLevel: 'error',
    plugins: [react(), tailwindcss(), samplePictures(), partsPage()],
    server: { host: '127.0.0.1', port: 0, hmr: false, watch: null, fs: { allow: [repository] } },
  })
  await server.listen()
  const address = server.httpServer?.address()
  if (address === null || typeof address !== 'object') throw new Error('the parts page has no address')
  return { url: `http://127.0.0.1:${address.port}/parts`, server }
}
