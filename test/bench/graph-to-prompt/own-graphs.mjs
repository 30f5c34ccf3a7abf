/** A small workflow in the form in which ComfyUI's editor saves them, made by hand: one for each thing that a conversion must know. */

/** Builds one canvas. `io` says that it is a subgraph, whose links are objects. */
function canvas(io = false) {
  let lastLink = 0
  const nodes = new Map()
  const links = []
  const slot = (list, name) => list.findIndex((one) => one.name === name)
  return {
    node(id, type, { inputs = {}, outputs = [], widgets, mode = 0, values, title, properties = {} } = {}) {
      const all = [
        ...Object.entries(inputs).map(([name, kind]) => ({ name, type: kind, link: null })),
        ...Object.entries(widgets ?? {}).map(([name, kind]) => ({ name, type: kind, link: null, widget: { name } })),
      ]
      nodes.set(id, {
        id,
        type,
        pos: [0, 0],
        size: [200, 100],
        flags: {},
        order: nodes.size,
        mode,
        inputs: all,
        outputs: outputs.map((kind) => ({ name: kind, type: kind, links: [] })),
        properties,
        ...(title ? { title } : {}),
        ...(values ? { widgets_values: values } : {}),
      })
      return this
    },
    link(from, fromSlot, to, input) {
      const id = ++lastLink
      const target = nodes.get(to)
      const toSlot = typeof input === 'number' ? input : slot(target.inputs, input)
      if (target) target.inputs[toSlot].link = id
      const type = target?.inputs[toSlot].type ?? nodes.get(from)?.outputs[fromSlot].type ?? '*'
      nodes.get(from)?.outputs[fromSlot].links.push(id)
      links.push(
        io
          ? { id, origin_id: from, origin_slot: fromSlot, target_id: to, target_slot: toSlot, type }
          : [id, from, fromSlot, to, toSlot, type],
      )
      return this
    },
    done: () => ({ nodes: [...nodes.values()], links, lastLink }),
  }
}

function file(graph, subgraphs = []) {
  const { nodes, links, lastLink } = graph.done()
  const ids = [...nodes, ...subgraphs.flatMap((one) => one.nodes)].map((node) => node.id)
  return {
    last_node_id: Math.max(...ids),
    last_link_id: lastLink,
    nodes,
    links,
    groups: [],
    ...(subgraphs.length > 0 ? { definitions: { subgraphs } } : {}),
    config: {},
    extra: {},
    version: 0.4,
  }
}

/** A subgraph's definition: its inputs and outputs name the links that end and begin at them. */
function subgraph(id, name, inner, inputs, outputs) {
  const { nodes, links, lastLink } = inner.done()
  const io = (list, side) =>
    list.map(([slotName, type], i) => ({
      id: `${id.slice(0, -2)}${side}${i}`,
      name: slotName,
      type,
      linkIds: links
        .filter((link) =>
          side === 'a' ? link.origin_id === -10 && link.origin_slot === i : link.target_id === -20 && link.target_slot === i,
        )
        .map((link) => link.id),
      pos: [0, 0],
    }))
  return {
    id,
    version: 1,
    state: { lastGroupId: 0, lastNodeId: Math.max(...nodes.map((node) => node.id)), lastLinkId: lastLink, lastRerouteId: 0 },
    revision: 0,
    config: {},
    name,
    inputNode: { id: -10, bounding: [0, 0, 100, 100] },
    outputNode: { id: -20, bounding: [0, 0, 100, 100] },
    inputs: io(inputs, 'a'),
    outputs: io(outputs, 'b'),
    widgets: [],
    nodes,
    groups: [],
    links,
    extra: {},
  }
}

const sampler = {
  inputs: { model: 'MODEL', positive: 'CONDITIONING', negative: 'CONDITIONING', latent_image: 'LATENT' },
  outputs: ['LATENT'],
}
const encode = { inputs: { clip: 'CLIP' }, widgets: { text: 'STRING' }, outputs: ['CONDITIONING'] }
const loader = { outputs: ['MODEL', 'CLIP', 'VAE'], values: ['random_sd15.safetensors'] }
const save = { inputs: { images: 'IMAGE' }, values: ['ComfyUI'] }

/** Text to image; `between` may put something into it. */
function textToImage(between = () => {}) {
  const graph = canvas()
    .node(4, 'CheckpointLoaderSimple', loader)
    .node(6, 'CLIPTextEncode', { ...encode, values: ['a red chair'], title: 'Positive' })
    .node(7, 'CLIPTextEncode', { ...encode, values: ['blurry'] })
    .node(5, 'EmptyLatentImage', { widgets: { width: 'INT' }, outputs: ['LATENT'], values: [64, 96, 1] })
    .node(3, 'KSampler', {
      ...sampler,
      widgets: { seed: 'INT', steps: 'INT', denoise: 'FLOAT' },
      values: [42, 'randomize', 5, 7.5, 'euler', 'normal', 0.9],
    })
    .node(8, 'VAEDecode', { inputs: { samples: 'LATENT', vae: 'VAE' }, outputs: ['IMAGE'] })
    .node(9, 'SaveImage', save)
    .link(4, 0, 3, 'model')
    .link(4, 1, 6, 'clip')
    .link(4, 1, 7, 'clip')
    .link(6, 0, 3, 'positive')
    .link(7, 0, 3, 'negative')
    .link(5, 0, 3, 'latent_image')
    .link(3, 0, 8, 'samples')
    .link(4, 2, 8, 'vae')
  between(graph)
  return graph
}

/** Text to image inside of a subgraph whose fields are shown outside. */
function painter(id, name, mode = 0) {
  const inner = canvas(true)
    .node(11, 'CLIPTextEncode', { ...encode, values: ['inner words'] })
    .node(12, 'ConditioningZeroOut', { inputs: { conditioning: 'CONDITIONING' }, outputs: ['CONDITIONING'] })
    .node(13, 'EmptyLatentImage', { widgets: { width: 'INT', height: 'INT' }, outputs: ['LATENT'], values: [64, 64, 1] })
    .node(14, 'KSampler', {
      ...sampler,
      widgets: { seed: 'INT', steps: 'INT' },
      values: [7, 'fixed', 3, 1, 'euler', 'simple', 1],
      mode,
    })
    .node(15, 'VAEDecode', { inputs: { samples: 'LATENT', vae: 'VAE' }, outputs: ['IMAGE'] })
    .link(-10, 0, 14, 'model')
    .link(-10, 1, 11, 'clip')
    .link(-10, 2, 15, 'vae')
    .link(-10, 3, 11, 'text')
    .link(-10, 4, 14, 'seed')
    .link(-10, 5, 13, 'width')
    .link(-10, 5, 13, 'height')
    .link(11, 0, 14, 'positive')
    .link(11, 0, 12, 'conditioning')
    .link(12, 0, 14, 'negative')
    .link(13, 0, 14, 'latent_image')
    .link(14, 0, 15, 'samples')
  inner.link(15, 0, -20, 0)
  return subgraph(
    id,
    name,
    inner,
    [
      ['model', 'MODEL'],
      ['clip', 'CLIP'],
      ['vae', 'VAE'],
      ['text', 'STRING'],
      ['seed', 'INT'],
      ['side', 'INT'],
    ],
    [['IMAGE', 'IMAGE']],
  )
}

const hostInputs = {
  inputs: { model: 'MODEL', clip: 'CLIP', vae: 'VAE' },
  widgets: { text: 'STRING', seed: 'INT', side: 'INT' },
  outputs: ['IMAGE'],
}
const ids = [
  'aaaaaaaa-0000-4000-8000-0000000000a1',
  'bbbbbbbb-0000-4000-8000-0000000000b1',
  'cccccccc-0000-4000-8000-0000000000c1',
]

function hosted(host, definitions = [painter(ids[0], 'Painter')]) {
  const graph = canvas()
    .node(1, 'CheckpointLoaderSimple', loader)
    .node(2, ids[0], { ...hostInputs, ...host })
    .node(3, 'SaveImage', save)
    .link(1, 0, 2, 'model')
    .link(1, 1, 2, 'clip')
    .link(1, 2, 2, 'vae')
    .link(2, 0, 3, 'images')
  return { graph, file: () => file(graph, definitions) }
}

function scaled(mode) {
  const graph = textToImage((one) =>
    one
      .node(20, 'ImageScaleBy', { inputs: { image: 'IMAGE' }, outputs: ['IMAGE'], values: ['lanczos', 2], mode })
      .node(21, 'Reroute', { inputs: { '': '*' }, outputs: ['*'] })
      .link(8, 0, 20, 'image')
      .link(20, 0, 21, 0)
      .link(21, 0, 9, 'images'),
  )
  return file(graph)
}

/** By name: what the graph is for. */
export const ownGraphs = {
  'text-to-image': () => file(textToImage((graph) => graph.link(8, 0, 9, 'images'))),
  reroute: () => scaled(0),
  'bypassed node': () => scaled(4),
  'muted node': () => scaled(2),
  'bypassed node with several inputs': () =>
    file(
      textToImage((graph) =>
        graph
          .node(30, 'LoraLoader', {
            inputs: { model: 'MODEL', clip: 'CLIP' },
            outputs: ['MODEL', 'CLIP'],
            values: ['none.safetensors', 1, 1],
            mode: 4,
          })
          .node(31, 'CLIPTextEncode', { ...encode, values: ['through a bypassed loader'] })
          .node(32, 'ConditioningCombine', {
            inputs: { conditioning_1: 'CONDITIONING', conditioning_2: 'CONDITIONING' },
            outputs: ['CONDITIONING'],
          })
          .link(4, 0, 30, 'model')
          .link(4, 1, 30, 'clip')
          .link(30, 1, 31, 'clip')
          .link(31, 0, 32, 'conditioning_1')
          .link(6, 0, 32, 'conditioning_2')
          .link(32, 0, 3, 'positive')
          .link(8, 0, 9, 'images'),
      ),
    ),
  primitives: () =>
    file(
      textToImage((graph) =>
        graph
          .node(40, 'PrimitiveNode', {
            outputs: ['INT'],
            values: [123456, 'fixed'],
            properties: { 'Run widget replace on values': false },
          })
          .node(41, 'PrimitiveInt', { widgets: { value: 'INT' }, outputs: ['INT'], values: [128, 'fixed'] })
          .link(40, 0, 3, 'seed')
          .link(41, 0, 5, 'width')
          .link(8, 0, 9, 'images'),
      ),
    ),
  'notes and comments': () =>
    file(
      textToImage((graph) => {
        graph
          .node(50, 'Note', { values: ['read me'] })
          .node(51, 'MarkdownNote', { values: ['# read me'] })
          .node(52, 'CLIPTextEncode', { ...encode, values: ['a chair /* or a table */ in \\{curly\\} light // later'] })
          .link(4, 1, 52, 'clip')
          .link(52, 0, 3, 'positive')
          .link(8, 0, 9, 'images')
      }),
    ),
  'dynamic combo': () =>
    file(
      textToImage((graph) =>
        graph
          .node(60, 'ResizeImageMaskNode', {
            inputs: { input: '*' },
            outputs: ['*'],
            values: ['scale by multiplier', 0.5, 'area'],
          })
          .link(8, 0, 60, 'input')
          .link(60, 0, 9, 'images'),
      ),
    ),
  'growing inputs': () =>
    file(
      textToImage((graph) =>
        graph
          .node(70, 'BatchImagesNode', {
            inputs: { 'images.image0': 'IMAGE', 'images.image1': 'IMAGE', 'images.image2': 'IMAGE' },
            outputs: ['IMAGE'],
          })
          .node(71, 'LoadImage', { outputs: ['IMAGE', 'MASK'], values: ['example.png', 'image'] })
          .link(8, 0, 70, 'images.image0')
          .link(71, 0, 70, 'images.image1')
          .link(70, 0, 9, 'images'),
      ),
    ),
  'subgraph with its own values': () => hosted({ values: ['outer words', 99, 128] }).file(),
  'subgraph without values': () => hosted({}).file(),
  'subgraph with proxied fields': () =>
    hosted({
      values: ['proxied words', 5, 128, 9, 'lcm'],
      properties: {
        proxyWidgets: [
          ['11', 'text'],
          ['14', 'seed'],
          ['13', 'width'],
          ['14', 'steps'],
          ['14', 'sampler_name'],
        ],
      },
    }).file(),
  'subgraph fed by a primitive': () => {
    const { graph, file: whole } = hosted({ values: ['outer words', 99, 128] })
    graph.node(5, 'PrimitiveInt', { widgets: { value: 'INT' }, outputs: ['INT'], values: [1024, 'fixed'] }).link(5, 0, 2, 'seed')
    return whole()
  },
  'bypassed subgraph': () => hosted({ mode: 4 }).file(),
  'muted subgraph': () => hosted({ mode: 2 }).file(),
  'bypassed node in a subgraph': () => hosted({ values: ['w', 1, 64] }, [painter(ids[0], 'Painter', 4)]).file(),
  'nested subgraphs': () => {
    const middle = canvas(true)
      .node(80, ids[0], { ...hostInputs, values: ['middle words', 1, 64] })
      .node(81, 'ImageInvert', { inputs: { image: 'IMAGE' }, outputs: ['IMAGE'] })
      .link(-10, 0, 80, 'model')
      .link(-10, 1, 80, 'clip')
      .link(-10, 2, 80, 'vae')
      .link(-10, 3, 80, 'text')
      .link(80, 0, 81, 'image')
    middle.link(81, 0, -20, 0)
    const inputs = [
      ['model', 'MODEL'],
      ['clip', 'CLIP'],
      ['vae', 'VAE'],
      ['words', 'STRING'],
    ]
    const definitions = [painter(ids[0], 'Painter'), subgraph(ids[1], 'Middle', middle, inputs, [['IMAGE', 'IMAGE']])]
    const graph = canvas()
      .node(1, 'CheckpointLoaderSimple', loader)
      .node(2, ids[1], {
        inputs: { model: 'MODEL', clip: 'CLIP', vae: 'VAE' },
        widgets: { words: 'STRING' },
        outputs: ['IMAGE'],
        values: ['outermost words'],
      })
      .node(3, 'SaveImage', save)
      .link(1, 0, 2, 'model')
      .link(1, 1, 2, 'clip')
      .link(1, 2, 2, 'vae')
      .link(2, 0, 3, 'images')
    return file(graph, definitions)
  },
  'copies of a subgraph': () => {
    const { graph, file: whole } = hosted({ values: ['first', 1, 64] }, [
      painter(ids[0], 'Painter'),
      painter(ids[2], 'Painter copy'),
    ])
    graph
      .node(6, ids[2], { ...hostInputs, values: ['second', 2, 96] })
      .node(7, 'SaveImage', save)
      .link(1, 0, 6, 'model')
      .link(1, 1, 6, 'clip')
      .link(1, 2, 6, 'vae')
      .link(6, 0, 7, 'images')
    return whole()
  },
}
