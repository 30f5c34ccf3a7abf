import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { basename, extname, join, resolve } from 'node:path'
import react from '@vitejs/plugin-react'
import tailwindcss from '@tailwindcss/vite'
import sharp from 'sharp'
import { build } from 'vite'

const repository = resolve(import.meta.dirname, '../../..')
const types: Record<string, string> = { '.js': 'text/javascript', '.css': 'text/css', '.woff2': 'font/woff2' }
const variants = 24

/** The studio's own policy, so that a part that breaks it is seen here. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'"

/** The samples as pictures of an app: NAME-VARIANT in that width (0: all of it), the variant turning the colours, so that tiles differ. */
function samplePictures(): (name: string, variant: number, width: number) => Promise<Buffer> {
  const made = new Map<string, Promise<Buffer>>()
  const make = async (name: string, variant: number, width: number): Promise<Buffer> => {
    if (name !== 'coffee' && name !== 'chelsea') throw new Error('no such sample')
    const picture = sharp(await readFile(resolve(repository, `resources/samples/${name}.png`)))
    const turned = variant === 0 ? picture : picture.modulate({ hue: variant * 31, saturation: 1.2 })
    return (width > 0 ? turned.resize({ width, withoutEnlargement: true }) : turned).jpeg({ quality: 82 }).toBuffer()
  }
  return (name, variant, width) => {
    const key = `${name}-${variant}-${width}`
    const known = made.get(key) ?? make(name, variant, width)
    made.set(key, known)
    return known
  }
}

/** Builds the page of the studio's parts as the studio is built, and serves it with sample pictures on a free port of loopback. */
export async function serveParts(outDir: string): Promise<{ url: string; server: Server }> {
  await build({
    configFile: false,
    // The studio's own root, so that Tailwind looks for classes where it does for the studio.
    root: resolve(repository, 'renderer'),
    logLevel: 'error',
    plugins: [react(), tailwindcss()],
    build: {
      outDir,
      emptyOutDir: true,
      assetsInlineLimit: 0,
      cssCodeSplit: false,
      rollupOptions: {
        input: join(import.meta.dirname, 'parts.tsx'),
        output: { entryFileNames: 'parts.js', chunkFileNames: '[name].js', assetFileNames: '[name][extname]' },
      },
    },
  })
  const picture = samplePictures()
  const answer = async (path: URL): Promise<{ type: string; body: Buffer; headers?: Record<string, string> }> => {
    if (path.pathname === '/parts') {
      return {
        type: 'text/html; charset=utf-8',
        body: await readFile(join(import.meta.dirname, 'parts.html')),
        headers: { 'content-security-policy': policy },
      }
    }
    const [, name, variant] = /^\/files\/([a-z]+)-(\d+)$/u.exec(path.pathname) ?? []
    if (name !== undefined) {
      const body = await picture(name, Number(variant) % variants, Number(path.searchParams.get('w') ?? 0))
      return { type: 'image/jpeg', body, headers: { 'cache-control': 'max-age=3600' } }
    }
    const file = basename(path.pathname)
    return { type: types[extname(file)] ?? 'application/octet-stream', body: await readFile(join(outDir, file)) }
  }
  const server = createServer((request, response) => {
    answer(new URL(request.url ?? '/', 'http://localhost')).then(
      ({ type, body, headers }) => response.writeHead(200, { 'content-type': type, ...headers }).end(body),
      () => response.writeHead(404).end(),
    )
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  if (address === null || typeof address !== 'object') throw new Error('the parts page has no address')
  return { url: `http://127.0.0.1:${address.port}/parts`, server }
}
