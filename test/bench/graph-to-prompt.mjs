import { execFile } from 'node:child_process'
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { isDeepStrictEqual, promisify } from 'node:util'
import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'
import { openOfficial } from './graph-to-prompt/official.mjs'
import { ownGraphs } from './graph-to-prompt/own-graphs.mjs'

const execute = promisify(execFile)

/** The versions against which the numbers in the documents were taken. */
const frontend = 'comfyui-frontend-package'
const templates = 'comfyui-workflow-templates-json'
const versions = { [frontend]: '1.58.1', [templates]: '0.1.123' }

const recorded = new URL('../integration/custom/official-graphs.json', import.meta.url)
const infoFile = new URL('../fakes/comfyui/object_info.json', import.meta.url)

/** A Python package's files, fetched with pip into a folder of their own and kept there for the next time. */
async function unpacked(name, version, folder) {
  const target = join(folder, `${name}-${version}`)
  if (!existsSync(target)) {
    await mkdir(folder, { recursive: true })
    const pip = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--target', `${target}.part`, `${name}==${version}`]
    await execute(process.platform === 'win32' ? 'python' : 'python3', pip, { timeout: 600_000, maxBuffer: 2 ** 24 })
    await rename(`${target}.part`, target)
  }
  return target
}

const editorOnly = new Set(['Reroute', 'PrimitiveNode', 'Note', 'MarkdownNote'])

/** Whether the server has every node of a template. */
function isRunnable(workflow, info) {
  const subgraphs = workflow.definitions?.subgraphs ?? []
  const own = new Set(subgraphs.map((one) => one.id))
  return [workflow, ...subgraphs].every((graph) =>
    graph.nodes.every(({ type }) => own.has(type) || editorOnly.has(type) || Object.hasOwn(info, type)),
  )
}

/** What differs between two graphs, one line each; titles are for people and are not compared. */
function differences(ours, official) {
  const lines = []
  for (const id of new Set([...Object.keys(ours), ...Object.keys(official)])) {
    const [a, b] = [ours[id], official[id]]
    if (!a || !b) {
      lines.push({
        id,
        classType: (a ?? b).class_type,
        words: `node only in ${a ? "Recast's" : 'the official'} graph`,
        only: a ? 'ours' : 'official',
      })
      continue
    }
    if (a.class_type !== b.class_type) lines.push({ id, classType: a.class_type, words: `the official class is ${b.class_type}` })
    for (const input of new Set([...Object.keys(a.inputs), ...Object.keys(b.inputs)])) {
      if (isDeepStrictEqual(a.inputs[input], b.inputs[input])) continue
      const short = (value) => (value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 60))
      lines.push({
        id,
        classType: a.class_type,
        input,
        words: `input ${input}: ${short(a.inputs[input])}, officially ${short(b.inputs[input])}`,
      })
    }
  }
  return lines
}

/** Why a difference means nothing to the server; undefined where it does. */
function explanation(line, official, info) {
  const { input, required, optional } = { input: line.input, ...info[line.classType]?.input }
  if (input !== undefined && !Object.hasOwn({ ...required, ...optional }, input)) {
    return 'the server has no such input: it is a field of the page alone'
  }
  if (line.only === 'official' && !neededIds(official, info).has(line.id)) {
    return 'nothing needs it: it stands in a bypassed subgraph, whose nodes the page sends along'
  }
  return undefined
}

/** The nodes that some output depends on. */
function neededIds(graph, info) {
  const found = new Set()
  const open = Object.keys(graph).filter((id) => info[graph[id].class_type]?.output_node === true)
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (found.has(id) || !graph[id]) continue
    found.add(id)
    for (const value of Object.values(graph[id].inputs)) if (Array.isArray(value) && value.length === 2) open.push(value[0])
  }
  return found
}

/** Our converter, out of the sources. */
async function loadConverter() {
  const path = fileURLToPath(new URL('graph-to-prompt/convert-entry.ts', import.meta.url))
  const shared = fileURLToPath(new URL('../../shared', import.meta.url))
  return (await runnerImport(path, { configFile: false, resolve: { alias: { '#shared': shared } } })).module
}

/**
 * Compares Recast's conversion of the official templates with the official frontend's own, run in a Chromium: the share that is equal and
 * every difference. `--frontend VERSION` names another frontend; `--record` writes anew what the tests know of it.
 */
export async function run(args) {
  const asked = args.indexOf('--frontend')
  const version = asked === -1 ? versions[frontend] : args[asked + 1]
  const folder = process.env.RECAST_BENCH_DIR ?? join(tmpdir(), 'recast-bench-graph-to-prompt')
  const info = JSON.parse(await readFile(infoFile, 'utf8'))
  const page = await unpacked(frontend, version, folder)
  const official = await openOfficial({ staticDir: join(page, 'comfyui_frontend_package', 'static'), objectInfo: info })
  try {
    if (args.includes('--record')) {
      const graphs = {}
      for (const [name, make] of Object.entries(ownGraphs)) {
        const { output, error } = await official.graphToPrompt(make())
        if (error) throw new Error(`${name}: ${error}`)
        graphs[name] = Object.fromEntries(
          Object.entries(output).map(([id, { class_type, inputs }]) => [id, { class_type, inputs }]),
        )
      }
      await writeFile(recorded, `${JSON.stringify(graphs, null, 2)}\n`)
      console.log(JSON.stringify({ recorded: Object.keys(graphs).length, frontend: version }))
      return 0
    }
    const { convert } = await loadConverter()
    const dir = join(await unpacked(templates, versions[templates], folder), 'comfyui_workflow_templates_json', 'templates')
    const files = (await readdir(dir)).filter((name) => name.endsWith('.json') && !name.startsWith('index'))
    const counts = { templates: 0, runnable: 0, equal: 0, equalToTheServer: 0, unexplained: 0 }
    for (const name of files.toSorted()) {
      const text = await readFile(join(dir, name), 'utf8')
      const workflow = JSON.parse(text)
      if (!Array.isArray(workflow.nodes)) continue
      counts.templates++
      if (!isRunnable(workflow, info)) continue
      counts.runnable++
      const theirs = await official.graphToPrompt(workflow)
      if (theirs.error) {
        counts.unexplained++
        console.log(JSON.stringify({ template: name, officialError: theirs.error.slice(0, 200) }))
        continue
      }
      const lines = differences(JSON.parse(JSON.stringify(convert(text, info))), theirs.output)
      const explained = lines.map((line) => explanation(line, theirs.output, info))
      if (lines.length === 0) counts.equal++
      if (explained.every((words) => words !== undefined)) counts.equalToTheServer++
      else counts.unexplained++
      lines.forEach((line, i) => {
        const node = `${line.id} (${line.classType})`
        console.log(JSON.stringify({ template: name, node, difference: line.words, because: explained[i] ?? 'unexplained' }))
      })
    }
    console.log(JSON.stringify({ frontend: version, ...counts }))
    return counts.unexplained === 0 ? 0 : 1
  } finally {
    await official.close()
  }
}
