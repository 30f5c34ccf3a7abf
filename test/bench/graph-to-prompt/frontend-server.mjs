import { createServer } from 'node:http'
import { readFile } from 'node:fs/promises'
import { extname, join, normalize } from 'node:path'

const types = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}

/** What the frontend asks a server for before it shows a canvas; everything else is answered by 404, which it takes. */
const answers = {
  '/users': { storage: 'server', migrated: true },
  '/settings': {
    'Comfy.TutorialCompleted': true,
    'Comfy.InstalledVersion': '9.9.9',
    'Comfy.Release.Status': 'skip',
    'Comfy.Workflow.ShowMissingNodesWarning': false,
    'Comfy.Workflow.ShowMissingModelsWarning': false,
    'Comfy.EnableTooltips': false,
  },
  '/system_stats': {
    system: {
      os: 'posix',
      comfyui_version: '0.8.0',
      python_version: '3.11',
      pytorch_version: '2',
      embedded_python: false,
      argv: [],
      ram_total: 1,
      ram_free: 1,
    },
    devices: [],
  },
  '/extensions': [],
  '/embeddings': [],
  '/i18n': {},
  '/features': {},
  '/userdata': [],
  '/prompt': { exec_info: { queue_remaining: 0 } },
  '/queue': { queue_running: [], queue_pending: [] },
  '/history': {},
  '/jobs': { jobs: [], pagination: { offset: 0, limit: 0, total: 0, has_more: false } },
  '/experiment/models': [],
  '/workflow_templates': {},
  '/global_subgraphs': {},
  '/internal/logs': '',
  '/internal/folder_paths': {},
}

/**
 * Serves the official frontend's files with just enough of a server behind them: its lists are empty, its `/object_info` is the given one.
 * @param {{ staticDir: string, objectInfo: object }} options
 * @returns {Promise<{ url: string, close: () => Promise<void> }>}
 */
export async function serveFrontend({ staticDir, objectInfo }) {
  const info = JSON.stringify(objectInfo)
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname
    const send = (status, type, body) =>
      response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body)
    const api = path.startsWith('/api/') ? path.slice(4) : undefined
    if (api === '/object_info') return send(200, 'application/json', info)
    if (api !== undefined) {
      const known = Object.hasOwn(answers, api) ? JSON.stringify(answers[api]) : undefined
      return known === undefined ? send(404, 'application/json', '{}') : send(200, 'application/json', known)
    }
    const file = join(staticDir, normalize(path === '/' ? '/index.html' : decodeURIComponent(path)))
    try {
      send(200, types[extname(file)] ?? 'application/octet-stream', await readFile(file))
    } catch {
      send(404, 'text/plain', 'not found')
    }
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
